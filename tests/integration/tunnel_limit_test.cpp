// The relay's limits: how many may come, from where and how often, and how fast a page may send.

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"
#include "relay/web/client_address.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

// A page whose address a proxy tells.
test::websocket_client::wish from(const running_relay& relay, const std::string& forwarded) {
  auto wish = own_page(relay);
  if (!forwarded.empty()) wish.headers.emplace_back("X-Forwarded-For", forwarded);
  return wish;
}

// The error that a page is turned away with; "" when it is let in.
std::string refusal(const running_relay& relay, const std::string& forwarded) {
  test::websocket_client client(from(relay, forwarded));
  if (!client.opened()) return "no WebSocket";
  const auto first = client.receive();
  if (!first) return "nothing";
  const auto frame = parse_json(first->octets);
  if (!frame || frame->value("ev", "") == "hello") return "";
  EXPECT_EQ(frame->value("code", ""), "throttled") << first->octets;
  EXPECT_EQ(frame->value("retryable", false), true);
  EXPECT_EQ(client.close_code(), 1013);
  return frame->value("message", "");
}

running_relay::change behind_a_proxy(std::uint64_t per_address, std::uint64_t per_minute) {
  return [=](app::serve_options& o) {
    o.behind = app::proxy::in_front;
    o.shown_to = app::audience::anybody;
    o.tunnel_limits.connections_per_address = per_address;
    o.tunnel_limits.new_per_minute = per_minute;
  };
}

TEST(TunnelLimits, AreAllInHelloAndConfig) {
  const running_relay relay({});
  page one(relay);
  raw_page client(relay.port());
  client.send("GET /api/config HTTP/1.1\r\nHost: " + relay.host() + "\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_to_end();
  const auto config = parse_json(answer.substr(answer.find("\r\n\r\n") + 4));
  ASSERT_TRUE(config);
  EXPECT_EQ((*config)["limits"], one.hello()["limits"]);
  EXPECT_EQ((*config).value("auth", true), false);
  const json& limits = one.hello()["limits"];
  for (const char* name : {"handshake_ms",
                           "open_ms",
                           "resolve_ms",
                           "connect_ms",
                           "tls_ms",
                           "idle_ms",
                           "session_ms",
                           "half_closed_ms",
                           "bytes_up",
                           "bytes_down",
                           "header",
                           "data_frame",
                           "control_frame",
                           "credit",
                           "frames_per_second",
                           "fragments_per_second",
                           "connections",
                           "connections_per_address",
                           "connections_per_destination",
                           "new_per_minute"})
    EXPECT_GT(limits.value(name, 0), 0) << name;
}

TEST(TunnelLimits, AnAddressHasSoManyTunnels) {
  const running_relay relay({}, behind_a_proxy(2, 100));
  page first(relay, from(relay, "192.0.2.1"));
  page second(relay, from(relay, "10.9.9.9, 192.0.2.1"));
  EXPECT_THAT(refusal(relay, "192.0.2.1"), HasSubstr("from your network as it takes, 2"));
  EXPECT_THAT(refusal(relay, "192.0.2.99, 192.0.2.1"), HasSubstr("from your network")) << "the last hop counts";
  EXPECT_EQ(refusal(relay, "192.0.2.1, 192.0.2.2"), "");
  second.client().close();
  EXPECT_EQ(second.close_code(), 1000);
  first.client().close();
  EXPECT_EQ(first.close_code(), 1000);
}

TEST(TunnelLimits, ANetworkOfIpv6IsOneAddress) {
  const running_relay relay({}, behind_a_proxy(1, 100));
  page first(relay, from(relay, "2001:db8:1:2::3"));
  EXPECT_THAT(refusal(relay, "2001:db8:1:2:ffff::4"), HasSubstr("from your network"));
  EXPECT_EQ(refusal(relay, "2001:db8:1:3::3"), "");
}

TEST(TunnelLimits, AnAddressBeginsSoManyAMinute) {
  const running_relay relay({}, behind_a_proxy(100, 3));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal(relay, "192.0.2.1"), "");
  EXPECT_THAT(refusal(relay, "192.0.2.1"), HasSubstr("3 new connections a minute"));
  EXPECT_EQ(refusal(relay, "192.0.2.2"), "");
}

TEST(TunnelLimits, AProxyThatSaysNothingIsOneAddress) {
  const running_relay relay({}, behind_a_proxy(1, 100));
  page first(relay);
  EXPECT_THAT(refusal(relay, ""), HasSubstr("from your network"));
  EXPECT_THAT(refusal(relay, "unknown"), HasSubstr("from your network")) << "nor one that says nonsense";
}

TEST(TunnelLimits, NobodyIsAProxyWhereNoneIsInFront) {
  const running_relay relay({}, [](app::serve_options& o) { o.tunnel_limits.connections_per_address = 1; });
  page first(relay, from(relay, "192.0.2.1"));
  EXPECT_EQ(refusal(relay, "192.0.2.1"), "") << "this machine's own pages are not counted by address";
}

TEST(TunnelLimits, ADestinationHasSoManyConnections) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.tunnel_limits.connections_per_destination = 1; });
  page first(relay);
  first.connect(server.port());
  page second(relay);
  second.open("mail.test", server.port());
  second.expect("resolved");
  const json error = second.expect_error("policy", "throttled", 1013);
  EXPECT_EQ(error.value("retryable", false), true);
  EXPECT_THAT(error.value("message", ""), HasSubstr("mail.test:" + std::to_string(server.port())));
}

TEST(TunnelLimits, ADataFrameHasSoManyOctets) {
  scripted_server server([](peer& p) { p.send(p.read(1000)), p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.data_frame = 1000; });
  page one(relay);
  EXPECT_EQ(one.hello()["limits"].value("data_frame", 0), 1000);
  one.connect(server.port());
  one.send(std::string(1000, 'x'));
  EXPECT_EQ(one.read(1000).size(), 1000U);
  one.send(std::string(1001, 'x'));
  one.expect_error("stream", "bad_message", 1009);
}

TEST(TunnelLimits, AHeaderHasSoManyOctets) {
  const running_relay relay({}, [](app::serve_options& o) { o.tunnel_limits.header = 512; });
  raw_page client(relay.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: " + relay.host() + "\r\nX-Padding: " + std::string(600, 'x') +
              "\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), HasSubstr("HTTP/1.1 431 "));
}

// --- floods ---

std::string masked(int first, const std::string& payload) {
  return std::string{static_cast<char>(first), static_cast<char>(0x80 | payload.size())} + std::string(4, '\0') +
         payload;
}

struct flood {
  const char* name;
  std::string first;
  std::string again;
};

class Flood : public ::testing::TestWithParam<flood> {};

TEST_P(Flood, EndsTheTunnelAndNobodyElses) {
  const running_relay relay({}, [](app::serve_options& o) {
    o.tunnel_limits.frames_per_second = 2000;
    o.tunnel_limits.fragments_per_second = 1000;
    o.tunnel_limits.closing = milliseconds(300);
  });
  page bystander(relay);
  raw_page page(relay.port());
  page.upgrade({{"Host", relay.host()}, {"Origin", relay.origin()}});
  EXPECT_THAT(page.read_text(), HasSubstr("hello"));
  std::string all = GetParam().first;
  for (int i = 0; i < 20'000; ++i) all += GetParam().again;
  page.send(all);
  const auto error = parse_json(page.read_text());
  ASSERT_TRUE(error);
  EXPECT_EQ(error->value("code", ""), "throttled");
  EXPECT_THAT(error->value("message", ""), HasSubstr("2000 a second"));
  for (;;) {
    const auto f = page.read_frame();
    if (f.opcode != 8) {
      ASSERT_NE(f.opcode, -1) << "it ended without a close frame";
      continue;
    }
    EXPECT_EQ(static_cast<unsigned char>(f.payload.at(0)) << 8 | static_cast<unsigned char>(f.payload.at(1)), 1013);
    break;
  }
  bystander.open("nowhere.test", 1);
  bystander.expect_error("policy", "not_allowed", 1008);
}

INSTANTIATE_TEST_SUITE_P(Frames, Flood,
                         ::testing::Values(flood{"empty_fragments", masked(0x02, ""), masked(0x00, "")},
                                           flood{"fragments_of_text", masked(0x01, "{"), masked(0x00, "")},
                                           flood{"pings", "", masked(0x89, "")}, flood{"pongs", "", masked(0x8a, "x")},
                                           flood{"credit", "", masked(0x81, R"({"op":"credit","bytes":1})")}),
                         [](const auto& i) { return i.param.name; });

// --- who is counted ---

struct client_case {
  const char* name;
  const char* peer;
  const char* forwarded;
  web::client_rules rules;
  const char* counted;  // "": nobody
};

class CountedAddress : public ::testing::TestWithParam<client_case> {};

TEST_P(CountedAddress, IsTheOneThatIsKnown) {
  const auto counted = web::counted_address(address(GetParam().peer), GetParam().forwarded, GetParam().rules);
  EXPECT_EQ(counted ? tunnel::format(*counted) : "", GetParam().counted);
}

const web::client_rules direct{};
const web::client_rules local_proxy{web::proxied::yes, {}};
const web::client_rules far_proxy{web::proxied::yes, {address("192.0.2.7")}};

INSTANTIATE_TEST_SUITE_P(
    Peers, CountedAddress,
    ::testing::Values(client_case{"this_machine", "127.0.0.1", "", direct, ""},
                      client_case{"this_machine_claims", "127.0.0.1", "192.0.2.1", direct, ""},
                      client_case{"direct", "198.51.100.1", "", direct, "198.51.100.1"},
                      client_case{"direct_claims", "198.51.100.1", "192.0.2.1", direct, "198.51.100.1"},
                      client_case{"proxied", "127.0.0.1", "192.0.2.1", local_proxy, "192.0.2.1"},
                      client_case{"last_hop", "::1", "192.0.2.9 , 192.0.2.1 ", local_proxy, "192.0.2.1"},
                      client_case{"proxied_ipv6", "127.0.0.1", "2001:db8::1", local_proxy, "2001:db8::1"},
                      client_case{"silent_proxy", "127.0.0.1", "", local_proxy, "127.0.0.1"},
                      client_case{"proxy_with_nonsense", "127.0.0.1", "a, b", local_proxy, "127.0.0.1"},
                      client_case{"past_the_proxy", "198.51.100.1", "192.0.2.1", local_proxy, "198.51.100.1"},
                      client_case{"named_proxy", "192.0.2.7", "192.0.2.1", far_proxy, "192.0.2.1"},
                      client_case{"not_the_named_proxy", "127.0.0.1", "192.0.2.1", far_proxy, "127.0.0.1"}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::testing
