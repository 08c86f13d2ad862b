#include "backend.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.hpp"

namespace load {
namespace {

constexpr std::size_t piece_octets = 1 << 20;

char* scratch() {
  static const std::unique_ptr<char[]> memory(new char[piece_octets]);
  return memory.get();
}

void watch(int poll, int socket) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = socket;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &wanted);
}

void set_no_delay(int socket) {
  const int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

}  // namespace

backend::backend(std::uint16_t port, behaviour what)
    : listener_(listen_on(port)), what_(what), poll_(::epoll_create1(0)), wake_(::eventfd(0, 0)) {
  watch(poll_, listener_);
  watch(poll_, wake_);
  thread_ = std::thread([this] { run(); });
}

backend::~backend() {
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) != sizeof one) fail("cannot wake the server");
  thread_.join();
  ::close(listener_);
  ::close(poll_);
  ::close(wake_);
}

void backend::run() {
  std::array<epoll_event, 64> happened{};
  for (;;) {
    const int n = ::epoll_wait(poll_, happened.data(), static_cast<int>(happened.size()), -1);
    for (int i = 0; i < n; ++i) {
      const int socket = happened[static_cast<std::size_t>(i)].data.fd;
      if (socket == wake_) return;
      if (socket == listener_)
        accept_all();
      else
        serve(socket);
    }
  }
}

void backend::accept_all() {
  const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  set_no_delay(socket);
  if (what_ == behaviour::greet && ::send(socket, "220\n", 4, MSG_NOSIGNAL) != 4) fail("cannot greet");
  if (what_ != behaviour::hold) watch(poll_, socket);
  ++accepted_;
  accepted_.notify_all();
}

void backend::serve(int socket) {
  const ssize_t n = ::recv(socket, scratch(), piece_octets, 0);
  if (n <= 0) {
    ::close(socket);
    return;
  }
  if (what_ == behaviour::echo && ::send(socket, scratch(), static_cast<std::size_t>(n), MSG_NOSIGNAL) != n)
    fail("cannot echo");
  received_ += static_cast<std::uint64_t>(n);
  received_.notify_all();
}

void backend::await_received(std::uint64_t octets) const {
  for (std::uint64_t now = received_; now < octets; now = received_) received_.wait(now);
}

void backend::await_accepted(std::uint64_t connections) const {
  for (std::uint64_t now = accepted_; now < connections; now = accepted_) accepted_.wait(now);
}

poured pour(int listener, std::uint64_t octets, int patience) {
  const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) fail("nobody connected to the server");
  set_no_delay(socket);
  std::uint64_t sent = 0;
  while (sent < octets) {
    pollfd entry{socket, POLLOUT, 0};
    if (::poll(&entry, 1, patience) != 1) break;
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(piece_octets, octets - sent));
    const ssize_t n = ::send(socket, scratch(), now, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) fail("the relay hung up on the server");
    if (n > 0) sent += static_cast<std::uint64_t>(n);
  }
  return {socket, sent};
}

}  // namespace load
