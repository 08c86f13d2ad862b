#include "connection.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace load {
namespace {

sockaddr_in loopback(std::uint16_t port, unsigned last) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(0x7f000000U + last);
  at.sin_port = htons(port);
  return at;
}

SSL_CTX* client_context() {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  return context;
}

bool wait(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "relay_load: %s%s%s\n", what.c_str(), errno != 0 ? ": " : "",
               errno != 0 ? std::strerror(errno) : "");
  std::_Exit(1);
}

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const sockaddr_in at = loopback(port, 1);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(listener, 4096) != 0)
    fail("cannot listen on port " + std::to_string(port));
  return listener;
}

connection::connection(std::uint16_t port, security how, unsigned source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int one = 1;
  const sockaddr_in from = loopback(0, source);
  const sockaddr_in to = loopback(port, 1);
  ::setsockopt(socket_, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (source != 1 && ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("cannot bind");
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail("cannot connect to port " + std::to_string(port));
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  errno = 0;
  if (how == security::plain) return;
  tls_ = SSL_new(client_context());
  SSL_set_fd(tls_, socket_);
  SSL_set_mode(tls_, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_connect(tls_) != 1) fail("no TLS on port " + std::to_string(port));
}

connection::~connection() {
  SSL_free(tls_);
  ::close(socket_);
}

std::size_t connection::read_some(char* into, std::size_t most) {
  for (;;) {
    const ssize_t n = tls_ != nullptr ? SSL_read(tls_, into, static_cast<int>(most)) : ::recv(socket_, into, most, 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (tls_ != nullptr || errno == ECONNRESET) return 0;
    if (errno != EINTR) fail("cannot read");
  }
}

void connection::write_all(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t n = tls_ != nullptr ? SSL_write(tls_, octets.data(), static_cast<int>(octets.size()))
                                      : ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n <= 0) fail("cannot write");
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::size_t connection::write_within(std::string_view octets, int milliseconds) {
  if (!wait(socket_, POLLOUT, milliseconds)) return 0;
  const ssize_t n = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN) fail("cannot write");
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool connection::readable_within(int milliseconds) const {
  return (tls_ != nullptr && SSL_pending(tls_) > 0) || wait(socket_, POLLIN, milliseconds);
}

}  // namespace load
