// A side that takes nothing stops the other side; the relay holds next to nothing in between, and
// nothing is lost when it goes on.

#include <chrono>
#include <future>
#include <stdexcept>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;
constexpr std::uint64_t whole = 64 * mebi;
// What the sockets of both connections may hold, on both sides, by Linux's defaults.
constexpr std::uint64_t in_sockets = 48 * mebi;
// What the whole process, with the test's own buffers, may grow by.
constexpr std::uint64_t growth = 4 * mebi;

// The value of a promise, within 30 s.
template <class T>
T value_of(std::promise<T>& promise) {
  auto future = promise.get_future();
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    throw std::runtime_error("the server's script is stuck");
  return future.get();
}

// Waits for the other side's word, and goes on without it after 30 s: the test has failed by then.
void await(std::promise<void>& promise) { promise.get_future().wait_for(std::chrono::seconds(30)); }

void generous(app::serve_options& o) {
  o.tunnel_limits.bytes_up = 1024 * mebi;
  o.tunnel_limits.bytes_down = 1024 * mebi;
}

void connect_with_credit(raw_page& page, std::uint16_t port) {
  page.connect(port);
  page.send_frame(1, R"({"op":"credit","bytes":4294967296})");
}

TEST(TunnelBackPressure, ServerThatTakesNothingStopsThePage) {
  std::promise<void> go_on;
  std::promise<std::uint64_t> received;
  scripted_server server([&](peer& p) {
    await(go_on);
    std::uint64_t total = 0;
    for (std::size_t n = 1; n > 0 && total < whole; total += n) n = p.read(65536).size();
    received.set_value(total);
    p.read_to_end();
  });
  const running_relay relay({server.port()}, generous);
  raw_page page(relay.port());
  connect_with_credit(page, server.port());
  const std::uint64_t before = resident_octets();
  const std::uint64_t begun = page.send_until_stalled(whole);
  EXPECT_LT(begun, in_sockets) << "the relay swallowed what the server did not take";
  EXPECT_LT(resident_octets(), before + growth);
  go_on.set_value();
  EXPECT_TRUE(page.send_rest());
  const std::string frame(65536, 'p');
  for (std::uint64_t sent = begun; sent < whole; sent += frame.size()) ASSERT_TRUE(page.send_frame(2, frame));
  EXPECT_EQ(value_of(received), whole) << "every octet arrived in the end";
  EXPECT_LT(resident_octets(), before + growth);
}

TEST(TunnelBackPressure, PageThatTakesNothingStopsTheServer) {
  std::promise<std::uint64_t> stalled_at;
  scripted_server server([&](peer& p) {
    const std::uint64_t taken = p.send_until_stalled(whole);
    stalled_at.set_value(taken);
    p.send(std::string(whole - taken, 's'));
    p.end_sending();
    p.read_to_end();
  });
  const running_relay relay({server.port()}, generous);
  raw_page page(relay.port());
  const std::uint64_t before = resident_octets();
  connect_with_credit(page, server.port());
  const std::uint64_t taken = value_of(stalled_at);
  EXPECT_LT(taken, in_sockets) << "the relay swallowed what the page did not take";
  std::uint64_t total = 0;
  while (total < whole) {
    const auto frame = page.read_frame();
    ASSERT_EQ(frame.opcode, 2);
    total += frame.payload.size();
  }
  EXPECT_EQ(total, whole);
  EXPECT_THAT(page.read_text(), ::testing::HasSubstr(R"("ev":"eof")"));
  // The server's script holds the rest of its 64 MiB itself.
  EXPECT_LT(resident_octets(), before + growth + whole);
}

TEST(TunnelBackPressure, CreditAloneStopsTheServer) {
  std::promise<std::uint64_t> stalled_at;
  scripted_server server([&](peer& p) { stalled_at.set_value(p.send_until_stalled(whole)); });
  const running_relay relay({server.port()}, generous);
  page one(relay);
  const std::uint64_t before = resident_octets();
  one.connect(server.port());
  EXPECT_LT(value_of(stalled_at), in_sockets);
  EXPECT_LT(resident_octets(), before + growth);
}

TEST(TunnelBackPressure, StalledServerIsGivenUpAfterTheIdleLimit) {
  std::promise<void> finish;
  scripted_server server([&](peer&) { await(finish); });
  const running_relay relay({server.port()}, [](app::serve_options& o) {
    generous(o);
    o.tunnel_limits.idle = milliseconds(300);
  });
  raw_page page(relay.port());
  connect_with_credit(page, server.port());
  page.send_until_stalled(whole);
  EXPECT_THAT(page.read_text(), ::testing::HasSubstr(R"("code":"too_slow")"));
  finish.set_value();
}

TEST(TunnelBackPressure, StalledPageIsGivenUpAfterTheIdleLimit) {
  std::promise<std::string> seen;
  scripted_server server([&](peer& p) {
    p.send_until_stalled(whole);
    seen.set_value(p.read_to_end());
  });
  const running_relay relay({server.port()}, [](app::serve_options& o) {
    generous(o);
    o.tunnel_limits.idle = milliseconds(300);
    o.tunnel_limits.closing = milliseconds(100);
  });
  raw_page page(relay.port());
  connect_with_credit(page, server.port());
  EXPECT_EQ(value_of(seen), "") << "the server's connection is ended, though the page never says goodbye";
}

TEST(TunnelBackPressure, PageThatLeavesWhileTheServerTakesNothingIsNoticed) {
  std::promise<std::string> seen;
  std::promise<void> gone;
  scripted_server server([&](peer& p) {
    await(gone);
    seen.set_value(p.read_to_end());
  });
  const running_relay relay({server.port()}, [](app::serve_options& o) {
    generous(o);
    o.tunnel_limits.ping = milliseconds(50);
  });
  {
    raw_page page(relay.port());
    connect_with_credit(page, server.port());
    page.send_until_stalled(whole);
  }
  gone.set_value();
  EXPECT_LT(value_of(seen).size(), in_sockets);
}

}  // namespace
}  // namespace smtpscope::testing
