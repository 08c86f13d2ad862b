#pragma once
// Ends what a stream waits for when it takes too long.

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

  // Everything on the stream's strand; the stream outlives the watchdog.
  explicit watchdog(stream& watched);
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  ~watchdog();

  // From now on; what was set before no longer counts.
  void expires_after(milliseconds within, bite how);
  // Whether time ran out since it was last set.
  [[nodiscard]] bool expired() const noexcept { return state_->expired; }

 private:
  struct state {
    explicit state(stream& s) : watched(&s), timer(s.socket().get_executor()) {}
    stream* watched;  // null when the watchdog has gone
    asio::steady_timer timer;
    std::chrono::steady_clock::time_point end;
    bite how = bite::close;
    bool waiting = false;
    bool expired = false;
  };
  static void wait(const std::shared_ptr<state>& s);

  std::shared_ptr<state> state_;
};

}  // namespace smtpscope::net
