// The bridge's clock: every limit in time, in one place.

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "relay/net/own_block.hpp"
#include "relay/tunnel/bridge.hpp"

namespace smtpscope::tunnel {

// A deadline has changed. One that is later now is met in time as it is: the clock looks before it acts.
void bridge::set_clock() {
  if (deadline() < clock_.expiry()) clock_.cancel();
}

void bridge::clock() {
  clock_.expires_at(deadline());
  clock_.async_wait(net::in_own_block([self = shared_from_this()](const net::error_code&) {
    if (self->over_) return;
    const auto now = steady::now();
    if (now >= self->next_ping_) self->ping();
    if (now >= self->deadline()) self->on_deadline(now);
    self->clock();
  }));
}

// The next moment at which something has to happen.
bridge::steady::time_point bridge::deadline() const {
  const limits& bounds = shared_.bounds;
  if (session_.closing()) return phase_since_ + bounds.closing;
  auto at = std::min({next_ping_, started_ + bounds.session, drain_at_.value_or(steady::time_point::max())});
  switch (session_.state()) {
    case relay_session::phase::expect_open: return std::min(at, phase_since_ + bounds.open);
    case relay_session::phase::resolving: return std::min(at, phase_since_ + bounds.resolve);
    case relay_session::phase::connecting: return at;  // connect_first() keeps its own time
    case relay_session::phase::securing: return std::min(at, phase_since_ + bounds.tls);
    case relay_session::phase::streaming:
    case relay_session::phase::closing: break;
  }
  if (half_closed_since_) at = std::min(at, *half_closed_since_ + bounds.half_closed);
  return std::min(at, last_moved_ + bounds.idle);
}

void bridge::on_deadline(steady::time_point now) {
  const limits& bounds = shared_.bounds;
  if (session_.closing()) {  // the page took too long to say goodbye
    server_.close();
    page_.next_layer().below().close();
    return;
  }
  const auto phase = session_.state();
  const bool stalled =
      writing_to_page_ || writing_to_server_ || (session_.readable() == 0 && server_.plaintext_waiting());
  if (drain_at_ && now >= *drain_at_)
    session_.drained();
  else if (now >= started_ + bounds.session)
    session_.expired(expiry::session);
  else if (phase == relay_session::phase::expect_open)
    session_.expired(expiry::open);
  else if (phase == relay_session::phase::resolving)
    session_.failed(stage::resolve, code::timeout);
  else if (phase == relay_session::phase::securing)
    session_.failed(stage::tls, code::timeout);
  else if (now >= last_moved_ + bounds.idle)
    session_.expired(stalled ? expiry::stalled : expiry::idle);
  else
    session_.expired(expiry::half_closed);
  noticed();
}

void bridge::ping() {
  next_ping_ = steady::now() + shared_.bounds.ping;
  if (session_.closing()) return;
  if (writing_to_server_ && page_is_gone()) {
    session_.page_closed();
    return noticed();
  }
  if (pinging_) return;  // the last one still waits behind octets the page does not take
  pinging_ = true;
  page_.async_ping({}, [self = shared_from_this()](const net::error_code&) { self->pinging_ = false; });
}

// While the server takes nothing, nobody reads the page's socket, and its end would go unseen.
bool bridge::page_is_gone() {
  tcp_info info{};
  socklen_t size = sizeof info;
  const int socket = page_.next_layer().socket().native_handle();
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE_WAIT;
}

}  // namespace smtpscope::tunnel
