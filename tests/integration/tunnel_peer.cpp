#include "integration/tunnel_peer.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace smtpscope::testing {
namespace {

constexpr int patience = 20'000;  // milliseconds

int listen_on_loopback(int backlog, std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      ::listen(listener, backlog) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port = ntohs(at.sin_port);
  return listener;
}

net::validity valid_for(std::chrono::hours from, std::chrono::hours until) {
  const auto now = net::validity_clock::now();
  return {now + from, now + until};
}

tls_identity make_identity(net::validity when, const std::string& name, const std::string& address = "127.0.0.1") {
  auto authority = net::make_authority(valid_for(std::chrono::hours(-48), std::chrono::hours(240)));
  if (!authority) throw std::runtime_error(authority.why().detail);
  auto own = net::make_server_certificate(*authority, when, {name}, {address});
  if (!own) throw std::runtime_error(own.why().detail);
  return {std::move(*own), net::to_pem(*authority->certificate)};
}

void set_extension(X509* certificate, int nid, const char* value) {
  const int old = X509_get_ext_by_NID(certificate, nid, -1);
  if (old >= 0) X509_EXTENSION_free(X509_delete_ext(certificate, old));
  if (value == nullptr) return;
  X509_EXTENSION* fresh = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, fresh, -1);
  X509_EXTENSION_free(fresh);
}

void sign(const net::key_pair& what, const net::key_pair& by) {
  if (X509_sign(what.certificate.get(), by.key.get(), EVP_sha256()) <= 0) throw std::runtime_error("cannot sign");
}

}  // namespace

peer::~peer() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (context_ != nullptr) SSL_CTX_free(context_);
  if (socket_ >= 0) ::close(socket_);
}

bool peer::wait(short events, int milliseconds) const {
  pollfd entry{socket_, events, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

bool peer::send(std::string_view octets) {
  while (!octets.empty()) {
    if (!wait(POLLOUT, patience)) return false;
    const ssize_t n = tls_ != nullptr ? SSL_write(tls_, octets.data(), static_cast<int>(octets.size()))
                                      : ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::size_t peer::read_some(char* into, std::size_t most) {
  const bool pending = tls_ != nullptr && SSL_pending(tls_) > 0;
  if (!pending && !wait(POLLIN, patience)) return 0;
  const ssize_t n = tls_ != nullptr ? SSL_read(tls_, into, static_cast<int>(most)) : ::recv(socket_, into, most, 0);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

std::string peer::read(std::size_t octets) {
  std::string got;
  std::array<char, 65536> piece;
  while (got.size() < octets) {
    const std::size_t n = read_some(piece.data(), std::min(piece.size(), octets - got.size()));
    if (n == 0) break;
    got.append(piece.data(), n);
  }
  return got;
}

std::string peer::read_until(std::string_view text) {
  std::string got;
  while (got.find(text) == std::string::npos) {
    const std::string one = read(1);
    if (one.empty()) break;
    got += one;
  }
  return got;
}

std::string peer::read_to_end() { return read(std::string::npos); }

bool peer::start_tls(const tls_identity& shown) {
  context_ = SSL_CTX_new(TLS_server_method());
  if (shown.highest_version != 0) SSL_CTX_set_max_proto_version(context_, shown.highest_version);
  SSL_CTX_set_security_level(context_, 0);  // so that it can be made to offer what nobody should take
  SSL_CTX_use_certificate(context_, shown.own.certificate.get());
  SSL_CTX_use_PrivateKey(context_, shown.own.key.get());
  for (const net::certificate_ptr& next : shown.more) SSL_CTX_add1_chain_cert(context_, next.get());
  tls_ = SSL_new(context_);
  SSL_set_fd(tls_, socket_);
  return SSL_accept(tls_) == 1;
}

void peer::end_sending() {
  if (tls_ != nullptr) SSL_shutdown(tls_);
  ::shutdown(socket_, SHUT_WR);
}

void peer::reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(socket_, -1));
}

std::uint64_t peer::send_until_stalled(std::uint64_t most) {
  constexpr int silence = 1'000;  // milliseconds
  const std::string piece(65536, 's');
  std::uint64_t sent = 0;
  while (sent < most && wait(POLLOUT, silence)) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), most - sent));
    const ssize_t n = ::send(socket_, piece.data(), now, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) break;
    if (n > 0) sent += static_cast<std::uint64_t>(n);
  }
  return sent;
}

scripted_server::scripted_server(script play)
    : listener_(listen_on_loopback(16, port_)), ending_(::eventfd(0, EFD_CLOEXEC)) {
  ::fcntl(listener_, F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this, play = std::move(play)] {
    // OpenSSL writes to whoever may have left. Only here: the relay in this process has to see to that itself.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
      std::array<pollfd, 2> wanted{pollfd{listener_, POLLIN, 0}, pollfd{ending_, POLLIN, 0}};
      ::poll(wanted.data(), wanted.size(), -1);
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      // Who has connected before the end is served, however late this thread comes to it.
      if (socket < 0 && wanted[1].revents != 0) return;
      if (socket < 0) continue;
      timeval limit{patience / 1000, 0};  // for OpenSSL's blocking handshake
      ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      ++connections_;
      peer other(socket);
      play(other);
    }
  });
}

scripted_server::~scripted_server() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(ending_, &one, sizeof one));
  thread_.join();
  ::close(listener_);
  ::close(ending_);
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(1, port));
  return port;
}

// Linux drops a SYN when the queue of accepted connections is full, as a firewall would.
silent_port::silent_port() : listener_(listen_on_loopback(0, port_)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port_);
  for (int i = 0; i < 2; ++i) {
    const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::connect(filler, reinterpret_cast<sockaddr*>(&at), sizeof at);
    fillers_.push_back(filler);
  }
  pollfd first{fillers_.front(), POLLOUT, 0};
  ::poll(&first, 1, patience);
}

silent_port::~silent_port() {
  for (const int filler : fillers_) ::close(filler);
  ::close(listener_);
}

tls_identity good_identity() {
  return make_identity(valid_for(std::chrono::hours(-24), std::chrono::hours(24)), "mail.test");
}
tls_identity expired_identity() {
  return make_identity(valid_for(std::chrono::hours(-24), std::chrono::hours(-1)), "mail.test");
}
tls_identity future_identity() {
  return make_identity(valid_for(std::chrono::hours(1), std::chrono::hours(24)), "mail.test");
}
tls_identity other_name_identity() {
  return make_identity(valid_for(std::chrono::hours(-24), std::chrono::hours(24)), "other.test");
}

tls_identity other_address_identity() {
  return make_identity(valid_for(std::chrono::hours(-24), std::chrono::hours(24)), "mail.test", "192.0.2.1");
}

tls_identity self_signed_identity() {
  auto own = net::make_authority(valid_for(std::chrono::hours(-24), std::chrono::hours(24)));
  if (!own) throw std::runtime_error(own.why().detail);
  std::string pem = net::to_pem(*own->certificate);
  return {std::move(*own), std::move(pem)};
}

// Below an authority whose own certificate is below the root's.
static tls_identity identity_below(const net::validity& of_between) {
  const net::validity when = valid_for(std::chrono::hours(-24), std::chrono::hours(24));
  auto root = net::make_authority(when);
  auto between = net::make_authority(of_between);
  if (!root || !between) throw std::runtime_error("no authority");
  set_extension(root->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(*root, *root);
  X509_set_issuer_name(between->certificate.get(), X509_get_subject_name(root->certificate.get()));
  sign(*between, *root);
  auto own = net::make_server_certificate(*between, when, {"mail.test"}, {"127.0.0.1"});
  if (!own) throw std::runtime_error(own.why().detail);
  set_extension(own->certificate.get(), NID_info_access, "caIssuers;URI:http://authority.test/between.cer");
  sign(*own, *between);
  tls_identity made{std::move(*own), net::to_pem(*root->certificate)};
  made.more.push_back(std::move(between->certificate));
  return made;
}

tls_identity intermediate_identity() {
  return identity_below(valid_for(std::chrono::hours(-24), std::chrono::hours(24)));
}
tls_identity expired_intermediate_identity() {
  return identity_below(valid_for(std::chrono::hours(-240), std::chrono::hours(-120)));
}

tls_identity clients_identity() {
  const net::validity when = valid_for(std::chrono::hours(-24), std::chrono::hours(24));
  auto authority = net::make_authority(when);
  auto own = net::make_server_certificate(*authority, when, {"mail.test"}, {});
  if (!own) throw std::runtime_error(own.why().detail);
  set_extension(own->certificate.get(), NID_ext_key_usage, nullptr);
  set_extension(own->certificate.get(), NID_ext_key_usage, "clientAuth");
  sign(*own, *authority);
  return {std::move(*own), net::to_pem(*authority->certificate)};
}

tls_identity without_intermediate_identity() {
  tls_identity made = intermediate_identity();
  made.more.clear();
  return made;
}

tls_identity common_name_identity() {
  const net::validity when = valid_for(std::chrono::hours(-24), std::chrono::hours(24));
  auto authority = net::make_authority(when);
  auto own = net::make_server_certificate(*authority, when, {"mail.test"}, {});
  if (!own) throw std::runtime_error(own.why().detail);
  X509* const certificate = own->certificate.get();
  set_extension(certificate, NID_subject_alt_name, nullptr);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_ENTRY_free(X509_NAME_delete_entry(subject, X509_NAME_get_index_by_NID(subject, NID_commonName, -1)));
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("mail.test"), -1, -1,
                             0);
  sign(*own, *authority);
  return {std::move(*own), net::to_pem(*authority->certificate)};
}

}  // namespace smtpscope::testing
