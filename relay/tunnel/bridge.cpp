#include "relay/tunnel/bridge.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/field.hpp>

#include "relay/net/buffer_pool.hpp"
#include "relay/net/connect.hpp"
#include "relay/net/own_block.hpp"
#include "relay/ops/log.hpp"

namespace smtpscope::tunnel {
namespace {

namespace asio = net::asio;
namespace websocket = boost::beast::websocket;
using net::error_code;
using net::use_tuple;

// Beast closes by itself, without our words, when a message announces more than this. It also keeps
// lengths of 63 bits and more away from sums.
constexpr std::size_t refused_unread_octets = std::size_t{1} << 20;

}  // namespace

bridge::bridge(net::page_socket page, arrival who, const services& shared)
    : shared_(shared),
      number_(++shared.count.opened),
      from_(who.from),
      entered_(shared.entrance.enter(from_)),
      page_(std::move(page)),
      server_(page_.get_executor()),
      policy_(shared.policy.now()),
      session_(*policy_, shared.bounds,
               {shared.tokens != nullptr ? shared.tokens->now() : nullptr, std::move(who.origin), wall_clock()}),
      wake_(page_.get_executor()),
      clock_(page_.get_executor()) {
  ++shared_.count.active;
}

bridge::~bridge() {
  --shared_.count.active;
  if (entered_ == admitted::yes) shared_.entrance.leave(from_);
  if (!connected_to_.empty()) shared_.entrance.leave_destination(connected_to_);
}

net::awaitable<void> bridge::run(std::unique_ptr<upgrade_request> request) {
  // A variable of its own: g++ 12 destroys what a temporary in a co_await expression holds twice.
  net::awaitable<bool> upgrading = upgrade(std::move(request));
  if (!co_await std::move(upgrading)) co_return;
  begin();
  co_await downward();
  while (!page_read_ended_) co_await sleep();
  over_ = true;
  clock_.cancel();
  co_await linger();
  log_end();
}

// What it needs is not held for as long as the tunnel stands.
net::awaitable<bool> bridge::upgrade(std::unique_ptr<upgrade_request> request) {
  const auto none = websocket::stream_base::none();
  page_.set_option(websocket::stream_base::timeout{shared_.bounds.handshake, none, false});
  page_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
    response.set(boost::beast::http::field::server, "smtpscope");
  }));
  page_.auto_fragment(false);
  page_.read_message_max(refused_unread_octets);
  hold_page();  // so that `hello` comes with the answer
  const auto [ec] = co_await page_.async_accept(*request, use_tuple);
  if (ec) co_return false;
  // Beast's own timeouts end a reader without a word; the clock knows what it ends.
  page_.set_option(websocket::stream_base::timeout{none, none, false});
  page_.next_layer().watch_frames({shared_.bounds.frames_per_second, shared_.bounds.fragments_per_second},
                                  [this](frame_meter::verdict v) { judge_frames(v); });
  co_return true;
}

void bridge::begin() {
  if (entered_ == admitted::yes)
    session_.accepted();
  else
    session_.turn_away(entered_);
  started_ = phase_since_ = last_moved_ = steady::now();
  next_ping_ = started_ + shared_.bounds.ping;
  noticed();
  clock();
  read_page();
}

void bridge::drain(milliseconds deadline) {
  asio::post(page_.get_executor(), [self = shared_from_this(), deadline] {
    self->session_.drain(deadline);
    self->drain_at_ = steady::now() + deadline;
    self->set_clock();
    self->noticed();
  });
}

void bridge::noticed() {
  const auto phase = session_.state();
  if (session_.half_closed() && !half_closed_since_) {
    half_closed_since_ = steady::now();
    set_clock();
  }
  if (phase != phase_seen_) {
    const auto before = std::exchange(phase_seen_, phase);
    phase_since_ = steady::now();
    set_clock();
    // Whoever waits for a server that is no longer wanted must not wait on.
    const bool under_way = before == relay_session::phase::connecting || before == relay_session::phase::securing;
    if (session_.closing() && (under_way || writing_to_server_)) server_.close();
  }
  if (!session_.has_next()) return;
  wake_.cancel();
  if (waiting_for_server_) server_.interrupt();
}

// --- page → server ---

// Not a coroutine: a tunnel waits here for most of its life, and would hold a frame meanwhile. What has to wait for
// something else is one, and ends before the next message is read.
void bridge::read_page() noexcept try {
  page_.async_read_some(asio::buffer(first_),
                        net::in_own_block([self = shared_from_this()](const error_code& ec, std::size_t size) {
                          self->page_said(ec, size);
                        }));
} catch (...) {
  upward_broken();
}

void bridge::page_said(const error_code& ec, std::size_t size) noexcept try {
  if (ec) {
    page_read_failed(ec);
    return upward_ended();
  }
  const auto piece = std::span(first_).first(size);
  if (session_.closing()) return read_page();  // what follows is read to let the close frame through
  if (page_.got_text()) {
    take_text(piece);
    return read_page();
  }
  if (!page_.is_message_done()) return go_on_with(take_pieces(piece));
  if (!is_for_server(piece)) return read_page();
  const std::size_t written = server_.write_now(piece).octets;  // an error shows itself again
  if (written > 0) moved();
  shared_.seen.moved(ops::way::up, written);
  if (written < piece.size()) return go_on_with(write_server(piece.subspan(written)));
  read_page();
} catch (...) {
  upward_broken();
}

void bridge::go_on_with(net::awaitable<bool> rest) {
  asio::co_spawn(page_.get_executor(), std::move(rest),
                 [self = shared_from_this()](const std::exception_ptr& thrown, bool more) {
                   if (thrown) return self->upward_broken();
                   if (more) return self->read_page();
                   self->upward_ended();
                 });
}

void bridge::upward_ended() {
  page_read_ended_ = true;
  wake_.cancel();
}

// Out of memory: this tunnel alone is lost.
void bridge::upward_broken() {
  session_.page_closed();
  noticed();
  upward_ended();
}

void bridge::take_text(std::span<const std::byte> piece) {
  control_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  if (control_.size() > control_frame_octets) {
    session_.page_message_too_large();
    return noticed();
  }
  if (!page_.is_message_done()) return;
  const bool slept = session_.readable() == 0;
  session_.page_text(control_);
  std::string().swap(control_);
  moved();
  noticed();
  if (slept && session_.readable() > 0) wake_.cancel();  // fresh credit
}

// A message of which there is more than `first`. False when the page is gone.
net::awaitable<bool> bridge::take_pieces(std::span<const std::byte> first) {
  net::buffer_lease lease;
  const std::span<std::byte> all = lease.octets();
  std::memcpy(all.data(), first.data(), first.size());
  std::size_t size = first.size();
  while (!page_.is_message_done()) {
    const auto rest = all.subspan(size);
    if (rest.empty()) {
      session_.page_message_too_large();
      noticed();
      co_return true;
    }
    const auto [ec, more] = co_await page_.async_read_some(asio::buffer(rest.data(), rest.size()), use_tuple);
    if (ec) {
      page_read_failed(ec);
      co_return false;
    }
    size += more;
  }
  if (!is_for_server(all.first(size))) co_return true;
  co_return co_await write_server(all.first(size));
}

bool bridge::is_for_server(std::span<const std::byte> octets) {
  const verdict answer = session_.page_data(octets);
  noticed();
  return answer != verdict::discard;
}

net::awaitable<bool> bridge::write_server(std::span<const std::byte> octets) {
  writing_to_server_ = true;
  const error_code ec = co_await server_.write_all(octets);
  writing_to_server_ = false;
  moved();
  if (!ec) {
    shared_.seen.moved(ops::way::up, octets.size());
    co_return true;
  }
  session_.failed(stage::stream, net::code_of(ec));
  noticed();
  co_return true;
}

void bridge::judge_frames(frame_meter::verdict v) {
  switch (v) {
    case frame_meter::verdict::fine: return;
    case frame_meter::verdict::too_many_frames:
    case frame_meter::verdict::too_many_fragments: session_.page_flooded(); break;
    case frame_meter::verdict::length_too_long: session_.page_framing_broken(); break;
  }
  noticed();
}

void bridge::page_read_failed(const error_code& ec) {
  if (ec == websocket::error::message_too_big)
    session_.page_message_too_large();
  else
    session_.page_closed();
  noticed();
}

// --- the end ---

// Reads what the page still says until it hangs up: a socket closed with unread octets sends a reset,
// which can overtake our last words.
net::awaitable<void> bridge::linger() {
  auto& socket = page_.next_layer().socket();  // also under TLS: what comes is thrown away
  error_code ec;
  socket.shutdown(net::tcp::socket::shutdown_send, ec);
  if (ec) co_return;
  std::array<std::byte, first_read_octets> rest;
  clock_.expires_after(shared_.bounds.closing);
  // Also when it is cancelled: the relay is to end.
  clock_.async_wait([self = shared_from_this()](const error_code&) { self->page_.next_layer().below().close(); });
  while (!ec) ec = std::get<0>(co_await socket.async_read_some(asio::buffer(rest), use_tuple));
  clock_.cancel();
  socket.close(ec);
}

void bridge::log_end() const {
  const auto lasted = std::chrono::duration_cast<microseconds>(steady::now() - started_);
  const auto seconds = std::chrono::duration<double>(lasted).count();
  const auto& why = session_.outcome();
  shared_.seen.tunnel_ended(why ? std::optional(ops::metrics::outcome{why->at, why->what}) : std::nullopt, lasted);
  if (!spdlog::should_log(spdlog::level::info)) return;
  const std::string end = why ? fmt::format("{} at {}", name(why->what), name(why->at)) : "ended in order";
  ops::log_event(fmt::format("tunnel {}: {}, {:.1f} s, {} bytes up, {} down", number_, end, seconds,
                             session_.bytes_up(), session_.bytes_down()),
                 {{"tunnel", number_},
                  {"outcome", why ? name(why->what) : "in_order"},
                  {"stage", why ? json(name(why->at)) : json()},
                  {"seconds", seconds},
                  {"bytes_up", session_.bytes_up()},
                  {"bytes_down", session_.bytes_down()}});
}

}  // namespace smtpscope::tunnel
