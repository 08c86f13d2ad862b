// What a tunnel carries, how it ends, and what it costs.

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Tunnel, SaysHelloWithItsLimitsAndDestinations) {
  const running_relay relay({2525});
  const page one(relay);
  EXPECT_EQ(one.hello().value("version", 0), 1);
  EXPECT_EQ(one.hello().value("auth", true), false);
  EXPECT_EQ(one.hello()["limits"].value("idle_ms", 0), 660'000);
  EXPECT_EQ(one.hello()["limits"].value("credit", 0), 262'144);
  const json expected = {{{"host", "smtp.gmail.com"}, {"port", 465}},
                         {{"host", "smtp.gmail.com"}, {"port", 587}},
                         {{"host", "mail.test"}, {"port", 2525}},
                         {{"host", "127.0.0.1"}, {"port", 2525}}};
  EXPECT_EQ(one.hello()["destinations"], expected);
}

// Whoever reads the first octet has the others too: a page on the way round the world waits once, not twice.
TEST(Tunnel, SaysInOnePacketWhatItKnowsAtOnce) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()});
  raw_page page(relay.port());
  const std::string host = "127.0.0.1:" + std::to_string(relay.port());
  EXPECT_THAT(page.upgrade({{"Host", host}, {"Origin", "http://" + host}}), StartsWith("HTTP/1.1 101"));
  EXPECT_THAT(page.read_now(), HasSubstr("hello"));
  page.send_frame(1, R"({"op":"open","host":"127.0.0.1","tls":"none","port":)" + std::to_string(server.port()) + "}");
  const std::string first = page.read(1);
  const std::string all = first + page.read_now();
  EXPECT_THAT(all, HasSubstr("resolved"));
  EXPECT_THAT(all, HasSubstr("connected"));
}

TEST(Tunnel, CarriesBytesBothWaysUnchanged) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  scripted_server server([&](peer& p) {
    p.send("220 mail.test\r\n");
    p.send(p.read(all.size()));
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.open("mail.test", server.port());
  const json resolved = one.expect("resolved");
  EXPECT_EQ(resolved["addresses"], json::array({"127.0.0.1"}));
  EXPECT_GE(resolved.value("us", -1), 0);
  const json connected = one.expect("connected");
  EXPECT_EQ(connected.value("address", ""), "127.0.0.1");
  EXPECT_EQ(connected.value("port", 0), server.port());
  EXPECT_GE(connected.value("us", -1), 0);
  EXPECT_EQ(one.read(15), "220 mail.test\r\n");
  one.send(all);
  EXPECT_EQ(one.read(all.size()), all);
}

TEST(Tunnel, CarriesMessagesOfEverySize) {
  std::string expected;
  const std::vector<std::size_t> sizes = {0, 1, 2, 125, 126, 127, 1535, 1536, 1537, 4096, 65535, 65536};
  for (std::size_t size : sizes) expected += std::string(size, static_cast<char>('a' + size % 26));
  scripted_server server([&](peer& p) {
    p.send(p.read(expected.size()));
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  for (std::size_t size : sizes) one.send(std::string(size, static_cast<char>('a' + size % 26)));
  EXPECT_TRUE(one.read(expected.size()) == expected);
}

TEST(Tunnel, ServerThatEndsIsReportedAndThePageEndsInOrder) {
  scripted_server server([](peer& p) {
    p.send("421 bye\r\n");
    p.end_sending();
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(9), "421 bye\r\n");
  one.expect("eof");
  one.send("still here\r\n");
  one.say({{"op", "eof"}});
  const json closed = one.expect("closed");
  EXPECT_EQ(closed, json({{"ev", "closed"}, {"by", "server"}, {"bytes_up", 12}, {"bytes_down", 9}}));
  EXPECT_EQ(one.close_code(), 1000);
}

TEST(Tunnel, PageMayEndItsSideAndGoOnReading) {
  scripted_server server([](peer& p) {
    const std::string all = p.read_to_end();
    p.send("got " + std::to_string(all.size()));
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  one.send("12345");
  one.say({{"op", "eof"}});
  EXPECT_EQ(one.read(5), "got 5");
  one.expect("eof");
  EXPECT_EQ(one.expect("closed").value("by", ""), "page");
  EXPECT_EQ(one.close_code(), 1000);
}

TEST(Tunnel, ServerThatEndsWithoutThePagesEndIsClosedInTime) {
  scripted_server server([](peer& p) { p.send("bye"); });
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.tunnel_limits.half_closed = milliseconds(50); });
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(3), "bye");
  one.expect("eof");
  EXPECT_EQ(one.expect("closed").value("by", ""), "server");
  EXPECT_EQ(one.close_code(), 1000);
}

TEST(Tunnel, PageThatClosesEndsTheServersConnectionToo) {
  std::string seen;
  {
    scripted_server server([&](peer& p) { seen = p.read_to_end(); });
    const running_relay relay({server.port()});
    page one(relay);
    one.connect(server.port());
    one.send("QUIT\r\n");
    one.client().close();
    EXPECT_EQ(one.close_code(), 1000);
  }
  EXPECT_EQ(seen, "QUIT\r\n");
}

TEST(Tunnel, PageThatVanishesEndsTheServersConnectionToo) {
  std::string seen = "not ended";
  {
    scripted_server server([&](peer& p) {
      p.send("220\r\n");
      seen = p.read_to_end();
    });
    const running_relay relay({server.port()});
    page one(relay);
    one.connect(server.port());
    EXPECT_EQ(one.read(5), "220\r\n");
    one.client().vanish();
  }
  EXPECT_EQ(seen, "");
}

TEST(Tunnel, SendsNoMoreThanTheCredit) {
  constexpr std::size_t initial = 256 * 1024;
  const std::string all(600'000, 'd');
  scripted_server server([&](peer& p) {
    p.send(all);
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(initial).size(), initial);
  // An answer to this shows that the relay had nothing more in hand for the page.
  EXPECT_FALSE(one.client().receive(std::chrono::milliseconds(300)).has_value());
  one.say({{"op", "credit"}, {"bytes", 1000}});
  EXPECT_EQ(one.read(1000).size(), 1000U);
  EXPECT_FALSE(one.client().receive(std::chrono::milliseconds(300)).has_value());
  one.say({{"op", "credit"}, {"bytes", 1'000'000}});
  EXPECT_EQ(one.read(all.size() - initial - 1000).size(), all.size() - initial - 1000);
}

TEST(Tunnel, EndsAtItsLimitUp) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.bytes_up = 1000; });
  page one(relay);
  one.connect(server.port());
  one.send(std::string(1000, 'u'));
  one.send("x");
  EXPECT_EQ(one.expect_error("stream", "quota", 1008).value("retryable", true), false);
}

TEST(Tunnel, EndsAtItsLimitDown) {
  scripted_server server([](peer& p) {
    p.send(std::string(1001, 'd'));
    p.read_to_end();
  });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.bytes_down = 1000; });
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(1000).size(), 1000U);
  one.expect_error("stream", "quota", 1008);
}

TEST(Tunnel, EndsWhenNothingMoves) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.idle = milliseconds(50); });
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.expect_error("stream", "timeout", 1011).value("retryable", false), true);
}

TEST(Tunnel, PingsDoNotCountAsMovement) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) {
    o.tunnel_limits.idle = milliseconds(200);
    o.tunnel_limits.ping = milliseconds(10);
  });
  page one(relay);
  one.connect(server.port());
  one.expect_error("stream", "timeout", 1011);
}

TEST(Tunnel, EndsWhenThePageOpensNothing) {
  const running_relay relay({}, [](app::serve_options& o) { o.tunnel_limits.open = milliseconds(50); });
  page one(relay);
  one.expect_error("policy", "timeout", 1011);
}

TEST(Tunnel, EndsWhenTheSessionTakesTooLong) {
  scripted_server server([](peer& p) {
    while (p.read(1).size() == 1 && p.send("x")) {
    }
  });
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.tunnel_limits.session = milliseconds(200); });
  page one(relay);
  one.connect(server.port());
  for (;;) {  // never idle
    one.send("x");
    const auto message = one.client().receive();
    ASSERT_TRUE(message.has_value());
    if (message->what == test::websocket_client::message::kind::binary) continue;
    EXPECT_EQ(parse_json(message->octets)->value("code", ""), "timeout");
    break;
  }
  EXPECT_EQ(one.close_code(), 1011);
}

TEST(Tunnel, TurnsAwayBeyondItsNumber) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.connections = 1; });
  page first(relay);
  test::websocket_client second(own_page(relay));
  ASSERT_TRUE(second.opened());
  const auto said = second.receive();
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(parse_json(said->octets)->value("code", ""), "throttled");
  EXPECT_EQ(second.close_code(), 1013);
  first.connect(server.port());
}

TEST(Tunnel, ManyStandSideBySide) {
  std::vector<std::unique_ptr<scripted_server>> servers;
  std::vector<std::uint16_t> ports;
  for (int i = 0; i < 8; ++i) {
    servers.push_back(std::make_unique<scripted_server>([i](peer& p) {
      p.send(std::to_string(i) + p.read(4));
      p.read_to_end();
    }));
    ports.push_back(servers.back()->port());
  }
  const running_relay relay(ports);
  std::vector<std::unique_ptr<page>> pages;
  for (const std::uint16_t port : ports) {
    pages.push_back(std::make_unique<page>(relay));
    pages.back()->connect(port);
  }
  for (auto& one : pages) one->send("ping");
  for (std::size_t i = 0; i < pages.size(); ++i) EXPECT_EQ(pages[i]->read(5), std::to_string(i) + "ping");
}

TEST(Tunnel, IsToldThatTheRelayEnds) {
  scripted_server server([](peer& p) {
    p.send("220\r\n");
    p.read_to_end();
  });
  running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(5), "220\r\n");
  relay.itself().stop();
  EXPECT_EQ(one.expect("draining").value("deadline_ms", 0), 100);
  EXPECT_EQ(one.expect_error("stream", "draining", 1012).value("retryable", false), true);
  relay.end();
}

TEST(Tunnel, MayFinishWhileTheRelayEnds) {
  scripted_server server([](peer& p) {
    p.send("220\r\n");
    p.send(p.read(6));
    p.read_to_end();
  });
  running_relay relay({server.port()}, [](app::serve_options& o) { o.drain = seconds(15); });
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(5), "220\r\n");
  relay.itself().stop();
  one.expect("draining");
  one.send("QUIT\r\n");
  EXPECT_EQ(one.read(6), "QUIT\r\n");
  one.client().close();
  EXPECT_EQ(one.close_code(), 1000);
  relay.end();  // as soon as nobody is left, long before the deadline
}

}  // namespace
}  // namespace smtpscope::testing
