#include "relay/net/session_driver.hpp"

#include <algorithm>
#include <span>

#include <boost/asio/error.hpp>

namespace smtpscope::net {

struct session_link::guard {
  stream* of;            // null when the link is gone
  unsigned wait = 0;     // number of the wait that is armed
  bool expired = false;  // its time is over
};

class session_link::limited_wait {
 public:
  limited_wait(session_link& link, clock::time_point until, on_expiry action) : guard_(link.guard_) {
    guard_->expired = false;
    link.alarm_.expires_at(until);
    link.alarm_.async_wait([g = guard_, number = ++guard_->wait, action](const error_code& failed) {
      // A handler that was queued already cannot be cancelled: it may come late.
      if (failed || g->wait != number || g->of == nullptr) return;
      g->expired = true;
      if (action == on_expiry::close)
        g->of->close();
      else
        g->of->interrupt();
    });
  }
  limited_wait(const limited_wait&) = delete;
  limited_wait& operator=(const limited_wait&) = delete;
  // The timer runs on: the next wait sets it anew, and until then its handler finds itself outdated.
  ~limited_wait() { ++guard_->wait; }
  [[nodiscard]] bool expired() const noexcept { return guard_->expired; }

 private:
  std::shared_ptr<guard> guard_;
};

session_link::session_link(stream& connected, tls_maker make_tls, driver_limits limits)
    : stream_(connected),
      make_tls_(std::move(make_tls)),
      limits_(limits),
      alarm_(connected.socket().get_executor()),
      guard_(std::make_shared<guard>(guard{&connected})),
      end_of_life_(clock::now() + limits.lifetime),
      last_event_(clock::now()) {}

session_link::~session_link() { guard_->of = nullptr; }

void session_link::note_event() noexcept { last_event_ = clock::now(); }

awaitable<bool> session_link::send(std::string_view bytes) {
  gathered_ += bytes;
  if (gathered_.size() < gather_octets) co_return true;
  co_return co_await flush();
}

awaitable<bool> session_link::flush() {
  if (gathered_.empty()) co_return true;
  const limited_wait limit(*this, clock::now() + limits_.write, on_expiry::close);
  const error_code failed = co_await stream_.write_all(std::as_bytes(std::span(gathered_)));
  gathered_.clear();
  if (failed) ending_ = driven::write_failed;
  failure_ = limit.expired() ? asio::error::timed_out : failed;
  co_return !failed;
}

awaitable<bool> session_link::start_tls() {
  if (!co_await flush()) co_return false;
  ending_ = driven::tls_failed;  // until it has not
  ssl_ptr session = make_tls_();
  if (session == nullptr || interrupted_) co_return false;
  const limited_wait limit(*this, clock::now() + limits_.handshake, on_expiry::close);
  in_handshake_ = true;
  const error_code failed = co_await stream_.handshake(std::move(session));
  in_handshake_ = false;
  if (!failed) ending_ = driven::closed_by_session;
  failure_ = limit.expired() ? asio::error::timed_out : failed;
  co_return !failed;
}

awaitable<session_link::readable> session_link::wait() {
  if (std::exchange(interrupted_, false)) co_return readable::interrupted;
  const auto until = timer_ > seconds::zero() ? std::min(last_event_ + timer_, end_of_life_) : end_of_life_;
  const limited_wait limit(*this, until, on_expiry::interrupt);
  const error_code woken = co_await stream_.wait_readable();
  if (woken == asio::error::operation_aborted) {
    if (limit.expired()) co_return readable::timed_out;
    if (std::exchange(interrupted_, false)) co_return readable::interrupted;
  }
  co_return readable::yes;  // an error shows itself to the read
}

std::optional<std::string_view> session_link::read(buffer_lease& into) {
  const transfer t = stream_.read_now(into.octets());
  if (t.error && t.error != asio::error::would_block) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(into.octets().data()), t.octets);
}

awaitable<void> session_link::close() {
  const limited_wait limit(*this, clock::now() + limits_.goodbye, on_expiry::close);
  error_code ended = co_await stream_.end_writing();
  while (!ended) {
    buffer_lease dropped;
    ended = (co_await stream_.read_some(dropped.octets())).error;
  }
}

void session_link::interrupt() {
  interrupted_ = true;
  if (in_handshake_)
    stream_.close();
  else
    stream_.interrupt();
}

}  // namespace smtpscope::net
