// What the relay's TLS says behind its handshake: tickets, and goodbye on both sides.

#include "integration/tunnel_trusting_relay.hpp"

namespace smtpscope::testing {
namespace {

// "alert close_notify c2s" for each message after the handshake.
std::vector<std::string> late(const page& one) {
  std::vector<std::string> said;
  for (const json& m : one.late_messages()) {
    EXPECT_TRUE(m.value("encrypted", false));
    EXPECT_GT(m.value("us", 0), 0);
    said.push_back(m.value("type", "") + " " + m.at("data").value("description", "") + " " + m.value("dir", ""));
  }
  return said;
}

struct parting {
  const char* name;
  int version;
  const char* begun_by;
};
class TunnelGoodbyes : public ::testing::TestWithParam<parting> {};

TEST_P(TunnelGoodbyes, AreToldBehindWhatTlsSaidBefore) {
  tls_identity shown = good_identity();
  shown.highest_version = GetParam().version;
  const bool by_server = GetParam().begun_by == std::string("server");
  scripted_server server([&](peer& p) {
    if (!p.start_tls(shown)) return;
    p.send("220");
    p.read(1);
    if (by_server) p.send("221");
    if (!by_server) p.read_to_end();
    p.end_sending();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.connect(server.port(), "implicit");
  EXPECT_EQ(one.read(3), "220");
  std::vector<std::string> expected;
  if (GetParam().version == TLS1_3_VERSION) expected = {"new_session_ticket  s2c", "new_session_ticket  s2c"};
  EXPECT_EQ(late(one), expected) << "told before the octets behind them";
  one.send("x");
  if (!by_server) one.say({{"op", "eof"}});
  if (by_server) {
    EXPECT_EQ(one.read(3), "221");
    EXPECT_EQ(late(one), expected) << "goodbye is said behind the octets, also where it came with them";
  }
  one.expect("eof");
  expected.push_back(std::string("alert close_notify ") + (by_server ? "s2c" : "c2s"));
  expected.push_back(std::string("alert close_notify ") + (by_server ? "c2s" : "s2c"));
  EXPECT_EQ(late(one), expected);
  if (by_server) one.say({{"op", "eof"}});
  one.expect("closed");
}

INSTANTIATE_TEST_SUITE_P(Endings, TunnelGoodbyes,
                         ::testing::Values(parting{"server_1_2", TLS1_2_VERSION, "server"},
                                           parting{"page_1_2", TLS1_2_VERSION, "page"},
                                           parting{"server_1_3", TLS1_3_VERSION, "server"},
                                           parting{"page_1_3", TLS1_3_VERSION, "page"}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace smtpscope::testing
