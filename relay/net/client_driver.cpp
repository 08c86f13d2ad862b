#include "relay/net/client_driver.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "relay/net/connect.hpp"
#include "smtpscope/tls/channel_binding.hpp"
#include "smtpscope/tls/terms_json.hpp"

namespace smtpscope::net {
namespace {

// Sending a piece of content may take three minutes (RFC 5321 §4.5.3.2.5). How long a session may
// last in all is nobody's business but the user's.
constexpr driver_limits link_limits(const tunnel::limits& bounds) {
  return {.write = minutes{3}, .handshake = bounds.tls, .goodbye = seconds{2}, .lifetime = std::chrono::hours{24}};
}

std::string_view name(session::tls_policy policy) {
  switch (policy) {
    case session::tls_policy::implicit: return "implicit";
    case session::tls_policy::starttls_required: return "starttls";
    case session::tls_policy::opportunistic: return "opportunistic";
    case session::tls_policy::never: return "never";
  }
  return {};
}

}  // namespace

// Shared with the name service's answer, which may come when the driver has gone.
struct client_driver::lookup {
  asio::steady_timer done;  // cancelled by the answer
  std::optional<resolution> found;
};

json to_tls_info(const tunnel::tls_report& report) {
  json info = json::object();
  set(info, "version", report.version);
  set(info, "suite", report.suite);
  if (!report.group.empty()) set(info, "group", report.group);
  set(info, "verified", report.verified);
  if (!report.anchor.empty()) set(info, "anchor", report.anchor);
  set(info, "chain", tls::to_json(report.certificates));
  return info;
}

client_driver::client_driver(const asio::any_io_executor& executor, client_destination to, const tls_client& trust,
                             resolver& names, trace::recorded_client& session, watcher told, tunnel::limits bounds)
    : to_(std::move(to)),
      trust_(trust),
      names_(names),
      session_(session),
      told_(std::move(told)),
      bounds_(bounds),
      stream_(executor) {}

session_time client_driver::now() const { return std::chrono::duration_cast<session_time>(clock::now() - start_); }

tunnel::attempt client_driver::attempt() const {
  const bool implicit = to_.tls == session::tls_policy::implicit;
  return {to_.host, to_.port, implicit ? tunnel::tls_mode::implicit : tunnel::tls_mode::none};
}

void client_driver::told() const {
  if (told_) told_();
}

// ------------------------------------------------------------------------------------- the way there

awaitable<void> client_driver::run() {
  start_ = clock::now();
  session_.record().resolving(to_.host, to_.port, name(to_.tls), now());
  told();
  auto addresses = co_await find_addresses();
  bool good = addresses.has_value() && !cancel_if_asked();
  if (good) good = co_await connect(std::move(*addresses));
  if (good && cancel_if_asked()) good = false;
  if (good) {
    link_.emplace(
        stream_,
        [this] {
          tls_begun_ = now();
          return trust_.session(to_.host, handshake_);
        },
        link_limits(bounds_));
    if (to_.tls == session::tls_policy::implicit) {
      session_.record().tls_started(now());
      told();
      // Where it fails, the session has been told, and says how it ends.
      static_cast<void>(co_await secure());
    } else {
      session_.ready();
    }
  }
  co_await drive();
  stream_.close();
  link_.reset();  // and with it the timer, so that nobody waits for it
  told();
}

awaitable<std::optional<std::vector<tunnel::ip_address>>> client_driver::find_addresses() {
  const auto executor = stream_.socket().get_executor();
  lookup_ = std::make_shared<lookup>(lookup{asio::steady_timer(executor, bounds_.resolve), std::nullopt});
  names_.resolve(to_.host, [asked = lookup_, executor](resolution answer) {
    asio::post(executor, [asked, answer = std::move(answer)]() mutable {
      asked->found = std::move(answer);
      asked->done.cancel();
    });
  });
  co_await lookup_->done.async_wait(use_tuple);
  const auto asked = std::exchange(lookup_, nullptr);
  if (cancel_if_asked()) co_return std::nullopt;
  if (!asked->found || asked->found->failure) {
    transport_failed(tunnel::stage::resolve, asked->found ? *asked->found->failure : tunnel::code::timeout);
    co_return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const tunnel::ip_address& a : asked->found->addresses) texts.push_back(tunnel::format(a));
  session_.record().resolved(texts, now());
  told();
  co_return std::move(asked->found->addresses);
}

awaitable<bool> client_driver::connect(std::vector<tunnel::ip_address> addresses) {
  const connect_result got = co_await connect_first(stream_, std::move(addresses), to_.port, bounds_.connect);
  if (cancel_if_asked()) co_return false;
  if (!got.address) {
    transport_failed(tunnel::stage::connect, got.failure);
    co_return false;
  }
  session_.record().connected(tunnel::format(*got.address), to_.port, now());
  told();
  co_return true;
}

// ------------------------------------------------------------------------------------------- TLS

awaitable<bool> client_driver::secure() {
  handshake_ = {};
  const auto asked = clock::now();
  const bool good = co_await link_->start_tls();
  tell_messages(telling::all);
  if (cancel_if_asked()) co_return false;
  if (good) {
    const auto us = std::chrono::duration_cast<microseconds>(clock::now() - asked);
    session_.tls_established(to_tls_info(make_report(*stream_.tls(), handshake_, us)), now(),
                             tls::binding_of(*stream_.tls()));
  } else {
    tls_failed();
  }
  co_return good;
}

void client_driver::tls_failed() {
  const error_code& ec = link_->failure();
  if (ec == asio::error::timed_out) return transport_failed(tunnel::stage::tls, tunnel::code::timeout);
  const tls_failure failed = stream_.tls() != nullptr ? explain_failure(handshake_, ec)
                                                      : tls_failure{tunnel::code::reset, {tls::reason::broken, {}, {}}};
  if (failed.what == tunnel::code::reset) return transport_failed(tunnel::stage::tls, failed.what);
  trace::transport_problem problem{
      std::string(tunnel::name(tunnel::stage::tls)), std::string(tunnel::name(failed.what)),
      tunnel::tls_failure_text(failed.what, failed.why, attempt()), std::string(tls::name(failed.why.why))};
  if (failed.what == tunnel::code::tls_verify) problem.refused = tls::to_json(handshake_.shown);
  if (failed.why.failing) problem.failing = static_cast<int>(*failed.why.failing);
  session_.transport_error(problem, now());
}

void client_driver::tell_message(const tls::message& m) {
  static_cast<void>(session_.tls_message(tls::to_json(m), tls_begun_ + m.at));
}

// One read may bring octets of the server with messages before them, between them and behind them, and those behind the
// first octets stand behind them in the trace too. A record of data is one that no message was found in.
void client_driver::tell_messages(telling how_far) {
  for (const tls::message& m : std::exchange(after_data_, {})) tell_message(m);
  bool data_came = false;
  bool may_be_data = false;
  for (tls::event& e : std::exchange(handshake_.seen, {})) {
    if (const auto* record = std::get_if<tls::record_seen>(&e)) {
      data_came = data_came || may_be_data;
      may_be_data = record->dir == tls::direction::server_to_client &&
                    record->content == static_cast<std::uint8_t>(tls::content_type::application_data);
    } else if (auto* message = std::get_if<tls::message_seen>(&e)) {
      may_be_data = false;
      if (how_far == telling::before_data && data_came)
        after_data_.push_back(std::move(message->what));
      else
        tell_message(message->what);
    }
  }
}

void client_driver::transport_failed(tunnel::stage at, tunnel::code what) {
  session_.transport_error({std::string(tunnel::name(at)),
                            std::string(tunnel::name(what)),
                            tunnel::failure_text(at, what, attempt(), bounds_),
                            {}},
                           now());
}

// ------------------------------------------------------------------------------------ the session

awaitable<void> client_driver::drive() {
  pace how = co_await perform_events();
  while (how == pace::going_on && link_) {
    const session_link::readable what = co_await link_->wait();
    if (!cancel_if_asked()) {
      switch (what) {
        case session_link::readable::interrupted: break;
        case session_link::readable::timed_out: session_.timer_fired(now()); break;
        case session_link::readable::yes: receive(); break;
      }
    }
    how = co_await perform_events();
    tell_messages(telling::all);
  }
  // In order, where both sides still can; the server's last octets are let in.
  if (link_ && link_->ending() == driven::closed_by_session && !cancelled_) {
    co_await link_->close(session::close_connection::wish::own);
    tell_messages(telling::all);
  }
  static_cast<void>(session_.next(now()));  // the end is recorded now, behind what TLS said in parting
}

// Until the session has nothing more to say, or asks to close. (g++ 12 makes wrong code of co_await behind && and ||.)
awaitable<client_driver::pace> client_driver::perform_events() {
  bool writable = true;
  while (auto event = session_.next(now())) {
    if (link_) link_->note_event();
    told();
    bool good = true;
    if (writable && link_) good = co_await perform(*event);
    if (const auto* end = std::get_if<session::finished>(&*event)) outcome_ = *end;
    if (std::holds_alternative<session::close_connection>(*event)) co_return pace::over;
    if (!good) writable = false;
  }
  if (!link_) co_return pace::over;
  if (writable) writable = co_await link_->flush();
  if (!writable) {
    write_failed();
    co_return co_await perform_events();
  }
  co_return pace::going_on;
}

// What of an event is I/O. False when the link is lost.
awaitable<bool> client_driver::perform(const session::client_event& event) {
  if (const auto* out = std::get_if<session::send_bytes>(&event)) {
    link_->gather(out->bytes);
    bool good = true;
    if (link_->full()) good = co_await link_->flush();
    if (!good) {
      write_failed();
      co_return false;
    }
    // A server may refuse a message before it has all of it: then the rest need not be sent.
    if (out->what == session::sent::content) receive();
  } else if (const auto* timer = std::get_if<session::arm_timer>(&event)) {
    link_->arm(timer->after);
  } else if (std::holds_alternative<session::start_tls>(event)) {
    const bool flushed = co_await link_->flush();
    // What stands in the socket before we have said a word of TLS came in the clear.
    if (flushed && stream_.plaintext_waiting()) {
      receive();
      co_return true;
    }
    co_return co_await secure();
  } else if (std::holds_alternative<session::close_connection>(event)) {
    co_return co_await link_->flush();
  }
  co_return true;
}

// What is there, without waiting.
void client_driver::receive() {
  buffer_lease buffer;
  const auto bytes = link_->read(buffer);
  tell_messages(bytes ? telling::before_data : telling::all);
  if (bytes)
    session_.receive(*bytes);
  else
    session_.peer_closed(now());
}

// The server hung up, or took nothing for too long. Its last words, often why, may still be there.
void client_driver::write_failed() {
  if (link_->failure() == asio::error::timed_out) return session_.timer_fired(now());
  for (;;) {
    buffer_lease buffer;
    const auto bytes = link_->read(buffer);
    if (!bytes || bytes->empty()) break;
    session_.receive(*bytes);
  }
  session_.peer_closed(now());
}

// ----------------------------------------------------------------------------------- giving up

void client_driver::cancel() {
  if (std::exchange(cancelled_, true)) return;
  if (lookup_) lookup_->done.cancel();
  if (link_)
    link_->interrupt();
  else
    stream_.close();
}

bool client_driver::cancel_if_asked() {
  if (!cancelled_) return false;
  session_.cancel(now());
  return true;
}

}  // namespace smtpscope::net
