// Loads a relay, so that its process can be measured. Speaks with its caller by lines: it says "ready" and
// waits for a line before it begins, says what it found and waits for another before it lets go.
//
//   relay_load MODE KIND PORT BACKEND_PORT NUMBER [tls]
//
// MODE  up, down     NUMBER octets through one tunnel, in messages of 64 KiB
//       idle         NUMBER tunnels that stand and say nothing
//       rtt          NUMBER round trips of 200 octets: their median and 99th percentile in microseconds
//       rate         NUMBER tunnels, one after the other on each of four threads, each until the server's first word
//       stall-up, stall-down  NUMBER octets offered to a side that takes none
//       mail         NUMBER whole mail sessions with TLS, one after the other; the server is there already
//       trips        how many round trips a mail session takes until the server's first word, and altogether
// KIND  raw, websocket, tunnel, wisp

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "backend.hpp"
#include "mail.hpp"
#include "route.hpp"

namespace load {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t message_octets = 64 * 1024;
constexpr std::size_t small_octets = 200;
constexpr int stalled_after = 2'000;  // milliseconds
constexpr unsigned rate_threads = 4;

void wait_for_line() {
  for (int c = std::getchar(); c != '\n';)
    if (c = std::getchar(); c == EOF) std::exit(1);
}

// getchar() reads ahead; the line itself does not matter, only that it came.
void ready() {
  std::puts("ready");
  std::fflush(stdout);
  wait_for_line();
}

void found(const std::string& json) {
  std::puts(json.c_str());
  std::fflush(stdout);
  wait_for_line();
}

double seconds_since(clock::time_point begin) { return std::chrono::duration<double>(clock::now() - begin).count(); }

// For what brings more to the page than a tunnel may send unasked.
target with_credit(target to) {
  to.credit = std::uint64_t{1} << 32;
  return to;
}

void up(const target& to, std::uint64_t octets) {
  backend server(to.backend_port, behaviour::discard);
  route through(to);
  server.await_accepted(1);
  ready();
  const auto begin = clock::now();
  static_cast<void>(through.pump(std::string(message_octets, 'u'), octets, -1));
  server.await_received(octets);
  found("{\"seconds\":" + std::to_string(seconds_since(begin)) + "}");
}

void down(const target& to, std::uint64_t octets) {
  const int listener = listen_on(to.backend_port);
  route through(with_credit(to));
  ready();
  const auto begin = clock::now();
  poured sent{};
  std::thread server([&] { sent = pour(listener, octets, -1); });
  for (std::uint64_t got = 0; got < octets;) {
    const auto piece = through.receive();
    if (piece.empty()) fail("the relay ended early");
    got += piece.size();
  }
  server.join();
  found("{\"seconds\":" + std::to_string(seconds_since(begin)) + "}");
  ::close(sent.socket);
}

void idle(const target& to, std::uint64_t count) {
  const backend server(to.backend_port, behaviour::hold);
  std::deque<route> tunnels;
  const auto add = [&](std::uint64_t until) {
    while (tunnels.size() < until) {
      tunnels.emplace_back(to, static_cast<unsigned>(tunnels.size() / 1000) + 2);
      tunnels.back().forget_buffer();
    }
    server.await_accepted(until);
  };
  add(16);  // what the first ones bring with them is no cost of the others
  ready();
  add(16 + count);
  found("{\"tunnels\":" + std::to_string(count) + "}");
}

void round_trips(const target& to, std::uint64_t count) {
  const backend server(to.backend_port, behaviour::echo);
  route through(with_credit(to));
  const std::string message(small_octets, 'r');
  std::vector<double> took;
  ready();
  for (std::uint64_t i = 0; i < count + 100; ++i) {
    const auto begin = clock::now();
    through.send(message);
    static_cast<void>(through.receive(small_octets));
    if (i >= 100) took.push_back(seconds_since(begin) * 1e6);
  }
  std::sort(took.begin(), took.end());
  found("{\"p50\":" + std::to_string(took[took.size() / 2]) +
        ",\"p99\":" + std::to_string(took[took.size() * 99 / 100]) + "}");
}

void rate(const target& to, std::uint64_t count) {
  const backend server(to.backend_port, behaviour::greet);
  { static_cast<void>(route(to).receive(4)); }
  ready();
  std::atomic<std::uint64_t> left{count};
  const auto begin = clock::now();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < rate_threads; ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t now = left; now > 0; now = left)
        if (left.compare_exchange_weak(now, now - 1)) static_cast<void>(route(to, t + 2).receive(4));
    });
  for (auto& t : threads) t.join();
  found("{\"per_second\":" + std::to_string(static_cast<double>(count) / seconds_since(begin)) + "}");
}

void stall_up(const target& to, std::uint64_t octets) {
  const backend server(to.backend_port, behaviour::hold);
  route through(to);
  server.await_accepted(1);
  ready();
  const auto taken = through.pump(std::string(message_octets, 'u'), octets, stalled_after);
  found("{\"taken\":" + std::to_string(taken) + "}");
}

void stall_down(const target& to, std::uint64_t octets) {
  const int listener = listen_on(to.backend_port);
  route through(with_credit(to));
  ready();
  const poured sent = pour(listener, octets, stalled_after);
  found("{\"taken\":" + std::to_string(sent.octets) + "}");
  ::close(sent.socket);
}

double own_cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void mail(const target& to, std::uint64_t count) {
  send_mail(to);
  ready();
  const double before = own_cpu_seconds();
  const auto begin = clock::now();
  for (std::uint64_t i = 0; i < count; ++i) send_mail(to);
  found("{\"own_cpu_seconds\":" + std::to_string(own_cpu_seconds() - before) +
        ",\"seconds\":" + std::to_string(seconds_since(begin)) + "}");
}

void trips(const target& to, std::uint64_t) {
  ready();
  const mail_trips counted = count_round_trips(to);
  found("{\"first_word\":" + std::to_string(counted.first_word) + ",\"session\":" + std::to_string(counted.session) +
        "}");
}

struct mode {
  const char* name;
  void (*run)(const target&, std::uint64_t);
};
constexpr mode modes[] = {{"up", up},      {"down", down}, {"idle", idle},         {"rtt", round_trips},
                          {"rate", rate},  {"mail", mail}, {"stall-up", stall_up}, {"stall-down", stall_down},
                          {"trips", trips}};
constexpr std::pair<const char*, kind> kinds[] = {
    {"raw", kind::raw}, {"websocket", kind::websocket}, {"tunnel", kind::tunnel}, {"wisp", kind::wisp}};

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace load

int main(int count, char** words) {
  using namespace load;
  if (count < 6) fail("usage: relay_load MODE KIND PORT BACKEND_PORT NUMBER [tls]");
  raise_descriptor_limit();
  target to;
  for (const auto& [name, what] : kinds)
    if (std::strcmp(name, words[2]) == 0) to.what = what;
  to.port = static_cast<std::uint16_t>(std::atoi(words[3]));
  to.backend_port = static_cast<std::uint16_t>(std::atoi(words[4]));
  if (count > 6) to.how = security::tls;
  for (const mode& m : modes)
    if (std::strcmp(m.name, words[1]) == 0) {
      m.run(to, std::strtoull(words[5], nullptr, 10));
      return 0;
    }
  fail(std::string("no such mode: ") + words[1]);
}
