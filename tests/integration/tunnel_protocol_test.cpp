// What a page may not say, at the level of frames and below.

#include <chrono>
#include <future>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

struct misuse {
  const char* name;
  std::function<void(page&, std::uint16_t)> act;
  const char* stage;
  int close = 1008;
};

class TunnelMisuse : public ::testing::TestWithParam<misuse> {};

TEST_P(TunnelMisuse, EndsTheTunnel) {
  // The server stays, so that a tunnel whose page has ended its half does not end in order first.
  std::promise<void> seen;
  scripted_server server([all_seen = seen.get_future().share()](peer& p) {
    p.read_to_end();
    all_seen.wait_for(std::chrono::seconds(30));
  });
  const running_relay relay({server.port()});
  page one(relay);
  GetParam().act(one, server.port());
  EXPECT_EQ(one.expect_error(GetParam().stage, "bad_message", GetParam().close).value("retryable", true), false);
  seen.set_value();
}

INSTANTIATE_TEST_SUITE_P(
    Before, TunnelMisuse,
    ::testing::Values(misuse{"data_first", [](page& p, auto) { p.send("EHLO\r\n"); }, "policy"},
                      misuse{"start_tls_first",
                             [](page& p, auto) {
                               p.say({{"op", "start_tls"}});
                             },
                             "policy"},
                      misuse{"eof_first",
                             [](page& p, auto) {
                               p.say({{"op", "eof"}});
                             },
                             "policy"},
                      misuse{"unknown_op",
                             [](page& p, auto) {
                               p.say({{"op", "jump"}});
                             },
                             "policy"},
                      misuse{"no_json", [](page& p, auto) { p.client().send_text("hello"); }, "policy"},
                      misuse{"empty_text", [](page& p, auto) { p.client().send_text(""); }, "policy"},
                      misuse{"array", [](page& p, auto) { p.client().send_text("[]"); }, "policy"},
                      misuse{"too_deep", [](page& p, auto) { p.client().send_text(R"({"op":"eof","a":[[[[]]]]})"); },
                             "policy"},
                      misuse{"token_unasked",
                             [](page& p, auto) {
                               p.say({{"op", "auth"}, {"token", "t"}});
                             },
                             "policy"},
                      misuse{"large_control_frame", [](page& p, auto) { p.client().send_text(std::string(4097, ' ')); },
                             "policy", 1009},
                      misuse{"large_message", [](page& p, auto) { p.send(std::string(65537, 'x')); }, "policy", 1009}),
    [](const auto& i) { return i.param.name; });

INSTANTIATE_TEST_SUITE_P(
    After, TunnelMisuse,
    ::testing::Values(
        misuse{"second_open", [](page& p, auto port) { p.connect(port), p.open("mail.test", port); }, "stream"},
        misuse{"unknown_op",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "jump"}});
               },
               "stream"},
        misuse{"second_eof",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "eof"}}), p.say({{"op", "eof"}});
               },
               "stream"},
        misuse{"data_after_eof",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "eof"}}), p.send("x");
               },
               "stream"},
        misuse{"tls_after_eof",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "eof"}}), p.say({{"op", "start_tls"}});
               },
               "stream"},
        misuse{"data_during_tls",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "start_tls"}}), p.send("x");
               },
               "stream"},
        misuse{"tls_twice",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "start_tls"}}), p.say({{"op", "start_tls"}});
               },
               "stream"},
        misuse{"credit_of_none",
               [](page& p, auto port) {
                 p.connect(port), p.say({{"op", "credit"}, {"bytes", 0}});
               },
               "stream"},
        misuse{"large_message", [](page& p, auto port) { p.connect(port), p.send(std::string(70'000, 'x')); }, "stream",
               1009}),
    [](const auto& i) { return i.param.name; });

TEST(TunnelProtocol, DataWhileResolvingEndsTheTunnel) {
  const running_relay relay({}, [](app::serve_options& o) {
    o.allow.push_back({*tunnel::host_name::parse("slow.test"), 587});
  });
  page one(relay);
  one.open("slow.test", 587);
  one.send("EHLO\r\n");
  one.expect_error("stream", "bad_message", 1008);
}

// --- frames ---

class TunnelFrames : public ::testing::Test {
 protected:
  scripted_server server_{[](peer& p) {
    p.send("220\r\n");
    p.send(p.read(6));
    p.read_to_end();
  }};
  running_relay relay_{{server_.port()}, [](app::serve_options& o) { o.tunnel_limits.closing = milliseconds(300); }};
  raw_page page_{relay_.port()};

  void upgrade() {
    EXPECT_THAT(page_.upgrade({{"Host", relay_.host()}, {"Origin", relay_.origin()}}), HasSubstr("101 Switching"));
  }
  void connect() {
    upgrade();
    EXPECT_THAT(page_.read_text(), HasSubstr("hello"));
    page_.send_frame(1,
                     R"({"op":"open","host":"mail.test","tls":"none","port":)" + std::to_string(server_.port()) + "}");
    EXPECT_THAT(page_.read_text(), HasSubstr("resolved"));
    EXPECT_THAT(page_.read_text(), HasSubstr("connected"));
    EXPECT_EQ(page_.read_frame().payload, "220\r\n");
  }
  int close_code() {
    for (;;) {
      const auto frame = page_.read_frame();
      if (frame.opcode == -1) return -1;
      if (frame.opcode == 8 && frame.payload.size() >= 2)
        return static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]);
    }
  }
};

TEST_F(TunnelFrames, CompressionIsNeverNegotiated) {
  const std::string answer =
      page_.upgrade({{"Host", relay_.host()},
                     {"Origin", relay_.origin()},
                     {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"}});
  EXPECT_THAT(answer, HasSubstr("101 Switching"));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Protocol: smtpscope.tunnel.v1\r\n"));
  EXPECT_THAT(answer, ::testing::Not(HasSubstr("Extensions")));
}

TEST_F(TunnelFrames, CompressedFrameEndsTheTunnel) {
  connect();
  page_.send("\xc2\x81" + std::string(4, '\0') + "x");  // RSV1 is set
  EXPECT_EQ(close_code(), 1002);
}

TEST_F(TunnelFrames, UnmaskedFrameEndsTheTunnel) {
  connect();
  page_.send("\x82\x01x");
  EXPECT_EQ(close_code(), 1002);
}

// RFC 6455 §5.2: the most significant bit MUST be 0.
TEST_F(TunnelFrames, LengthWithItsHighestBitEndsTheTunnel) {
  connect();
  page_.send(std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00x", 15));
  EXPECT_THAT(page_.read_text(), HasSubstr("63 bits"));
  EXPECT_EQ(close_code(), 1002);
}

TEST_F(TunnelFrames, HugeLengthEndsTheTunnelBeforeItsOctetsCome) {
  connect();
  page_.send(std::string("\x82\xff\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00x", 15));
  EXPECT_EQ(close_code(), 1009);
}

TEST_F(TunnelFrames, FragmentsOfAMessageAreOneMessage) {
  connect();
  page_.send(std::string("\x02\x83\0\0\0\0abc", 9));
  page_.send(std::string("\x80\x83\0\0\0\0def", 9));
  EXPECT_EQ(page_.read_frame().payload, "abcdef");
}

TEST_F(TunnelFrames, EndlessFragmentsEndTheTunnel) {
  connect();
  const std::string header("\x02\xfe\x40\x00\0\0\0\0", 8);
  page_.send(header + std::string(16384, 'x'));
  for (int i = 0; i < 4; ++i) page_.send(std::string("\x00\xfe\x40\x00\0\0\0\0", 8) + std::string(16384, 'x'));
  EXPECT_THAT(page_.read_text(), HasSubstr("bad_message"));
  EXPECT_EQ(close_code(), 1009);
}

TEST_F(TunnelFrames, PingIsAnswered) {
  connect();
  page_.send_frame(9, "are you there");
  const auto pong = page_.read_frame();
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(TunnelFrames, TextThatIsNoUtf8EndsTheTunnel) {
  connect();
  page_.send_frame(1, "{\"op\":\"\xff\"}");
  EXPECT_EQ(close_code(), 1007);
}

TEST_F(TunnelFrames, PageThatNeverAnswersTheCloseIsLetGo) {
  connect();
  page_.send_frame(1, R"({"op":"jump"})");
  EXPECT_EQ(close_code(), 1008);
  EXPECT_TRUE(page_.ended()) << "although no close frame was sent back";
}

TEST_F(TunnelFrames, PageThatNeverHangsUpAfterItsBadFrameIsLetGo) {
  connect();
  page_.send("\x82\x01x");
  EXPECT_EQ(close_code(), 1002);
  EXPECT_TRUE(page_.ended());
}

// --- the relay's own pings ---

TEST(TunnelPing, ComesInTime) {
  const running_relay relay({}, [](app::serve_options& o) { o.tunnel_limits.ping = milliseconds(20); });
  raw_page page(relay.port());
  page.upgrade({{"Host", relay.host()}, {"Origin", relay.origin()}});
  EXPECT_THAT(page.read_text(), HasSubstr("hello"));
  EXPECT_EQ(page.read_frame().opcode, 9);
  EXPECT_EQ(page.read_frame().opcode, 9) << "an unanswered one is no reason to stop";
}

}  // namespace
}  // namespace smtpscope::testing
