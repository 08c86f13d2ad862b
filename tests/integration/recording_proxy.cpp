#include "integration/recording_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

int listen_on_free_port(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port = ntohs(at.sin_port);
  return listener;
}

}  // namespace

recording_proxy::recording_proxy(std::uint16_t to) : to_(to), listener_(listen_on_free_port(port_)) {
  thread_ = std::thread([this] {
    for (;;) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      carry(client);
      ::close(client);
    }
  });
}

recording_proxy::~recording_proxy() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  ::close(listener_);
}

std::string recording_proxy::up() const {
  const std::lock_guard lock(guard_);
  return up_;
}

std::string recording_proxy::down() const {
  const std::lock_guard lock(guard_);
  return down_;
}

void recording_proxy::carry(int client) {
  constexpr int short_wait = 100;  // milliseconds, to see that the test ends
  const int server = connect_to_loopback(to_);
  std::array<pollfd, 2> both = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  while (!ending_ && (both[0].fd >= 0 || both[1].fd >= 0)) {
    if (::poll(both.data(), both.size(), short_wait) <= 0) continue;
    if (both[0].revents != 0 && !pass(client, server, up_)) both[0].fd = -1;
    if (both[1].revents != 0 && !pass(server, client, down_)) both[1].fd = -1;
  }
  ::close(server);
}

bool recording_proxy::pass(int from, int to, std::string& record) {
  std::array<char, 65536> piece;
  const ssize_t size = ::recv(from, piece.data(), piece.size(), 0);
  if (size <= 0) {
    ::shutdown(to, SHUT_WR);
    return false;
  }
  const std::string_view octets(piece.data(), static_cast<std::size_t>(size));
  {
    const std::lock_guard lock(guard_);
    record += octets;
  }
  for (std::size_t sent = 0; sent < octets.size();) {
    const ssize_t n = ::send(to, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

std::string unmasked(std::string_view frames) {
  std::string payload;
  const auto octet = [&frames](std::size_t at) { return static_cast<unsigned char>(frames[at]); };
  while (frames.size() >= 6) {
    // Each connection begins anew; no frame does with these octets.
    if (frames.substr(0, 4) == "GET ") {
      const std::size_t end = frames.find("\r\n\r\n");
      if (end == std::string_view::npos) break;
      frames.remove_prefix(end + 4);
      continue;
    }
    std::size_t header = 2;
    std::size_t length = octet(1) & 0x7F;
    const std::size_t wide = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (frames.size() < header + wide + 4) break;
    if (wide != 0) length = 0;
    for (std::size_t i = 0; i < wide; ++i) length = length << 8 | octet(header++);
    const std::string_view mask = frames.substr(header, 4);
    const std::string_view masked = frames.substr(header + 4, length);
    for (std::size_t i = 0; i < masked.size(); ++i) payload += static_cast<char>(masked[i] ^ mask[i % 4]);
    frames.remove_prefix(std::min(header + 4 + length, frames.size()));
  }
  return payload;
}

}  // namespace smtpscope::testing
