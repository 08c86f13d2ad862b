// The engine against TLS that is not ours: OpenSSL's s_server, GnuTLS and Node, over sockets.

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "integration/mailbox_fixture.hpp"
#include "support/child_program.hpp"
#include "support/tls_dialer.hpp"
#include "support/tls_identity.hpp"

namespace smtpscope::testing {
namespace {

using namespace smtpscope::test;
using ::testing::HasSubstr;

enum class program { openssl, gnutls, node };

struct peer_case {
  const char* name;
  program which;
  tls::version version;
  key_kind key;
  const char* group;  // by IANA's name, as `established` has it
  enum class first_share { fits, needs_retry } share = first_share::fits;
};

// Certificates for the machine's clock.
tls_identity identity_for_now(key_kind key) {
  using std::chrono::hours;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  certificate_plan plan;
  plan.key = key;
  plan.from = now - hours(1);
  plan.until = now + hours(1);
  return make_identity(plan, test_authority());
}

// The server program with its files, until the end of the test.
class tls_server_program {
 public:
  explicit tls_server_program(const peer_case& c, std::vector<std::string> more = {})
      : program_(c.which), files_(write(identity_for_now(c.key))), child_(command(c, std::move(more))) {
    const std::string rest = child_.rest_of_line(ready());
    if (rest.empty() && program_ != program::gnutls)
      ADD_FAILURE() << "the server did not start: " << child_.printed();
    else if (program_ != program::gnutls)
      port_ = static_cast<std::uint16_t>(std::stoul(rest));
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] child_program& child() noexcept { return child_; }

 private:
  temporary_directory& write(const tls_identity& shown) {
    std::ofstream(directory_.path() / "key.pem") << shown.key;
    std::ofstream(directory_.path() / "cert.pem") << shown.certificate;
    return directory_;
  }
  [[nodiscard]] std::string file(const char* name) const { return (directory_.path() / name).string(); }
  [[nodiscard]] std::string ready() const {
    switch (program_) {
      case program::openssl: return "ACCEPT 127.0.0.1:";
      case program::gnutls: return "...done";
      case program::node: return "port ";
    }
    return {};
  }
  std::vector<std::string> command(const peer_case& c, std::vector<std::string> more) {
    const bool newest = c.version == tls::version::tls_1_3;
    std::vector<std::string> words;
    switch (c.which) {
      case program::openssl:
        words = {"openssl",
                 "s_server",
                 "-accept",
                 "127.0.0.1:0",
                 "-key",
                 file("key.pem"),
                 "-cert",
                 file("cert.pem"),
                 newest ? "-tls1_3" : "-tls1_2",
                 "-groups",
                 openssl_group(c.group)};
        break;
      case program::gnutls:
        port_ = free_port();
        words = {"gnutls-serv",
                 "--echo",
                 "--port",
                 std::to_string(port_),
                 "--x509keyfile",
                 file("key.pem"),
                 "--x509certfile",
                 file("cert.pem"),
                 "--priority",
                 std::string("NORMAL:-VERS-ALL:+VERS-TLS1.") + (newest ? "3" : "2") + ":-GROUP-ALL:+GROUP-" +
                     (c.group == std::string_view("X25519") ? "X25519" : "SECP256R1")};
        break;
      case program::node: words = {"node", "-e", node_script(c)}; break;
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static std::string openssl_group(std::string_view group) { return group == "X25519" ? "X25519" : "P-256"; }
  static std::uint16_t free_port();
  // Echoes, and shows what it would bind a login to.
  [[nodiscard]] std::string node_script(const peer_case& c) const {
    const char* version = c.version == tls::version::tls_1_3 ? "TLSv1.3" : "TLSv1.2";
    return "const fs=require('fs');const server=require('tls').createServer({key:fs.readFileSync('" + file("key.pem") +
           "'),cert:fs.readFileSync('" + file("cert.pem") + "'),minVersion:'" + version + "',maxVersion:'" + version +
           "',ecdhCurve:'" + openssl_group(c.group) +
           "',ALPNProtocols:['smtp']},s=>{console.log('binding '+s.exportKeyingMaterial(32,'EXPORTER-Channel-Binding')"
           ".toString('hex'));s.on('error',()=>{});"
           "s.on('end',()=>s.end());s.on('data',d=>{s.write(d);if(d.includes('QUIT'))s.end()})});"
           "server.listen(0,'127.0.0.1',()=>console.log('port '+server.address().port))";
  }

  program program_;
  std::uint16_t port_ = 0;
  temporary_directory directory_;
  temporary_directory& files_;
  child_program child_;
};

std::uint16_t tls_server_program::free_port() {
  // Node tells the port it got; gnutls-serv has to be told one.
  child_program finder({"node", "-e",
                        "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{"
                        "console.log('port '+s.address().port+'.');s.close()})"});
  finder.prints(".");
  return static_cast<std::uint16_t>(std::stoul(finder.printed().substr(5)));
}

tls::client_options options_for(const peer_case& c) {
  tls::client_options options;
  options.host = "server.example";
  options.roots = *tls::trust::from_pem(test_authority().certificate);
  options.alpn = {"smtp"};
  // The first is the one that a key share is sent for.
  options.groups = c.share == peer_case::first_share::needs_retry ? "P-384:P-256:X25519" : "X25519:P-256";
  if (c.group == std::string_view("secp256r1") && c.share == peer_case::first_share::fits)
    options.groups = "P-256:X25519";
  return options;
}

std::string hexadecimal(std::string_view octets) {
  std::string out;
  for (const char c : octets)
    for (const int shift : {4, 0}) out += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 15];
  return out;
}

class TlsPeers : public ::testing::TestWithParam<peer_case> {};

std::vector<peer_case> all_peers() {
  using share = peer_case::first_share;
  using tls::version;
  return {
      {"openssl_1_3_ecdsa", program::openssl, version::tls_1_3, key_kind::p256, "X25519"},
      {"openssl_1_3_rsa_retry", program::openssl, version::tls_1_3, key_kind::rsa2048, "secp256r1", share::needs_retry},
      {"openssl_1_2_ecdsa", program::openssl, version::tls_1_2, key_kind::p256, "secp256r1"},
      {"openssl_1_2_rsa", program::openssl, version::tls_1_2, key_kind::rsa2048, "X25519"},
      {"gnutls_1_3_ecdsa", program::gnutls, version::tls_1_3, key_kind::p256, "secp256r1"},
      {"gnutls_1_3_rsa_retry", program::gnutls, version::tls_1_3, key_kind::rsa2048, "X25519", share::needs_retry},
      {"gnutls_1_2_rsa", program::gnutls, version::tls_1_2, key_kind::rsa2048, "secp256r1"},
      {"gnutls_1_2_ecdsa", program::gnutls, version::tls_1_2, key_kind::p256, "X25519"},
      {"node_1_3_ecdsa", program::node, version::tls_1_3, key_kind::p256, "X25519"},
      {"node_1_3_rsa_retry", program::node, version::tls_1_3, key_kind::rsa2048, "secp256r1", share::needs_retry},
      {"node_1_2_rsa", program::node, version::tls_1_2, key_kind::rsa2048, "X25519"},
      {"node_1_2_ecdsa", program::node, version::tls_1_2, key_kind::p256, "secp256r1"},
  };
}
INSTANTIATE_TEST_SUITE_P(All, TlsPeers, ::testing::ValuesIn(all_peers()),
                         [](const auto& i) { return std::string(i.param.name); });

// A line to the server and one back; s_server shows what came and says what its input has.
void exchange(tls_dialer& by, tls_server_program& server, program which) {
  by.send("EHLO client.example\r\n");
  if (which == program::openssl) {
    EXPECT_TRUE(server.child().prints("EHLO client.example"));
    server.child().say("250 server.example\n");
    EXPECT_EQ(by.read_until("\n"), "250 server.example\n");
  } else {
    EXPECT_THAT(by.read_until("\n"), HasSubstr("EHLO client.example"));
  }
}

TEST_P(TlsPeers, AgreeResumeAndEndInOrder) {
  const peer_case& c = GetParam();
  tls_server_program server(c);
  std::optional<secret> session;
  for (const char* time : {"first", "second"}) {
    SCOPED_TRACE(time);
    tls_dialer by(server.port());
    ASSERT_TRUE(by.stands());
    tls::client_options options = options_for(c);
    options.resume = session;
    ASSERT_TRUE(by.begin(options)) << (by.last<tls::failed>() != nullptr ? by.last<tls::failed>()->message : "");
    const tls::established agreed = *by.last<tls::established>();  // events may move
    EXPECT_EQ(agreed.version, c.version == tls::version::tls_1_3 ? "TLSv1.3" : "TLSv1.2");
    EXPECT_TRUE(agreed.verified);
    EXPECT_EQ(agreed.resumed, session.has_value());
    if (!session) {
      EXPECT_EQ(agreed.group, c.group);
      EXPECT_EQ(agreed.anchor, "CN=Test authority");
      EXPECT_EQ(by.saw("hello_retry_request"), c.share == peer_case::first_share::needs_retry);
    }
    exchange(by, server, c.which);
    if (c.which == program::node) {
      // Node leaves it out when it resumes or retries.
      if (!agreed.resumed && c.share == peer_case::first_share::fits) {
        EXPECT_EQ(agreed.alpn, "smtp");
      }
      EXPECT_TRUE(server.child().prints("binding " + hexadecimal(agreed.binding.exporter)));
    }
    for (const tls::event& e : by.events())
      if (const auto* m = std::get_if<tls::message_seen>(&e)) {
        EXPECT_FALSE(m->what.data.contains("damaged")) << m->what.type << to_string(m->what.data);
      }
    if (!session) {
      ASSERT_NE(by.last<tls::session_given>(), nullptr);
      session = by.last<tls::session_given>()->session;
    }
    by.close();
    EXPECT_TRUE(by.read_to_end());
    EXPECT_EQ(by.last<tls::failed>(), nullptr);
  }
}

TEST_P(TlsPeers, ThatFallAreSeenToHaveFallen) {
  tls_server_program server(GetParam());
  tls_dialer by(server.port());
  ASSERT_TRUE(by.begin(options_for(GetParam())));
  exchange(by, server, GetParam().which);
  server.child().kill();
  EXPECT_TRUE(by.read_to_end());
  EXPECT_NE(by.last<tls::truncated>(), nullptr);
  EXPECT_EQ(by.last<tls::close_notify_received>(), nullptr);
}

TEST_P(TlsPeers, ForAnotherHostAreRefused) {
  tls_server_program server(GetParam());
  tls_dialer by(server.port());
  tls::client_options options = options_for(GetParam());
  options.host = "other.example";
  EXPECT_FALSE(by.begin(options));
  ASSERT_NE(by.last<tls::failed>(), nullptr);
  EXPECT_EQ(by.last<tls::failed>()->why, tls::reason::name_mismatch);
}

const peer_case openssl_1_3 = {"", program::openssl, tls::version::tls_1_3, key_kind::p256, "X25519"};
const peer_case openssl_1_2 = {"", program::openssl, tls::version::tls_1_2, key_kind::p256, "X25519"};

TEST(TlsPeer, BindsToTheSameAsOpenssl) {
  for (const peer_case& c : {openssl_1_3, openssl_1_2}) {
    tls_server_program server(c, {"-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"});
    tls_dialer by(server.port());
    ASSERT_TRUE(by.begin(options_for(c)));
    std::string expected = hexadecimal(by.last<tls::established>()->binding.exporter);
    for (char& letter : expected) letter = static_cast<char>(std::toupper(letter));
    EXPECT_EQ(expected.size(), 64U);
    EXPECT_TRUE(server.child().prints("Keying material: " + expected)) << server.child().printed();
  }
}

TEST(TlsPeer, ThatWantsToRenegotiateIsTurnedDown) {
  tls_server_program server(openssl_1_2);
  tls_dialer by(server.port());
  ASSERT_TRUE(by.begin(options_for(openssl_1_2)));
  exchange(by, server, program::openssl);
  server.child().say("r\n");
  by.read_to_end();  // s_server takes the alert for an end
  EXPECT_TRUE(by.saw("hello_request"));
  ASSERT_NE(by.last<tls::alert_seen>(), nullptr);
  bool turned_down = false;
  for (const tls::event& e : by.events())
    if (const auto* alert = std::get_if<tls::alert_seen>(&e);
        alert != nullptr && alert->description == "no_renegotiation")
      turned_down = alert->dir == tls::direction::client_to_server;
  EXPECT_TRUE(turned_down);
}

TEST(TlsPeer, MayChangeItsKeys) {
  tls_server_program server(openssl_1_3);
  tls_dialer by(server.port());
  ASSERT_TRUE(by.begin(options_for(openssl_1_3)));
  exchange(by, server, program::openssl);
  server.child().say("K\n");
  ASSERT_TRUE(by.wait_for("key_update"));
  server.child().say("250 with new keys\n");
  EXPECT_EQ(by.read_until("\n"), "250 with new keys\n");
  by.send("and so do we\r\n");
  EXPECT_TRUE(server.child().prints("and so do we"));
}

TEST(TlsPeer, SaysGoodbyeInOrder) {
  for (const tls::version version : {tls::version::tls_1_2, tls::version::tls_1_3}) {
    const peer_case c = {"", program::node, version, key_kind::p256, "X25519"};
    tls_server_program server(c);
    tls_dialer by(server.port());
    ASSERT_TRUE(by.begin(options_for(c)));
    by.send("QUIT\r\n");
    EXPECT_TRUE(by.read_to_end());
    EXPECT_EQ(by.received(), "QUIT\r\n");
    EXPECT_NE(by.last<tls::close_notify_received>(), nullptr);
    EXPECT_EQ(by.last<tls::truncated>(), nullptr);
  }
}

}  // namespace
}  // namespace smtpscope::testing
