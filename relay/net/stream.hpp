#pragma once
// A connection to a server or from a page, as the tunnel uses it: TCP, or TLS over it, one type for both. TLS begins
// in place, so that STARTTLS is the same as implicit TLS.
//
// Octets move with calls that never block, between waits: a buffer is needed only while there is
// something to read. OpenSSL works on the socket itself, without buffers in between. One coroutine
// may read while another writes; all of them on one strand, and the stream must outlive them.

#include <cstddef>
#include <memory>
#include <span>

#include <openssl/ssl.h>

#include "relay/net/asio.hpp"

namespace smtpscope::net {

struct ssl_deleter {
  void operator()(SSL* p) const noexcept { SSL_free(p); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;

// Octets moved before anything else happened; with asio::error::would_block nothing can move now,
// with asio::error::eof the peer has ended its side.
struct transfer {
  std::size_t octets = 0;
  error_code error;
};

class stream {
 public:
  explicit stream(const asio::any_io_executor& executor) : socket_(executor) {}
  // Of a listener that has set no_delay, which its connections inherit.
  explicit stream(tcp::socket accepted);
  stream(stream&&) = default;  // while nothing waits
  stream& operator=(stream&&) = delete;

  // Begins to connect. Nothing: it stands, as servers on this machine do at once; would_block: finish_connecting()
  // says; others are the system's.
  [[nodiscard]] error_code begin_connecting(const tcp::endpoint& to);
  // After would_block. Errors: of the system; operation_aborted after close() or interrupt().
  [[nodiscard]] awaitable<error_code> finish_connecting();

  // Does the handshake, as server when `session` comes from a context for servers, else as client.
  // `session` is fresh (SSL_new) with all its settings made; the stream owns it from here. Errors: of the system, eof,
  // operation_aborted after close(), and of OpenSSL's category, with its packed error; details from tls().
  [[nodiscard]] awaitable<error_code> handshake(ssl_ptr session);
  [[nodiscard]] SSL* tls() const noexcept { return ssl_.get(); }

  // Returns when read_now() can say more than would_block, or with operation_aborted after
  // interrupt() or close().
  [[nodiscard]] awaitable<error_code> wait_readable();
  // Takes what is there, without waiting.
  [[nodiscard]] transfer read_now(std::span<std::byte> into);
  // Without TLS only: waits and takes a first few octets in one go, which costs a call of the system less than
  // wait_readable() and read_now(). Errors of both, never would_block.
  [[nodiscard]] awaitable<transfer> read_first(std::span<std::byte> into);
  // Waits, then takes. Errors: as read_now(), never would_block.
  [[nodiscard]] awaitable<transfer> read_some(std::span<std::byte> into);

  // Gives what the system takes now, without waiting. After would_block, the next call has the same octets.
  [[nodiscard]] transfer write_now(std::span<const std::byte> octets);
  // What to wait for after would_block: TLS may need the other direction before it can go on.
  [[nodiscard]] tcp::socket::wait_type read_until() const noexcept { return read_until_; }
  [[nodiscard]] tcp::socket::wait_type write_until() const noexcept { return write_until_; }

  // Writes all of it. operation_aborted only after close().
  [[nodiscard]] awaitable<error_code> write_all(std::span<const std::byte> octets);

  // Ends our side (TLS: close_notify first); reading goes on.
  [[nodiscard]] awaitable<error_code> end_writing();
  // The same as far as it goes without waiting.
  void end_writing_now();
  // The peer's close_notify has come, and ours has not gone.
  [[nodiscard]] bool owes_goodbye() const;

  // Holds back what is written until it fills packets, or until release(): what is said in one breath is one packet.
  void hold() { set_cork(1); }
  void release() { set_cork(0); }

  // True when octets wait in the socket that nobody has read.
  [[nodiscard]] bool plaintext_waiting();

  // Wakes all waits of this stream; only wait_readable() and connect() tell their caller.
  void interrupt();
  // Ends everything at once.
  void close();
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }

 private:
  [[nodiscard]] transfer read_plain(std::span<std::byte> into);
  [[nodiscard]] transfer read_tls(std::span<std::byte> into);
  // Why OpenSSL could not go on, and for would_block, what to wait for.
  struct obstacle {
    error_code error;
    tcp::socket::wait_type until;
  };
  [[nodiscard]] obstacle judge(int result) const;
  [[nodiscard]] awaitable<error_code> wait(tcp::socket::wait_type what);
  [[nodiscard]] error_code connected();
  void set_cork(int on);

  tcp::socket socket_;
  ssl_ptr ssl_;
  bool closed_ = false;
  bool drained_ = true;  // the last read took all there was
  tcp::socket::wait_type read_until_ = tcp::socket::wait_read;
  tcp::socket::wait_type write_until_ = tcp::socket::wait_write;
};

}  // namespace smtpscope::net
