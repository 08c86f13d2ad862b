#pragma once
// One tunnel: a WebSocket to the page, a stream to the server, and the session that rules both.
//
// Two ways and a timer, one thing at a time:
//   upward    page → server: one message in memory; the next is read when this one is written
//   downward  server → page, all that is said to the page, and what the session asks for
//   clock     limits, pings
// Each direction holds one buffer while octets move and none while they do not; what is not read
// waits in the sender's socket, so a side that stops stops the other, and memory does not grow.

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "relay/net/page_socket.hpp"
#include "relay/net/stream.hpp"
#include "relay/tunnel/services.hpp"
#include "smtpscope/tunnel/frame_meter.hpp"
#include "smtpscope/tunnel/relay_session.hpp"

namespace smtpscope::tunnel {

// Without permessage-deflate: it would hold 300 KiB a connection, and mail does not compress.
using page_stream = boost::beast::websocket::stream<net::page_socket, /*deflateSupported=*/false>;
using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

// Who asks for a tunnel.
struct arrival {
  std::optional<ip_address> from;  // nothing: from where nobody is counted
  std::string origin;              // as in the header; "-": there was none
};

class bridge : public std::enable_shared_from_this<bridge> {
 public:
  // `page` runs on an executor that does one thing at a time, which becomes the bridge's.
  bridge(net::page_socket page, arrival who, const services& shared);
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;
  ~bridge();

  // From the upgrade to the end of both connections. Call it once.
  [[nodiscard]] net::awaitable<void> run(std::unique_ptr<upgrade_request> request);

  // Asks the page to finish, and ends the tunnel after `deadline`. From any thread.
  void drain(milliseconds deadline);

 private:
  using steady = std::chrono::steady_clock;
  // The beginning of a message, and most commands as a whole. Held for as long as the tunnel stands, so no more.
  static constexpr std::size_t first_read_octets = 256;

  [[nodiscard]] net::awaitable<bool> upgrade(std::unique_ptr<upgrade_request> request);
  void begin();

  void read_page() noexcept;
  void page_said(const net::error_code& ec, std::size_t size) noexcept;
  void go_on_with(net::awaitable<bool> rest);
  void upward_ended();
  void upward_broken();
  [[nodiscard]] net::awaitable<bool> take_pieces(std::span<const std::byte> first);
  [[nodiscard]] bool is_for_server(std::span<const std::byte> octets);
  [[nodiscard]] net::awaitable<bool> write_server(std::span<const std::byte> octets);
  void take_text(std::span<const std::byte> piece);
  void judge_frames(frame_meter::verdict v);
  void page_read_failed(const net::error_code& ec);

  [[nodiscard]] net::awaitable<void> downward();
  [[nodiscard]] net::awaitable<void> to_page();
  [[nodiscard]] bool tls_said();
  [[nodiscard]] net::awaitable<void> write_page(std::span<const std::byte> octets);
  [[nodiscard]] net::awaitable<void> sleep();
  void hold_page();
  void release_page();

  [[nodiscard]] net::awaitable<void> perform(const action& what);
  [[nodiscard]] net::awaitable<void> on(const send_control& what);
  [[nodiscard]] net::awaitable<void> on(const resolve_name& what);
  [[nodiscard]] net::awaitable<void> on(const connect_server& what);
  [[nodiscard]] net::awaitable<void> on(const secure_server& what);
  [[nodiscard]] net::awaitable<void> on(const end_sending& what);
  [[nodiscard]] net::awaitable<void> on(const close_tunnel& what);

  void clock();
  void set_clock();
  [[nodiscard]] steady::time_point deadline() const;
  void on_deadline(steady::time_point now);
  void ping();
  [[nodiscard]] bool page_is_gone();

  // After every call of the session that may have changed it.
  void noticed();
  void moved() { last_moved_ = steady::now(); }
  [[nodiscard]] net::awaitable<void> linger();
  void log_end() const;

  const services& shared_;
  const std::uint64_t number_;
  const std::optional<ip_address> from_;
  admitted entered_;
  std::string connected_to_;  // what the door counts; "" before
  page_stream page_;
  std::array<std::byte, first_read_octets> first_;
  std::unique_ptr<net::handshake_record> handshake_;  // before server_, whose TLS writes to it; null without
  net::stream server_;
  const std::shared_ptr<const address_policy> policy_;
  relay_session session_;
  net::asio::steady_timer wake_;
  net::asio::steady_timer clock_;
  std::string control_;  // a control frame on its way in

  steady::time_point started_ = steady::now();
  steady::time_point phase_since_ = started_;
  steady::time_point last_moved_ = started_;
  steady::time_point next_ping_ = started_;
  std::optional<steady::time_point> drain_at_;
  std::optional<steady::time_point> half_closed_since_;
  relay_session::phase phase_seen_ = relay_session::phase::expect_open;

  bool waiting_for_server_ = false;  // downward waits for octets
  bool writing_to_server_ = false;
  bool writing_to_page_ = false;
  bool pinging_ = false;
  bool page_held_ = false;  // what is written to it waits for more
  bool page_read_ended_ = false;
  bool closed_ = false;  // close_tunnel has been performed
  bool over_ = false;    // the clock has nothing to watch any more
};

}  // namespace smtpscope::tunnel
