#pragma once
// Ends what a stream waits for when it takes too long. Waits follow each other quickly and hardly ever run out,
// so the timer is not set for each: it is left at the earliest time it was set to, and looks then for how long
// the wait of that moment may still last.

#include <chrono>
#include <memory>

#include "relay/net/asio.hpp"
#include "relay/net/stream.hpp"
#include "smtpscope/base/time.hpp"

namespace smtpscope::net {

class watchdog {
 public:
  // interrupt: operations end with operation_aborted, and others may follow. close: the connection ends.
  enum class bite : std::uint8_t { interrupt, close };
  using clock = std::chrono::steady_clock;

  // Everything on the stream's strand; the stream outlives the watchdog.
  explicit watchdog(stream& watched);
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  ~watchdog();

  // What was set before no longer counts.
  void expires_at(clock::time_point end, bite how);
  void expires_after(milliseconds within, bite how) { expires_at(clock::now() + within, how); }
  // What was limited has ended: nothing is, until it is set again.
  void rest() noexcept { state_->end = never; }
  // Whether time ran out since it was last set.
  [[nodiscard]] bool expired() const noexcept { return state_->expired; }

 private:
  static constexpr clock::time_point never = clock::time_point::max();
  struct state {
    explicit state(stream& s) : watched(&s), timer(s.socket().get_executor()) {}
    stream* watched;  // null when the watchdog has gone
    asio::steady_timer timer;
    clock::time_point end = never;     // of what is limited now
    clock::time_point set_to = never;  // of the timer, while it waits
    bite how = bite::close;
    bool waiting = false;
    bool expired = false;
  };
  static void wait(const std::shared_ptr<state>& s);

  std::shared_ptr<state> state_;
};

}  // namespace smtpscope::net
