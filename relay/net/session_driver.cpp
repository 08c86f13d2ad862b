#include "relay/net/session_driver.hpp"

#include <algorithm>
#include <span>

#include <boost/asio/error.hpp>

namespace smtpscope::net {

// The alarm of one link. Waits follow each other quickly and hardly ever run out, so the timer is not set for
// each: it is left at the earliest time it was set to, and looks then for how long the wait of that moment
// may still last.
class session_link::alarm : public std::enable_shared_from_this<alarm> {
 public:
  explicit alarm(stream& of) : stream_(&of), timer_(of.socket().get_executor()) {}

  void begin(clock::time_point until, on_expiry action) {
    until_ = until;
    action_ = action;
    expired_ = false;
    if (until_ < set_to_) set();
  }
  void end() noexcept { until_ = clock::time_point::max(); }
  [[nodiscard]] bool expired() const noexcept { return expired_; }

  // The link is gone.
  void retire() {
    stream_ = nullptr;
    timer_.cancel();
  }

 private:
  void set() {
    set_to_ = until_;
    timer_.expires_at(set_to_);
    timer_.async_wait([self = shared_from_this(), to = set_to_](const error_code& failed) {
      // A handler that was queued already cannot be cancelled: it may come late.
      if (!failed && self->stream_ != nullptr && self->set_to_ == to) self->ring();
    });
  }

  void ring() {
    set_to_ = clock::time_point::max();
    if (until_ == clock::time_point::max()) return;
    if (clock::now() < until_) return set();
    expired_ = true;
    if (action_ == on_expiry::close)
      stream_->close();
    else
      stream_->interrupt();
  }

  stream* stream_;
  asio::steady_timer timer_;
  clock::time_point until_ = clock::time_point::max();   // of the wait under way, if there is one
  clock::time_point set_to_ = clock::time_point::max();  // of the timer, if it runs
  on_expiry action_ = on_expiry::interrupt;
  bool expired_ = false;  // the time of the last wait was over
};

// Limits what happens while it lives.
class session_link::limited_wait {
 public:
  limited_wait(session_link& link, clock::time_point until, on_expiry action) : alarm_(*link.alarm_) {
    alarm_.begin(until, action);
  }
  limited_wait(const limited_wait&) = delete;
  limited_wait& operator=(const limited_wait&) = delete;
  ~limited_wait() { alarm_.end(); }
  [[nodiscard]] bool expired() const noexcept { return alarm_.expired(); }

 private:
  alarm& alarm_;
};

session_link::session_link(stream& connected, tls_maker make_tls, driver_limits limits)
    : stream_(connected),
      make_tls_(std::move(make_tls)),
      limits_(limits),
      alarm_(std::make_shared<alarm>(connected)),
      end_of_life_(clock::now() + limits.lifetime),
      last_event_(clock::now()) {}

session_link::~session_link() { alarm_->retire(); }

void session_link::note_event() noexcept { last_event_ = clock::now(); }

bool session_link::flush_now() {
  if (gathered_.empty()) return true;
  const transfer t = stream_.write_now(std::as_bytes(std::span(gathered_)));
  if (t.octets < gathered_.size()) {
    gathered_.erase(0, t.octets);
    return false;  // an error shows itself again to flush()
  }
  gathered_.clear();
  return true;
}

awaitable<bool> session_link::flush() {
  if (flush_now()) co_return true;
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
  error_code woken;
  if (stream_.tls() != nullptr || long_reads_) {
    woken = co_await stream_.wait_readable();
  } else {
    had_ = co_await stream_.read_first(first_);
    woken = had_->error;
  }
  if (woken == asio::error::operation_aborted) {
    had_.reset();
    if (limit.expired()) co_return readable::timed_out;
    if (std::exchange(interrupted_, false)) co_return readable::interrupted;
  }
  co_return readable::yes;  // an error shows itself to the read
}

std::optional<std::string_view> session_link::read(buffer_lease& into) {
  const transfer first = had_ ? *std::exchange(had_, std::nullopt) : transfer{};
  if (first.error) return std::nullopt;
  const std::span<std::byte> buffer = into.octets();
  std::copy_n(first_.begin(), first.octets, buffer.begin());
  std::size_t octets = first.octets;
  if (octets == 0 || octets == first_.size()) {
    const transfer more = stream_.read_now(buffer.subspan(octets));
    octets += more.octets;
    // What was read comes first; an error shows itself again at the next call.
    if (octets == 0 && more.error && more.error != asio::error::would_block) return std::nullopt;
  }
  long_reads_ = octets > first_.size();
  return std::string_view(reinterpret_cast<const char*>(buffer.data()), octets);
}

awaitable<void> session_link::close(session::close_connection::wish whose) {
  using session::close_connection;
  if (whose == close_connection::wish::of_peer && stream_.tls() == nullptr && !stream_.plaintext_waiting()) co_return;
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
