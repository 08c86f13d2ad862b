#include "session/client_script.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "support/trace_checks.hpp"
#include "texts/native_texts.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::test {

namespace {

using session::outcome;
using session::tls_policy;

session::client_session make(const client_case& c) {
  std::vector<session::submission> mails{c.mail};
  mails.insert(mails.end(), c.more_mails.begin(), c.more_mails.end());
  auto made = session::client_session::create(c.options, std::move(mails));
  if (!made) ADD_FAILURE() << c.name << ": " << made.why().detail;
  return std::move(*made);
}

json tls_info() {
  return json::object({{"version", "TLSv1.3"}, {"suite", "TLS_AES_256_GCM_SHA384"}, {"verified", true}});
}

}  // namespace

client_driver::client_driver(const client_case& c)
    : options_(c.options), client_(make(c), trace::secrets::masked, trace::native_texts()) {
  client_.record().resolving(c.host, 587, c.options.tls == tls_policy::implicit ? "implicit" : "starttls", now_);
}

void client_driver::connected() {
  client_.record().connected("192.0.2.1", 587, now_);
  if (options_.tls == tls_policy::implicit) {
    client_.record().tls_started(now_);
    secure_ = true;
    client_.tls_established(tls_info(), now_, binding);
  } else {
    client_.ready();
  }
  drain();
}

void client_driver::receive(std::string_view bytes) {
  client_.receive(exact_buffer(bytes));
  drain();
}

void client_driver::tls_established() {
  secure_ = true;
  wants_tls_ = false;
  client_.tls_established(tls_info(), now_, binding);
  drain();
}

void client_driver::server_closes() {
  lost_ = true;
  client_.peer_closed(now_);
  drain();
}

void client_driver::transport_fails() {
  lost_ = true;
  client_.transport_error({"connect", "reset", "the connection was cut", ""}, now_);
  drain();
}

void client_driver::timer() {
  client_.timer_fired(now_);
  drain();
}

status client_driver::answer(const session::manual_answer& a) {
  const status s = client_.answer(a);
  drain();
  return s;
}

void client_driver::cancel() {
  lost_ = true;
  client_.cancel(now_);
  drain();
}

void client_driver::drain() {
  while (const auto event = client_.next(now_)) {
    now_ += milliseconds{1};
    EXPECT_FALSE(closed_) << "an event after close_connection";
    if (const auto* sent = std::get_if<session::send_bytes>(&*event)) {
      check_sent(*sent);
      unread_ += sent->bytes;
      sent_ += sent->bytes;
      note(*sent);
    } else if (const auto* reply = std::get_if<session::reply_received>(&*event)) {
      note(*reply);
    } else if (std::holds_alternative<session::start_tls>(*event)) {
      EXPECT_FALSE(secure_);
      wants_tls_ = true;
    } else if (const auto* timer = std::get_if<session::arm_timer>(&*event)) {
      EXPECT_TRUE(timer->after.count() > 0 || options_.control == session::control::manual) << "no deadline";
      armed_ = timer->after;
    } else if (const auto* end = std::get_if<session::finished>(&*event)) {
      EXPECT_TRUE(ends_.empty()) << "finished twice";
      EXPECT_EQ(end->why.has_value(), end->result != outcome::delivered);
      ends_.push_back(*end);
    } else if (const auto* message = std::get_if<session::message_finished>(&*event)) {
      EXPECT_TRUE(ends_.empty()) << "a message's result after the end";
      messages_.push_back(*message);
    } else if (const auto* said = std::get_if<session::remark>(&*event)) {
      remarks_.push_back(*said);
    } else if (const auto* ready = std::get_if<session::command_ready>(&*event)) {
      EXPECT_EQ(options_.control, session::control::manual);
      waiting_.push_back(*ready);
    } else {
      EXPECT_EQ(ends_.size(), 1U) << "closed before finished";
      closed_ = true;
    }
  }
  EXPECT_EQ(closed_, client_.session().over());
}

void client_driver::note(const session::send_bytes& sent) {
  if (sent.what == session::sent::command && sent.verb == wire::verb::mail) transactions_.emplace_back();
  if (transactions_.empty()) return;
  transaction& t = transactions_.back();
  if (sent.what == session::sent::command && sent.verb == wire::verb::rcpt) ++t.unanswered;
  if (sent.what == session::sent::end_of_content) t.content_left = true;
  if (sent.verb != wire::verb::bdat) return;
  if (sent.what == session::sent::command) {
    EXPECT_EQ(chunk_left_, 0U) << "a command inside a chunk";
    chunk_left_ = std::stoul(sent.bytes.substr(5));
    last_chunk_ = sent.bytes.find(" LAST") != std::string::npos;
  } else {
    EXPECT_LE(sent.bytes.size(), chunk_left_) << "more than was announced";
    chunk_left_ -= sent.bytes.size();
  }
  if (chunk_left_ == 0 && last_chunk_) t.content_left = true;
}

void client_driver::note(const session::reply_received& received) {
  const int code = received.reply.value.code;
  if (code == 0) return;
  for (transaction& t : transactions_) {
    if (received.stage == session::client_stage::rcpt && t.unanswered > 0) {
      --t.unanswered;
      t.accepted += code / 100 == 2 ? 1 : 0;
      return;
    }
    // Chunks before the last one are answered too, and have one more answer to come.
    const bool last = received.client.before == session::client_phase::expect_content_reply;
    if (received.stage == session::client_stage::content && last && t.content_left && !t.answered) {
      t.answered = code / 100 != 3;
      t.delivered = code / 100 == 2 && t.accepted > 0;
      return;
    }
  }
}

outcome client_driver::result_if_lost() const {
  bool delivered = false;
  for (const transaction& t : transactions_) {
    if (t.content_left && !t.answered && t.accepted + t.unanswered > 0) return outcome::unknown;
    delivered = delivered || t.delivered;
  }
  return delivered ? outcome::partly : outcome::failed;
}

void client_driver::check_sent(const session::send_bytes& sent) const {
  EXPECT_FALSE(lost_) << "sent after the connection was lost: " << printable(sent.bytes);
  EXPECT_LE(sent.bytes.size(), limits::content_chunk_octets);
  if (sent.what == session::sent::command && options_.control == session::control::automatic) {
    EXPECT_EQ(sent.bytes.find("\r\n"), sent.bytes.size() - 2) << "more than one line: " << printable(sent.bytes);
  }
  const bool secret = sent.verb == wire::verb::auth || sent.what == session::sent::sasl_response;
  const bool private_matter = sent.verb == wire::verb::mail || sent.verb == wire::verb::rcpt ||
                              sent.verb == wire::verb::data || sent.verb == wire::verb::bdat;
  if (secure_) return;
  if (options_.tls == tls_policy::implicit || options_.tls == tls_policy::starttls_required) {
    EXPECT_FALSE(secret || private_matter) << "in the clear: " << printable(sent.bytes);
  }
  if (options_.without_tls == session::cleartext_auth::refused) {
    EXPECT_FALSE(secret) << "in the clear: " << printable(sent.bytes);
  }
}

namespace {

// Gives one server chunk to the client.
using delivery = std::function<void(client_driver&, std::string_view chunk, std::size_t number)>;

enum class watch { strictly, for_safety };

void perform(client_driver& d, const step& s, const delivery& deliver, std::size_t chunk, watch how) {
  using what = step::what;
  const bool strict = how == watch::strictly;
  switch (s.kind) {
    case what::server:
      if (strict) {
        const std::string rest = d.take_sent();
        EXPECT_EQ(printable(rest), "") << "sent unasked before " << describe(s);
      }
      return deliver(d, s.bytes, chunk);
    case what::client:
      if (strict) {
        EXPECT_EQ(printable(d.take_sent()), printable(s.bytes)) << describe(s);
      }
      return;
    case what::tls:
      if (strict) {
        EXPECT_TRUE(d.wants_tls()) << describe(s);
      }
      if (d.wants_tls()) d.tls_established();
      return;
    case what::tls_fails: return d.transport_fails();
    case what::server_closes: return d.server_closes();
    case what::timer: return d.timer();
    case what::cancel: return d.cancel();
    case what::client_closes:
      if (strict) {
        EXPECT_TRUE(d.closed()) << describe(s);
      }
      return;
    case what::shut_down: ADD_FAILURE() << "a client is not shut down";
  }
}

void check_secrets(const client_case& c, const client_driver& d) {
  if (c.options.auth) check_hidden(d.entries(), c.options.auth->identity, c.options.auth->password.reveal());
}

void check_ending(const client_case& c, const client_driver& d) {
  ASSERT_EQ(d.ends().size(), 1U);
  const session::finished& end = d.ends().front();
  EXPECT_EQ(end.result, c.end.result);
  EXPECT_EQ(end.why.has_value(), c.end.failure.has_value());
  if (end.why && c.end.failure) {
    EXPECT_EQ(trace::name(end.why->kind), trace::name(*c.end.failure)) << end.why->detail;
    EXPECT_EQ(name(end.why->stage), name(c.end.stage));
  }
  EXPECT_EQ(diagnosis_key(d.entries()), c.end.diagnosis);
}

// Gives the trace. `known`: one of the same dialogue that was checked already: mostly it is the very same, however
// the octets come, and need not be checked again.
std::vector<trace::entry> run(const client_case& c, const std::vector<step>& script, const delivery& deliver, watch how,
                              const std::vector<trace::entry>& known = {}) {
  client_driver d{c};
  d.connected();
  std::size_t chunk = 0;
  for (const step& s : script) {
    perform(d, s, deliver, chunk, how);
    chunk += s.kind == step::what::server ? 1 : 0;
    if (testing::Test::HasFailure()) return d.entries();
  }
  if (how == watch::strictly) {
    EXPECT_EQ(printable(d.take_sent()), "") << "sent after the script's end";
    EXPECT_TRUE(d.closed()) << "the script ends before the session";
    check_ending(c, d);
  }
  if (known.empty() || !same_trace(d.entries(), known)) {
    check_trace(d.entries());
    check_secrets(c, d);
  }
  return d.entries();
}

void give_whole(client_driver& d, std::string_view chunk, std::size_t /*number*/) { d.receive(chunk); }
void give_bytes(client_driver& d, std::string_view chunk, std::size_t /*number*/) {
  for (const char c : chunk) d.receive(std::string_view{&c, 1});
}

// Ways for a connection to end in the middle.
using loss = void (client_driver::*)();

// Runs the first `steps` steps and `octets` of the next one, then loses the connection.
void run_lost(const client_case& c, const std::vector<step>& script, std::size_t steps, std::size_t octets, loss lose) {
  client_driver d{c};
  d.connected();
  for (std::size_t i = 0; i < steps; ++i) perform(d, script[i], give_whole, 0, watch::for_safety);
  if (octets > 0) d.receive(std::string_view{script[steps].bytes}.substr(0, octets));
  const bool had_ended = !d.ends().empty();
  const outcome expected = d.result_if_lost();
  (d.*lose)();
  EXPECT_TRUE(d.closed()) << "still open";
  ASSERT_EQ(d.ends().size(), 1U);
  if (!had_ended) {
    EXPECT_EQ(d.ends().front().result, expected);
    EXPECT_NE(diagnosis_key(d.entries()), "");
    EXPECT_NE(diagnosis_key(d.entries()), "unknown");
  }
  check_trace(d.entries());
}

void check_losses(const client_case& c, const std::vector<step>& script) {
  for (std::size_t steps = c.shown; steps <= script.size(); ++steps)
    for (const loss lose : {&client_driver::server_closes, &client_driver::transport_fails, &client_driver::cancel,
                            &client_driver::timer}) {
      SCOPED_TRACE("lost after " + std::to_string(steps) + " steps");
      run_lost(c, script, steps, 0, lose);
      if (testing::Test::HasFailure()) return;
    }
  for (std::size_t steps = c.shown; steps < script.size(); ++steps) {
    if (script[steps].kind != step::what::server) continue;
    for (std::size_t octets = 1; octets < script[steps].bytes.size(); ++octets) {
      SCOPED_TRACE("lost inside " + describe(script[steps]) + " after octet " + std::to_string(octets));
      run_lost(c, script, steps, octets, &client_driver::server_closes);
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace

void expect_dialogue(const client_case& c) {
  SCOPED_TRACE(c.name);
  const std::vector<step> script = parse_script(c.script);
  std::vector<trace::entry> whole;
  {
    SCOPED_TRACE("whole");
    whole = run(c, script, give_whole, watch::strictly);
  }
  const watch how = c.pieces == cuts::any ? watch::strictly : watch::for_safety;
  if (!testing::Test::HasFailure()) {
    SCOPED_TRACE("byte by byte");
    run(c, script, give_bytes, how, whole);
  }
  std::size_t chunk = 0;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const step& s = script[i];
    if (s.kind != step::what::server) continue;
    for (std::size_t at = 1; i >= c.shown && at < s.bytes.size() && !testing::Test::HasFailure(); ++at) {
      SCOPED_TRACE("cut at octet " + std::to_string(at) + " of " + describe(s));
      const delivery split = [chunk, at](client_driver& d, std::string_view bytes, std::size_t number) {
        if (number != chunk) return d.receive(bytes);
        d.receive(bytes.substr(0, at));
        d.receive(bytes.substr(at));
      };
      run(c, script, split, how, whole);
    }
    ++chunk;
  }
  if (!testing::Test::HasFailure()) check_losses(c, script);
}

}  // namespace smtpscope::test
