#include "relay/net/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>

#include "relay/net/own_block.hpp"
#include "relay/net/socket_bio.hpp"

namespace smtpscope::net {
namespace {

constexpr auto would_block = asio::error::would_block;

error_code system_error(int number) {
  if (number == EAGAIN || number == EWOULDBLOCK) return would_block;
  return {number, boost::system::system_category()};
}

}  // namespace

stream::stream(tcp::socket accepted) : socket_(std::move(accepted)) {}

error_code stream::begin_connecting(const tcp::endpoint& to) {
  error_code ec;
  if (socket_.is_open()) socket_.close(ec);
  if (closed_) return asio::error::operation_aborted;
  socket_.open(to.protocol(), ec);
  if (!ec) socket_.native_non_blocking(true, ec);
  if (ec) return ec;
  if (::connect(socket_.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0) return connected();
  if (errno != EINPROGRESS && errno != EINTR) return system_error(errno);
  pollfd writable{socket_.native_handle(), POLLOUT, 0};
  return ::poll(&writable, 1, 0) == 1 ? connected() : error_code(would_block);
}

awaitable<error_code> stream::finish_connecting() {
  const error_code ec = co_await wait(tcp::socket::wait_write);
  co_return ec ? ec : connected();
}

// How an attempt to connect has ended.
error_code stream::connected() {
  int failed = 0;
  socklen_t size = sizeof failed;
  if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &failed, &size) != 0) failed = errno;
  if (failed != 0) return {failed, boost::system::system_category()};
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  return {};
}

awaitable<error_code> stream::wait(tcp::socket::wait_type what) {
  if (closed_) co_return asio::error::operation_aborted;
  auto [ec] = co_await socket_.async_wait(what, use_tuple);
  if (closed_) co_return asio::error::operation_aborted;
  co_return ec;
}

awaitable<error_code> stream::handshake(ssl_ptr session) {
  ssl_ = std::move(session);
  SSL_set_mode(ssl_.get(),
               SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  attach_socket(*ssl_, socket_.native_handle());
  if (SSL_is_server(ssl_.get()) == 1)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
  drained_ = true;
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) break;
    const obstacle met = judge(done);
    if (met.error != would_block) co_return met.error;
    const error_code waited = co_await wait(met.until);
    if (waited && (closed_ || waited != asio::error::operation_aborted)) co_return waited;
  }
  drained_ = false;  // the last flight may have come with data
  co_return error_code{};
}

awaitable<error_code> stream::wait_readable() {
  if (closed_) co_return asio::error::operation_aborted;
  if (!drained_) co_return error_code{};
  const auto [ec] = co_await socket_.async_wait(read_until_, in_own_block(use_tuple));
  co_return closed_ ? error_code(asio::error::operation_aborted) : ec;
}

transfer stream::read_now(std::span<std::byte> into) {
  if (closed_) return {0, asio::error::operation_aborted};
  const transfer t = ssl_ ? read_tls(into) : read_plain(into);
  // A short read of TCP took all there was; TLS may hold more of the record and has to be asked.
  drained_ = t.error == would_block || (!ssl_ && t.octets < into.size());
  return t;
}

transfer stream::read_plain(std::span<std::byte> into) {
  for (;;) {
    const ssize_t n = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (n > 0) return {static_cast<std::size_t>(n), {}};
    if (n == 0) return {0, asio::error::eof};
    if (errno != EINTR) return {0, system_error(errno)};
  }
}

// One call of OpenSSL gives one record, 16 KiB at most: fill the buffer while it has more.
transfer stream::read_tls(std::span<std::byte> into) {
  std::size_t total = 0;
  while (total < into.size()) {
    ERR_clear_error();
    std::size_t n = 0;
    const int ok = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &n);
    if (ok != 1) {
      const obstacle met = judge(ok);
      read_until_ = met.until;
      // What was read comes first; the obstacle shows itself again at the next call.
      return {total, total > 0 ? error_code{} : met.error};
    }
    total += n;
  }
  return {total, {}};
}

awaitable<transfer> stream::read_first(std::span<std::byte> into) {
  if (closed_) co_return transfer{0, asio::error::operation_aborted};
  const auto [ec, n] = co_await socket_.async_receive(asio::buffer(into.data(), into.size()), use_tuple);
  if (closed_) co_return transfer{0, asio::error::operation_aborted};
  drained_ = n < into.size();
  co_return transfer{n, ec};
}

awaitable<transfer> stream::read_some(std::span<std::byte> into) {
  for (;;) {
    const transfer t = read_now(into);
    if (t.error != would_block) co_return t;
    if (const error_code ec = co_await wait_readable(); ec && (closed_ || ec != asio::error::operation_aborted))
      co_return transfer{0, ec};
  }
}

transfer stream::write_now(std::span<const std::byte> octets) {
  if (closed_) return {0, asio::error::operation_aborted};
  if (!ssl_) {
    const ssize_t n = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return {static_cast<std::size_t>(n), {}};
    return {0, system_error(errno)};
  }
  ERR_clear_error();
  std::size_t n = 0;
  const int ok = SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &n);
  if (ok == 1) return {n, {}};
  const obstacle met = judge(ok);
  write_until_ = met.until;
  return {0, met.error};
}

awaitable<error_code> stream::write_all(std::span<const std::byte> octets) {
  while (!octets.empty()) {
    if (closed_) co_return asio::error::operation_aborted;
    const transfer t = write_now(octets);
    octets = octets.subspan(t.octets);
    if (!t.error || t.error == boost::system::errc::interrupted) continue;
    if (t.error != would_block) co_return t.error;
    const error_code ec = co_await wait(write_until_);
    if (ec && (closed_ || ec != asio::error::operation_aborted)) co_return ec;
  }
  co_return error_code{};
}

awaitable<error_code> stream::end_writing() {
  if (closed_) co_return asio::error::operation_aborted;
  while (ssl_ && (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) {
    ERR_clear_error();
    const int sent = SSL_shutdown(ssl_.get());
    if (sent >= 0) break;  // 0: sent, the peer's has not come yet
    const obstacle met = judge(sent);
    if (met.error != would_block) co_return met.error;
    const error_code waited = co_await wait(met.until);
    if (waited && (closed_ || waited != asio::error::operation_aborted)) co_return waited;
  }
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  co_return ec;
}

void stream::end_writing_now() {
  if (closed_) return;
  ERR_clear_error();
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) static_cast<void>(SSL_shutdown(ssl_.get()));
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

bool stream::owes_goodbye() const { return ssl_ && SSL_get_shutdown(ssl_.get()) == SSL_RECEIVED_SHUTDOWN; }

stream::obstacle stream::judge(int result) const {
  const int number = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {would_block, tcp::socket::wait_read};
    case SSL_ERROR_WANT_WRITE: return {would_block, tcp::socket::wait_write};
    case SSL_ERROR_ZERO_RETURN: return {asio::error::eof, tcp::socket::wait_read};
    case SSL_ERROR_SYSCALL:
      if (number != 0) return {system_error(number), tcp::socket::wait_read};
      return {asio::error::eof, tcp::socket::wait_read};
    default: break;
  }
  const unsigned long packed = ERR_peek_error();
  // The connection ended without close_notify: so many mail servers do, and SMTP says itself when it is over.
  if (ERR_GET_LIB(packed) == ERR_LIB_SSL && ERR_GET_REASON(packed) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return {asio::error::eof, tcp::socket::wait_read};
  return {error_code(static_cast<int>(packed), asio::error::get_ssl_category()), tcp::socket::wait_read};
}

void stream::set_cork(int on) {
  // Where it cannot be had, there are more packets.
  static_cast<void>(::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_CORK, &on, sizeof on));
}

bool stream::plaintext_waiting() {
  std::byte octet{};
  return ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void stream::interrupt() {
  error_code ignored;
  socket_.cancel(ignored);
}

void stream::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace smtpscope::net
