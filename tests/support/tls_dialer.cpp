#include "support/tls_dialer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace smtpscope::test {
namespace {

constexpr int patience = 20'000;  // milliseconds

seconds now() { return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()); }

}  // namespace

tls_dialer::tls_dialer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) return;
  ::close(socket_);
  socket_ = -1;
}

tls_dialer::~tls_dialer() {
  if (socket_ >= 0) ::close(socket_);
}

bool tls_dialer::begin(tls::client_options options) {
  auto made = tls::engine::client(std::move(options));
  if (!made) return false;
  engine_.emplace(std::move(*made));
  received_.clear();
  read_ = 0;
  engine_->start(now());
  collect();
  while (last<tls::established>() == nullptr && last<tls::failed>() == nullptr && receive()) {
  }
  return last<tls::established>() != nullptr;
}

void tls_dialer::send(std::string_view octets) {
  if (!engine_) return put(octets);
  if (engine_->write(octets)) collect();
}

std::string tls_dialer::read_until(std::string_view text) {
  std::size_t at = std::string::npos;
  while ((at = received_.find(text, read_)) == std::string::npos)
    if (!receive()) break;
  const std::size_t end = at == std::string::npos ? received_.size() : at + text.size();
  std::string got = received_.substr(read_, end - read_);
  read_ = end;
  return got;
}

bool tls_dialer::read_to_end() {
  while (receive()) {
  }
  return ended_;
}

void tls_dialer::close() {
  if (engine_) engine_->close();
  collect();
  ::shutdown(socket_, SHUT_WR);
}

bool tls_dialer::wait_for(std::string_view message_type) {
  while (!saw(message_type))
    if (!receive()) return saw(message_type);
  return true;
}

bool tls_dialer::saw(std::string_view message_type) const {
  for (const tls::event& e : events_)
    if (const auto* m = std::get_if<tls::message_seen>(&e); m != nullptr && m->what.type == message_type) return true;
  return false;
}

bool tls_dialer::receive() {
  pollfd wait{socket_, POLLIN, 0};
  if (ended_ || ::poll(&wait, 1, patience) <= 0) return false;
  std::array<char, 65536> piece;
  const ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
  if (size <= 0) {
    ended_ = true;
    if (engine_) engine_->peer_closed();
  } else if (engine_) {
    engine_->receive({piece.data(), static_cast<std::size_t>(size)}, now());
  } else {
    received_.append(piece.data(), static_cast<std::size_t>(size));
  }
  collect();
  return !ended_;
}

void tls_dialer::collect() {
  while (engine_) {
    auto event = engine_->next();
    if (!event) return;
    if (const auto* out = std::get_if<tls::send_ciphertext>(&*event)) put(out->octets);
    if (const auto* in = std::get_if<tls::data_received>(&*event)) received_ += in->octets;
    // The goodbye is returned (RFC 5246 §7.2.1); some servers wait for that before they hang up.
    if (std::holds_alternative<tls::close_notify_received>(*event)) engine_->close();
    events_.push_back(std::move(*event));
  }
}

void tls_dialer::put(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t n = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace smtpscope::test
