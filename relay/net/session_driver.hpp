#pragma once
// The only loop that joins a sans-I/O session to a socket: read, receive, perform what the session
// asks for in its order, and so on until it asks to close.
//
// What is I/O (writing, start_tls, timers, closing) is done here; every event is also shown to the
// host, which answers questions and stores content. Replies are gathered until there is a reason
// to write: the session has nothing more to say, TLS or the end follows, the host has work that may
// take time, or gather_octets are reached. Nothing is read meanwhile, so a session holds one read's
// worth of input and one gathering of output, whatever the peer does.

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <openssl/ssl.h>

#include "relay/net/asio.hpp"
#include "relay/net/buffer_pool.hpp"
#include "relay/net/stream.hpp"
#include "relay/net/watchdog.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/session/event.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/tls/channel_binding.hpp"

namespace smtpscope::net {

// Why a driver stopped.
enum class driven : std::uint8_t {
  closed_by_session,  // in order, as the session asked
  closed_by_peer,     // the peer hung up first
  tls_failed,         // the handshake did not come about
  write_failed,       // the peer was gone, or took nothing for driver_limits::write
  fault,              // the session waits for something that its host never did
};

struct driver_limits {
  milliseconds write = seconds{60};  // for one gathering of output to be taken by the peer
  milliseconds handshake = seconds{30};
  milliseconds goodbye = seconds{2};    // for the peer to end its side, after we have ended ours
  milliseconds lifetime = minutes{60};  // of the whole session: a slow drip of commands holds a place no longer
  milliseconds timer = minutes{60};     // at most, of what the session asks for (event.hpp, arm_timer)
};

// Output is written at the latest when there is so much of it.
inline constexpr std::size_t gather_octets = 16 * 1024;

template <class S>
concept drivable_session = requires(S s, std::string_view bytes) {
  s.connected(sasl::channel_binding{});
  s.receive(bytes);
  s.tls_established(sasl::channel_binding{});
  s.peer_closed();
  s.timer_fired();
  s.next();
  { s.over() } -> std::convertible_to<bool>;
};

// Makes what stream::handshake() needs: of a server's context or of a client's, with all settings
// made. Null when that failed.
using tls_maker = std::function<ssl_ptr()>;

// The half of the driver that knows no session: deadlines, gathered output, TLS, the end.
// All calls on the stream's strand; one at a time, beside interrupt().
class session_link {
 public:
  // `connected` must outlive the link.
  session_link(stream& connected, tls_maker make_tls, driver_limits limits);
  session_link(const session_link&) = delete;
  session_link& operator=(const session_link&) = delete;

  // The session's timer; it starts anew with every event (event.hpp, arm_timer). Zero: none.
  void arm(seconds after) noexcept { timer_ = after; }
  void note_event() noexcept;

  void gather(std::string_view bytes) { gathered_ += bytes; }
  // So much is gathered that it is to be written.
  [[nodiscard]] bool full() const noexcept { return gathered_.size() >= gather_octets; }
  // Writes what can be written without waiting; false when that is not all, or the link is lost: then flush().
  [[nodiscard]] bool flush_now();

  // These give false when the link is lost; ending() then says how.
  [[nodiscard]] awaitable<bool> flush();
  [[nodiscard]] awaitable<bool> start_tls();

  enum class readable : std::uint8_t { yes, timed_out, interrupted };
  // Waits until there is something to read (the peer's end included), the session's timer has run
  // out, or interrupt() was called.
  [[nodiscard]] awaitable<readable> wait();
  // What is there, without waiting; nothing at the peer's end. The view lives as long as the lease.
  [[nodiscard]] std::optional<std::string_view> read(buffer_lease& into);

  // Ends both sides in order: close_notify, FIN, and what the peer still sends is dropped, so that
  // no reset overtakes our last words. A peer that wished the end itself and has said nothing since need not
  // be waited for.
  [[nodiscard]] awaitable<void> close(session::close_connection::wish whose);

  // Ends wait(), now or when it is called next; ends a handshake that is under way.
  void interrupt();

  [[nodiscard]] driven ending() const noexcept { return ending_; }
  // What lost the link in flush() or start_tls(); timed_out where its time was over.
  [[nodiscard]] const error_code& failure() const noexcept { return failure_; }

 private:
  using clock = watchdog::clock;
  class limited_wait;  // limits a wait while it lives

  stream& stream_;
  tls_maker make_tls_;
  driver_limits limits_;
  watchdog watchdog_;
  clock::time_point end_of_life_;
  clock::time_point last_event_;
  seconds timer_{0};
  std::string gathered_;
  // Commands and replies are short: without TLS, wait() has read them.
  std::array<std::byte, 256> first_{};
  std::optional<transfer> had_;  // what wait() has read into first_
  bool long_reads_ = false;      // the last read did not fit there
  bool interrupted_ = false;
  bool in_handshake_ = false;
  driven ending_ = driven::closed_by_session;
  error_code failure_;
};

// What of the host's work needs no waiting is done without a coroutine, as nearly all of it is. For the
// session's event variant `Host` has
//   bool may_block(const Event&)       its performance can take longer than a moment
//   bool perform(Event&)               does it, or begins to; false: what is left needs waiting, then
//   awaitable<void> finish(Event&)     does that
template <drivable_session Session, class Host>
class session_driver {
 public:
  // The stream, the session and the host must outlive run().
  session_driver(stream& connected, tls_maker make_tls, Session& session, Host& host, driver_limits limits = {})
      : stream_(connected), link_(connected, std::move(make_tls), limits), session_(session), host_(host) {}

  // Does the handshake of implicit TLS first, then the session, to its end; closes the stream.
  [[nodiscard]] awaitable<driven> run(session::link_security from_the_start) {
    bool good = true;
    if (from_the_start == session::link_security::tls) good = co_await link_.start_tls();
    if (good) {
      session_.connected(binding());
      good = co_await perform_events();
    }
    while (good && !closing_) {
      good = wants_more();
      if (!good) break;
      auto now = session_link::readable::interrupted;
      if (end_ == nullptr) now = co_await link_.wait();
      switch (now) {
        case session_link::readable::interrupted: end_if_asked(); break;
        case session_link::readable::timed_out: session_.timer_fired(); break;
        case session_link::readable::yes: receive(); break;
      }
      good = co_await perform_events();
    }
    if (good) {
      co_await link_.close(*closing_);
    } else {  // the link is lost: what session and host hold of an unfinished message is let go
      closing_ = session::close_connection::wish::own;
      session_.peer_closed();
      static_cast<void>(co_await perform_events());
    }
    stream_.close();
    if (!good) co_return link_.ending();
    co_return peer_left_ ? driven::closed_by_peer : driven::closed_by_session;
  }

  // Has `end` (which asks the session to end) called where the session can take it: when what is
  // under way has been performed. Call it on the stream's strand.
  void stop(std::function<void()> end) {
    end_ = std::move(end);
    link_.interrupt();
  }

 private:
  // False where nothing can happen any more.
  [[nodiscard]] bool wants_more() const {
    if (end_ != nullptr) return true;
    if constexpr (requires { session_.wants_input(); }) return session_.wants_input();
    return true;
  }

  void end_if_asked() {
    if (end_ != nullptr) std::exchange(end_, nullptr)();
  }

  void receive() {
    buffer_lease buffer;
    if (const auto bytes = link_.read(buffer)) return session_.receive(*bytes);
    peer_left_ = true;
    session_.peer_closed();
  }

  // False when the link is lost. (g++ 12 makes wrong code of co_await behind && and ||.)
  awaitable<bool> perform_events() {
    while (auto event = session_.next()) {
      link_.note_event();
      if (!closing_) {
        bool good = true;
        if (host_.may_block(*event) && !link_.flush_now()) good = co_await link_.flush();
        if (good) gather(*event);
        if (good && link_.full() && !link_.flush_now()) good = co_await link_.flush();
        if (good && changes_link(*event)) good = co_await change_link(*event);
        if (!good) co_return false;
      }
      if (!host_.perform(*event)) co_await host_.finish(*event);
    }
    if (closing_ || link_.flush_now()) co_return true;
    co_return co_await link_.flush();
  }

  template <class... Kinds>
  void gather(const std::variant<Kinds...>& event) {
    if (const auto* reply = pick<session::send_reply>(event)) link_.gather(reply->bytes);
    if (const auto* bytes = pick<session::send_bytes>(event)) link_.gather(bytes->bytes);
    if (const auto* octets = pick<session::send_garbage>(event)) link_.gather(octets->bytes);
    if (const auto* timer = pick<session::arm_timer>(event)) link_.arm(timer->after);
  }

  template <class... Kinds>
  [[nodiscard]] static bool changes_link(const std::variant<Kinds...>& event) noexcept {
    return pick<session::start_tls>(event) != nullptr || pick<session::close_connection>(event) != nullptr;
  }

  template <class... Kinds>
  awaitable<bool> change_link(const std::variant<Kinds...>& event) {
    if (pick<session::start_tls>(event) != nullptr) {
      const bool good = co_await link_.start_tls();
      if (good) session_.tls_established(binding());
      co_return good;
    }
    bool flushed = true;
    if (!peer_left_) flushed = co_await link_.flush();
    closing_ = pick<session::close_connection>(event)->whose;
    co_return flushed;
  }

  // Of the TLS that stands; of none, none.
  [[nodiscard]] sasl::channel_binding binding() const {
    return stream_.tls() == nullptr ? sasl::channel_binding{} : tls::binding_of(*stream_.tls());
  }

  // get_if that is also allowed for a kind that the variant does not have.
  template <class Kind, class... Kinds>
  static const Kind* pick(const std::variant<Kinds...>& event) noexcept {
    if constexpr ((std::is_same_v<Kind, Kinds> || ...))
      return std::get_if<Kind>(&event);
    else
      return nullptr;
  }

  stream& stream_;
  session_link link_;
  Session& session_;
  Host& host_;
  std::function<void()> end_;                               // asked for by stop(), not yet done
  std::optional<session::close_connection::wish> closing_;  // the session has asked to close
  bool peer_left_ = false;                                  // the peer has
};

}  // namespace smtpscope::net
