#pragma once
// A client session with its recorder: whatever happens is in the trace. The page, the simulator
// and the command line drive this one.

#include <optional>
#include <string_view>

#include "smtpscope/session/client_session.hpp"
#include "smtpscope/trace/recorder.hpp"

namespace smtpscope::trace {

class recorded_client {
 public:
  // `words` explain the trace and are kept by reference.
  recorded_client(session::client_session session, secrets s, const texts& words = no_texts())
      : session_(std::move(session)), recorder_(s, words) {}

  // For transport entries that concern the recorder alone.
  [[nodiscard]] recorder& record() noexcept { return recorder_; }
  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return recorder_.entries(); }
  [[nodiscard]] const session::client_session& session() const noexcept { return session_; }

  // The connection stands, with TLS where the policy is implicit.
  void ready() { session_.connected(); }
  // Error: invalid_json; see recorder::tls_message.
  status tls_message(const json& told, session_time now) { return recorder_.tls_message(told, now); }
  // `binding` is what -PLUS mechanisms bind to; the trace does not hold it.
  void tls_established(json info, session_time now, const sasl::channel_binding& binding = {}) {
    recorder_.tls_established(std::move(info), now);
    session_.phase() == session::client_phase::idle ? session_.connected(binding) : session_.tls_established(binding);
  }
  void receive(std::string_view bytes) { session_.receive(bytes); }
  void peer_closed(session_time now) {
    if (session_.over()) return;
    recorder_.peer_closed(now);
    session_.peer_closed();
  }
  void transport_error(const transport_problem& what, session_time now) {
    if (session_.over()) return;
    recorder_.transport_error(what, now);
    session_.transport_failed(what.message);
  }
  void timer_fired(session_time now) {
    if (session_.over()) return;
    recorder_.timed_out(now);
    session_.timer_fired();
  }
  void cancel(session_time now) {
    if (session_.over()) return;
    recorder_.cancelled(now);
    session_.cancel();
  }

  // Decides about a command that waits (manual control). Errors: those of client_session::answer.
  status answer(const session::manual_answer& a) { return session_.answer(a); }

  // The session's next event, already in the trace. Only the end is not: it is recorded when the host, having closed
  // the connection, asks again. What TLS says in parting stands before it.
  [[nodiscard]] std::optional<session::client_event> next(session_time now) {
    std::optional<session::client_event> event = session_.next();
    event ? recorder_.record(*event, now) : recorder_.nothing_more(now);
    return event;
  }

 private:
  session::client_session session_;
  recorder recorder_;
};

}  // namespace smtpscope::trace
