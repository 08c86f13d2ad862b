#include "relay/net/watchdog.hpp"

namespace smtpscope::net {

watchdog::watchdog(stream& watched) : state_(std::make_shared<state>(watched)) {}

watchdog::~watchdog() {
  state_->watched = nullptr;
  state_->timer.cancel();
}

void watchdog::expires_at(clock::time_point end, bite how) {
  state& s = *state_;
  s.end = end;
  s.how = how;
  s.expired = false;
  // A wait that ends too early looks at the clock and waits on, so a later end costs nothing.
  if (s.waiting && end < s.set_to) s.timer.cancel();
  if (!s.waiting) wait(state_);
}

void watchdog::wait(const std::shared_ptr<state>& s) {
  s->waiting = true;
  s->set_to = s->end;
  s->timer.expires_at(s->end);
  s->timer.async_wait([s](const error_code&) {
    s->waiting = false;
    if (s->watched == nullptr || s->end == never) return;
    if (clock::now() < s->end) return wait(s);
    s->expired = true;
    if (s->how == bite::close)
      s->watched->close();
    else
      s->watched->interrupt();
  });
}

}  // namespace smtpscope::net
