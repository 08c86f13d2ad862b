// The server's side of a bridge: what comes from there, and what the session asks to be done there.

#include <utility>

#include "relay/net/buffer_pool.hpp"
#include "relay/net/connect.hpp"
#include "relay/net/own_block.hpp"
#include "relay/tunnel/bridge.hpp"

namespace smtpscope::tunnel {

namespace asio = net::asio;
namespace websocket = boost::beast::websocket;
using net::error_code;
using net::use_tuple;

net::awaitable<void> bridge::downward() {
  while (!closed_) {
    if (const auto what = session_.next()) {
      co_await perform(*what);
      noticed();
      continue;
    }
    release_page();
    if (session_.readable() == 0) {
      co_await sleep();
    } else {
      waiting_for_server_ = true;
      const error_code ec = co_await server_.wait_readable();
      waiting_for_server_ = false;
      if (!session_.has_next() && (!ec || !server_.closed())) co_await to_page();
    }
  }
}

net::awaitable<void> bridge::to_page() {
  const std::size_t most = session_.readable();
  if (most == 0) co_return;
  net::buffer_lease lease;
  const net::transfer got = server_.read_now(lease.octets().first(most));
  // RFC 5246 §7.2.1: a close_notify is answered at once, and nothing may follow it.
  if (got.error == asio::error::eof && server_.owes_goodbye() && !writing_to_server_) server_.end_writing_now();
  // Tickets stand before the octets; a goodbye that came with some, behind them, is told next time.
  const bool ends = got.octets > 0 && server_.owes_goodbye();
  if (!ends && tls_said())
    while (const auto what = session_.next()) co_await perform(*what);
  if (got.error == asio::error::would_block) co_return;
  moved();
  if (got.error == asio::error::eof) {
    session_.server_ended();
    co_return noticed();
  }
  if (got.error) {
    session_.failed(stage::stream, net::code_of(got.error));
    co_return noticed();
  }
  const auto octets = lease.octets().first(got.octets);
  const verdict answer = session_.server_data(octets);
  if (answer == verdict::discard) co_return noticed();
  page_.binary(true);
  shared_.seen.moved(ops::way::down, octets.size());
  co_await write_page(octets);
}

// Tells the page what TLS said since it was asked last. False: nothing.
bool bridge::tls_said() {
  if (!handshake_ || handshake_->seen.empty()) return false;
  session_.tls_said(net::take_messages(*handshake_));
  return session_.has_next();
}

net::awaitable<void> bridge::write_page(std::span<const std::byte> octets) {
  writing_to_page_ = true;
  const auto [ec, written] = co_await page_.async_write(asio::buffer(octets.data(), octets.size()), use_tuple);
  writing_to_page_ = false;
  moved();
  if (!ec) co_return;
  session_.page_closed();
  noticed();
}

// Frames that follow one another at once go to the page as one packet.
void bridge::hold_page() {
  if (std::exchange(page_held_, true)) return;
  page_.next_layer().below().hold();
}

void bridge::release_page() {
  if (!std::exchange(page_held_, false)) return;
  page_.next_layer().below().release();
}

net::awaitable<void> bridge::sleep() {
  wake_.expires_at(steady::time_point::max());
  co_await wake_.async_wait(net::in_own_block(use_tuple));
}

// --- what the session asks for ---

net::awaitable<void> bridge::perform(const action& what) {
  return std::visit([this](const auto& a) { return on(a); }, what);
}

net::awaitable<void> bridge::on(const send_control& what) {
  page_.text(true);
  if (session_.has_next()) hold_page();
  co_await write_page(std::as_bytes(std::span(what.text)));
}

net::awaitable<void> bridge::on(const resolve_name& what) {
  const auto asked = steady::now();
  shared_.names.resolve(what.host,
                        [weak = weak_from_this(), executor = page_.get_executor(), asked](net::resolution r) {
                          asio::post(executor, [weak, asked, r = std::move(r)]() mutable {
                            const auto self = weak.lock();
                            if (!self) return;
                            const auto us = std::chrono::duration_cast<microseconds>(steady::now() - asked);
                            self->shared_.seen.took(ops::timed::resolve, us);
                            if (r.failure)
                              self->session_.failed(stage::resolve, *r.failure);
                            else
                              self->session_.resolved(std::move(r.addresses), us);
                            self->noticed();
                          });
                        });
  co_return;
}

net::awaitable<void> bridge::on(const connect_server& what) {
  if (!shared_.entrance.enter_destination(session_.destination_name())) co_return session_.destination_busy();
  connected_to_ = session_.destination_name();
  const auto asked = steady::now();
  const auto got = co_await net::connect_first(server_, what.addresses, what.port, shared_.bounds.connect,
                                               [this] { release_page(); });
  const auto us = std::chrono::duration_cast<microseconds>(steady::now() - asked);
  moved();
  shared_.seen.took(ops::timed::connect, us);
  if (!got.address) co_return session_.failed(stage::connect, got.failure);
  shared_.seen.tunnel_connected();
  session_.connected(*got.address, us);
}

net::awaitable<void> bridge::on(const secure_server& what) {
  if (what.mode == tls_mode::none && server_.plaintext_waiting()) co_return session_.plaintext_waits();
  release_page();
  const bool own = what.kind == destination_kind::mailbox && shared_.mailbox_tls != nullptr;
  const net::tls_client& trust = own ? *shared_.mailbox_tls : shared_.remote_tls;
  const auto asked = steady::now();
  handshake_ = std::make_unique<net::handshake_record>();
  const error_code ec = co_await server_.handshake(trust.session(what.host, *handshake_));
  const auto us = std::chrono::duration_cast<microseconds>(steady::now() - asked);
  moved();
  shared_.seen.took(ops::timed::tls, us);
  if (!ec) {
    tls::observe_messages(*server_.tls());
    co_return session_.secured(net::make_report(*server_.tls(), *handshake_, us));
  }
  const net::tls_failure why = net::explain_failure(*handshake_, ec);
  session_.handshake_seen(net::take_messages(*handshake_));
  if (why.what == code::reset)
    session_.failed(stage::tls, code::reset);
  else
    session_.tls_failed(why.what, why.why, std::move(handshake_->shown));
}

net::awaitable<void> bridge::on(const end_sending&) {
  release_page();
  // An error here shows itself to the reader.
  static_cast<void>(co_await server_.end_writing());
  static_cast<void>(tls_said());
}

net::awaitable<void> bridge::on(const close_tunnel& what) {
  if (!server_.closed() && server_.socket().is_open() && !session_.outcome())
    static_cast<void>(co_await server_.end_writing());
  server_.close();
  release_page();
  const websocket::close_reason reason(static_cast<std::uint16_t>(what.with));
  co_await page_.async_close(reason, use_tuple);
  closed_ = true;
}

}  // namespace smtpscope::tunnel
