#include "delay_line.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.hpp"

namespace load {
namespace {

using clock = std::chrono::steady_clock;

struct in_flight {
  clock::time_point due;
  std::string octets;  // empty: the end
};

// One direction.
struct lane {
  int from;
  int to;
  bool open = true;
  std::deque<in_flight> way{};
};

int milliseconds_until(clock::time_point when) {
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(when - clock::now()).count()));
}

void take(lane& l, std::chrono::milliseconds delay) {
  std::array<char, 65536> piece;
  const ssize_t n = ::recv(l.from, piece.data(), piece.size(), 0);
  l.open = n > 0;
  l.way.push_back({clock::now() + delay, n > 0 ? std::string(piece.data(), static_cast<std::size_t>(n)) : ""});
}

void deliver(lane& l) {
  while (!l.way.empty() && l.way.front().due <= clock::now()) {
    const std::string& octets = l.way.front().octets;
    if (octets.empty())
      ::shutdown(l.to, SHUT_WR);
    else
      static_cast<void>(::send(l.to, octets.data(), octets.size(), MSG_NOSIGNAL));
    l.way.pop_front();
  }
}

}  // namespace

delay_line::delay_line(std::uint16_t to, int one_way) : listener_(listen_on(0)) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this, to, one_way] { run(to, one_way); });
}

delay_line::~delay_line() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void delay_line::run(std::uint16_t to, int one_way) const {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int one = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  // Over such a line, the client's connect() returns when two ways have passed, and it may speak then; the server
  // learns at the end of the third that there is a connection.
  ::poll(nullptr, 0, 2 * one_way);
  const std::chrono::milliseconds delay(one_way);
  const auto connected_at = clock::now() + delay;
  std::optional<connection> server;
  std::array<lane, 2> lanes{lane{client, -1}, lane{-1, client}};
  while (lanes[0].open || lanes[1].open || !lanes[0].way.empty() || !lanes[1].way.empty()) {
    if (!server && clock::now() >= connected_at) {
      server.emplace(to, security::plain);
      lanes[0].to = lanes[1].from = server->socket();
    }
    std::array<pollfd, 2> wanted{};
    int patience = server ? -1 : milliseconds_until(connected_at);
    for (std::size_t i = 0; i < 2; ++i) {
      wanted[i] = {lanes[i].open ? lanes[i].from : -1, POLLIN, 0};
      if (lanes[i].way.empty()) continue;
      const int due = milliseconds_until(lanes[i].way.front().due);
      patience = patience < 0 ? due : std::min(patience, due);
    }
    ::poll(wanted.data(), wanted.size(), patience);
    for (std::size_t i = 0; i < 2; ++i) {
      if (wanted[i].revents != 0) take(lanes[i], delay);
      if (server) deliver(lanes[i]);
    }
  }
  ::close(client);
}

}  // namespace load
