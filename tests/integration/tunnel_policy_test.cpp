// Where a tunnel may go: every `open` is judged, names are resolved once and every address of theirs is looked at,
// and the connection goes to one that was.

#include <atomic>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

struct named_address {
  const char* name;
  std::vector<const char*> stands_for;
};

class ForbiddenAddress : public ::testing::TestWithParam<named_address> {};

TEST_P(ForbiddenAddress, BehindAnAllowedNameIsNotReached) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  net::resolution answer;
  for (const char* one : GetParam().stands_for) answer.addresses.push_back(address(one));
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.private_addresses = tunnel::private_addresses::refused; },
                            {{"mail.test", answer}});
  page one(relay);
  one.open("mail.test", server.port());
  const json error = one.expect_error("policy", "blocked_address", 1008);
  EXPECT_THAT(error.value("message", ""), HasSubstr("--allow-private"));
  EXPECT_EQ(error.value("retryable", true), false);
  EXPECT_EQ(server.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, ForbiddenAddress,
    ::testing::Values(
        named_address{"loopback", {"127.0.0.1"}}, named_address{"loopback_net", {"127.9.9.9"}},
        named_address{"unspecified", {"0.0.0.0"}}, named_address{"unspecified6", {"::"}},
        named_address{"loopback6", {"::1"}}, named_address{"mapped", {"::ffff:127.0.0.1"}},
        named_address{"mapped_hex", {"::ffff:7f00:1"}}, named_address{"link_local", {"169.254.169.254"}},
        named_address{"link_local6", {"fe80::1"}}, named_address{"private_10", {"10.0.0.1"}},
        named_address{"private_172", {"172.16.0.1"}}, named_address{"private_192", {"192.168.0.1"}},
        named_address{"shared", {"100.64.0.1"}}, named_address{"unique_local", {"fc00::1"}},
        named_address{"nat64_loopback", {"64:ff9b::7f00:1"}}, named_address{"nat64_public", {"64:ff9b::808:808"}},
        named_address{"six_to_four", {"2002:7f00:1::"}}, named_address{"six_to_four_private", {"2002:0a00:1::1"}},
        named_address{"multicast", {"224.0.0.1"}}, named_address{"multicast6", {"ff02::1"}},
        named_address{"broadcast", {"255.255.255.255"}}, named_address{"public_then_private", {"8.8.8.8", "127.0.0.1"}},
        named_address{"private_then_public", {"127.0.0.1", "8.8.8.8"}}),
    [](const auto& i) { return i.param.name; });

struct written {
  const char* name;
  std::string host;
  std::int64_t port = 0;  // 0: the server's
};

class ForbiddenForm : public ::testing::TestWithParam<written> {};

// Even where 127.0.0.1 is allowed by name and private addresses are.
TEST_P(ForbiddenForm, OfAnAllowedAddressIsRefused) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()});
  page one(relay);
  const std::int64_t port = GetParam().port == 0 ? server.port() : GetParam().port;
  one.say({{"op", "open"}, {"host", GetParam().host}, {"port", port}, {"tls", "none"}});
  one.expect_error("policy", "not_allowed", 1008);
  EXPECT_EQ(server.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ForbiddenForm,
    ::testing::Values(written{"short", "127.1"}, written{"shorter", "127.0.1"}, written{"number", "2130706433"},
                      written{"hex", "0x7f000001"}, written{"hex_parts", "0x7f.0.0.1"}, written{"octal", "0177.0.0.1"},
                      written{"leading_zeros", "127.000.000.001"}, written{"trailing_dot", "mail.test."},
                      written{"address_trailing_dot", "127.0.0.1."}, written{"percent_nul", "mail.test%00"},
                      written{"percent_nul_inside", "127.0.0.1%00.mail.test"},
                      written{"nul", std::string("mail.test\0", 10)}, written{"userinfo", "mail.test@evil.example"},
                      written{"userinfo_before", "user@mail.test"}, written{"with_port", "mail.test:25"},
                      written{"url", "http://mail.test"}, written{"path", "mail.test/"}, written{"space", " mail.test"},
                      written{"newline", "mail.test\r\n"}, written{"empty", ""}, written{"wildcard", "*"},
                      written{"zone", "fe80::1%eth0"},
                      written{"full_width", "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1"},
                      written{"port_65536", "mail.test", 65536}, written{"port_negative", "mail.test", -1},
                      written{"port_huge", "mail.test", std::int64_t{1} << 40},
                      written{"port_by_overflow", "mail.test", 65536 + 25}, written{"port_25", "mail.test", 25}),
    [](const auto& i) { return i.param.name; });

TEST(TunnelPolicy, PortZeroIsRefused) {
  const running_relay relay({});
  page one(relay);
  one.open("mail.test", 0);
  EXPECT_THAT(one.expect_error("policy", "not_allowed", 1008).value("message", ""), HasSubstr("1 to 65535"));
}

// Answers differently each time, as a name does whose owner wants to be let in by one answer and reached by another.
class changing_resolver final : public net::resolver {
 public:
  explicit changing_resolver(std::atomic<int>& asked) : asked_(asked) {}
  void resolve(std::string, answer done) override { done({{address(++asked_ == 1 ? "127.0.0.1" : "127.0.0.2")}, {}}); }

 private:
  std::atomic<int>& asked_;
};

TEST(TunnelPolicy, ANameIsResolvedOnceAndTheCheckedAddressIsReached) {
  scripted_server server([](peer& p) { p.send("220\r\n"), p.read_to_end(); });
  std::atomic<int> asked{0};
  app::serve_options options;
  options.listen.port(0);
  options.mailbox = app::with_mailbox::no;
  options.private_addresses = tunnel::private_addresses::allowed;
  options.drain = milliseconds(100);
  options.allow.push_back({*tunnel::host_name::parse("rebound.test"), server.port()});
  running_relay relay(std::move(options), std::make_unique<changing_resolver>(asked));
  page one(relay);
  one.open("rebound.test", server.port());
  EXPECT_EQ(one.expect("resolved").value("addresses", json()), json::array({"127.0.0.1"}));
  EXPECT_EQ(one.expect("connected").value("address", ""), "127.0.0.1");
  EXPECT_EQ(one.read(5), "220\r\n");
  EXPECT_EQ(asked, 1);
}

// --- destinations for TLS of the page's own ---

running_relay::change sealed(std::uint16_t port) {
  return [port](app::serve_options& o) { o.ciphertext_only.push_back({*tunnel::host_name::parse("mail.test"), port}); };
}

TEST(TunnelCiphertextOnly, IsSaidInHello) {
  const running_relay relay({587}, sealed(587));
  page one(relay);
  bool found = false;
  for (const json& to : one.hello()["destinations"])
    if (to.value("host", "") == "mail.test" && to.value("port", 0) == 587) found = to.value("ciphertext_only", false);
  EXPECT_TRUE(found);
}

TEST(TunnelCiphertextOnly, TlsByTheRelayIsRefused) {
  scripted_server server([](peer& p) { p.send("220 go\r\n"), p.read_to_end(); });
  const running_relay relay({server.port()}, sealed(server.port()));
  page implicit(relay);
  implicit.open("mail.test", server.port(), "implicit");
  EXPECT_THAT(implicit.expect_error("policy", "not_allowed", 1008).value("message", ""),
              HasSubstr("--ciphertext-only"));
  page starttls(relay);
  starttls.connect(server.port());
  starttls.read(8);
  starttls.say({{"op", "start_tls"}});
  starttls.expect_error("stream", "not_allowed", 1008);
}

TEST(TunnelCiphertextOnly, NoCommandButThoseBeforeTlsReachesTheServer) {
  std::string got;
  {
    scripted_server server([&](peer& p) {
      p.send("220 hi\r\n");
      got = p.read_to_end();
    });
    const running_relay relay({server.port()}, sealed(server.port()));
    page one(relay);
    one.connect(server.port());
    EXPECT_EQ(one.read(8), "220 hi\r\n");
    one.send("EHLO page\r\n");
    one.send("MAIL FROM:<a@b.example>\r\n");
    one.expect_error("stream", "not_allowed", 1008);
  }
  EXPECT_EQ(got, "EHLO page\r\n");
}

TEST(TunnelCiphertextOnly, TlsOfThePagesOwnPasses) {
  const std::string records = std::string(
      "\x16\x03\x01\x00\x03"
      "abc"
      "\x17\x03\x03\x00\x02"
      "de",
      15);
  scripted_server server([&](peer& p) {
    p.send("220 hi\r\n");
    p.read_until("EHLO page\r\n");
    p.send("250 STARTTLS\r\n");
    p.read_until("STARTTLS\r\n");
    p.send("220 go\r\n");
    p.send(p.read(records.size()));
    p.read_to_end();
  });
  const running_relay relay({server.port()}, sealed(server.port()));
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(8), "220 hi\r\n");
  one.send("EHLO page\r\n");
  EXPECT_EQ(one.read(14), "250 STARTTLS\r\n");
  one.send("STARTTLS\r\n");
  EXPECT_EQ(one.read(8), "220 go\r\n");
  one.send(records);
  EXPECT_EQ(one.read(records.size()), records);
}

TEST(TunnelCiphertextOnly, TlsFromTheFirstOctetPassesAtAnyPort) {
  const std::string records = std::string(
      "\x16\x03\x01\x00\x03"
      "abc",
      8);
  scripted_server server([&](peer& p) { p.send(p.read(records.size())), p.read_to_end(); });
  const running_relay relay({server.port()}, sealed(server.port()));
  page one(relay);
  one.connect(server.port());
  one.send(records);
  EXPECT_EQ(one.read(records.size()), records);
  one.send("EHLO page\r\n");
  one.expect_error("stream", "not_allowed", 1008);
}

TEST(TunnelCiphertextOnly, AServerThatIsNoneIsRefused) {
  scripted_server server([](peer& p) { p.send("SSH-2.0-OpenSSH\r\n"), p.read_to_end(); });
  const running_relay relay({server.port()}, sealed(server.port()));
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.expect_error("tls", "tls_protocol", 1011).value("reason", ""), "not_tls");
}

}  // namespace
}  // namespace smtpscope::testing
