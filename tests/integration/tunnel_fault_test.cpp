// Whatever one side does, the other learns it in time, and nothing is left behind.

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>

#include <gmock/gmock.h>

#include "integration/serve_process.hpp"
#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds at_once{2};  // far below any limit of the relay's own

template <class T>
T value_of(std::promise<T>& promise) {
  auto future = promise.get_future();
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) throw std::runtime_error("nothing came");
  return future.get();
}

TEST(TunnelFault, ServerThatDiesWhileThePageSends) {
  scripted_server server([](peer& p) {
    p.read(100'000);
    p.reset();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  const auto begin = steady::now();
  for (int i = 0; i < 40; ++i) one.send(std::string(65536, 'd'));
  EXPECT_EQ(one.expect_error("stream", "reset", 1011).value("retryable", false), true);
  EXPECT_LT(steady::now() - begin, at_once);
}

TEST(TunnelFault, ServerThatEndsItsSideWhileThePageSends) {
  scripted_server server([](peer& p) {
    p.read(100'000);
    p.send("451 no more\r\n");
    p.end_sending();
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  for (int i = 0; i < 4; ++i) one.send(std::string(65536, 'd'));
  EXPECT_EQ(one.read(13), "451 no more\r\n");
  one.expect("eof");
  one.say({{"op", "eof"}});
  EXPECT_EQ(one.expect("closed").value("bytes_up", 0), 4 * 65536);
}

TEST(TunnelFault, GarbageIsCarriedAsItIs) {
  std::string garbage;
  for (int i = 0; i < 20'000; ++i) garbage += static_cast<char>(i * i >> 3);
  scripted_server server([&](peer& p) {
    p.send(garbage);
    p.end_sending();
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_TRUE(one.read(garbage.size()) == garbage);
  one.expect("eof");
}

TEST(TunnelFault, PageThatVanishesMidMessage) {
  std::promise<std::string> seen;
  scripted_server server([&](peer& p) { seen.set_value(p.read_to_end()); });
  const running_relay relay({server.port()});
  {
    raw_page page(relay.port());
    page.connect(server.port());
    page.send_frame(2, "whole");
    page.send(std::string("\x82\xfe\x10\x00\0\0\0\0", 8) + std::string(100, 'x'));  // of 4096 octets
  }
  EXPECT_THAT(value_of(seen), ::testing::StartsWith("whole")) << "and then the end";
}

// As when its process is killed: the system ends its connections.
TEST(TunnelFault, RelayThatIsKilledIsNoticedByBothSides) {
  std::promise<std::string> seen;
  scripted_server server([&](peer& p) {
    p.send("220\r\n");
    seen.set_value(p.read_to_end());
  });
  const temporary_directory state;
  serve_process relay(state.path(), {"--allow", "127.0.0.1:" + std::to_string(server.port()), "--allow-private"});
  raw_page page(relay.port());
  page.connect(server.port());
  EXPECT_EQ(page.read_frame().payload, "220\r\n");
  page.send_frame(2, "EHLO");
  const auto begin = steady::now();
  relay.kill();
  EXPECT_TRUE(page.ended());
  EXPECT_THAT(value_of(seen), ::testing::StartsWith(""));
  EXPECT_LT(steady::now() - begin, at_once);
}

// --- nothing leaks ---

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Sessions that end in every way, one after the other: in order, by either side, by reset, by breaking the protocol.
class every_end {
 public:
  explicit every_end(const running_relay& relay, std::uint16_t server, std::uint16_t nobody)
      : relay_(relay), server_(server), nobody_(nobody) {}

  void run(int number) {
    raw_page page(relay_.port());
    if (number % 7 == 5) return;  // hangs up before it has said anything
    if (number % 7 == 6) {
      refused(page);
      return;
    }
    page.connect(server_);
    EXPECT_EQ(page.read_frame().payload, "220\r\n");
    switch (number % 7) {
      case 0:
        page.send_frame(2, "quit");
        EXPECT_THAT(page.read_text(), HasSubstr(R"("ev":"eof")"));
        page.send_frame(1, R"({"op":"eof"})");
        EXPECT_THAT(page.read_text(), HasSubstr("closed"));
        say_goodbye(page);
        break;
      case 1:
        page.send_frame(2, "drop");
        EXPECT_THAT(page.read_text(), HasSubstr(R"("ev":"e)")) << "eof or error";
        break;
      case 2:
        page.send_frame(8, "\x03\xe8");
        page.read_to_end();
        break;
      case 3:
        page.send("\x82\x01x");
        page.read_to_end();
        break;
      case 4: break;  // vanishes
      default: break;
    }
  }

 private:
  // Answers the relay's close frame, without which it would wait for one.
  static void say_goodbye(raw_page& page) {
    page.send_frame(8, "\x03\xe8");
    page.read_to_end();
  }
  void refused(raw_page& page) {
    page.upgrade({{"Host", relay_.host()}, {"Origin", relay_.origin()}});
    page.read_text();
    page.send_frame(1, R"({"op":"open","host":"127.0.0.1","tls":"none","port":)" + std::to_string(nobody_) + "}");
    EXPECT_THAT(page.read_text(), HasSubstr("resolved"));
    EXPECT_THAT(page.read_text(), HasSubstr("refused"));
    say_goodbye(page);
  }

  const running_relay& relay_;
  std::uint16_t server_;
  std::uint16_t nobody_;
};

// Usually 700 sessions; SMTPSCOPE_SESSIONS says otherwise.
TEST(TunnelFault, NothingIsLeftOfSessionsHoweverTheyEnd) {
  const int sessions = size_from_environment("SMTPSCOPE_SESSIONS", 700);
  scripted_server server([](peer& p) {
    p.send("220\r\n");
    const std::string word = p.read(4);
    if (word == "drop") return p.reset();
    if (word == "quit") p.end_sending();
    p.read_to_end();
  });
  const std::uint16_t nobody = closed_port();
  running_relay relay({server.port(), nobody}, [](app::serve_options& o) {
    o.tunnel_limits.closing = milliseconds(500);
    o.tunnel_limits.connections = 100'000;
    o.tunnel_limits.connections_per_destination = 100'000;
  });
  every_end sessions_of(relay, server.port(), nobody);
  for (int i = 0; i < 140; ++i) sessions_of.run(i);  // what is allocated once is allocated now
  EXPECT_TRUE(eventually([&] { return relay.itself().tunnels() == 0; }));
  const std::size_t descriptors = open_descriptors();
  const std::uint64_t memory = allocated_octets();
  for (int i = 0; i < sessions; ++i) sessions_of.run(i);
  EXPECT_TRUE(eventually([&] { return relay.itself().tunnels() == 0; }));
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= descriptors; }))
      << open_descriptors() << " descriptors, " << descriptors << " at the start";
  const std::uint64_t now = allocated_octets();
  EXPECT_LT(now, memory + 64 * 1024) << "octets in use, " << memory << " at the start";
  std::printf("%d sessions: descriptors %zu, then %zu; octets allocated %zu, then %zu\n", sessions, descriptors,
              open_descriptors(), memory, now);
}

}  // namespace
}  // namespace smtpscope::testing
