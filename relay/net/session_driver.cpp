#include "relay/net/session_driver.hpp"

#include <algorithm>
#include <span>

#include <boost/asio/error.hpp>

namespace smtpscope::net {

// Limits what happens while it lives.
class session_link::limited_wait {
 public:
  limited_wait(session_link& link, watchdog::clock::time_point until, watchdog::bite how) : watchdog_(link.watchdog_) {
    watchdog_.expires_at(until, how);
  }
  limited_wait(const limited_wait&) = delete;
  limited_wait& operator=(const limited_wait&) = delete;
  ~limited_wait() { watchdog_.rest(); }
  [[nodiscard]] bool expired() const noexcept { return watchdog_.expired(); }

 private:
  watchdog& watchdog_;
};

session_link::session_link(stream& connected, tls_maker make_tls, driver_limits limits)
    : stream_(connected),
      make_tls_(std::move(make_tls)),
      limits_(limits),
      watchdog_(connected),
      end_of_life_(clock::now() + limits.lifetime),
      last_event_(clock::now()) {}

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
  const limited_wait limit(*this, clock::now() + limits_.write, watchdog::bite::close);
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
  const limited_wait limit(*this, clock::now() + limits_.handshake, watchdog::bite::close);
  in_handshake_ = true;
  const error_code failed = co_await stream_.handshake(std::move(session));
  in_handshake_ = false;
  if (!failed) ending_ = driven::closed_by_session;
  failure_ = limit.expired() ? asio::error::timed_out : failed;
  co_return !failed;
}

awaitable<session_link::readable> session_link::wait() {
  if (std::exchange(interrupted_, false)) co_return readable::interrupted;
  const auto silence = std::min<milliseconds>(timer_, limits_.timer);
  const auto until = timer_ > seconds::zero() ? std::min(last_event_ + silence, end_of_life_) : end_of_life_;
  const limited_wait limit(*this, until, watchdog::bite::interrupt);
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
  const limited_wait limit(*this, clock::now() + limits_.goodbye, watchdog::bite::close);
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
