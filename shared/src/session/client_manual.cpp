// client_session under manual control: commands wait for the host, which may change what is said.
//
// The plan stays where it is: what is said by hand comes before the command that waits, or instead
// of it. The answer to it changes the session only where the protocol itself changes (by_hand()).

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/client_session.hpp"

namespace smtpscope::session {

namespace {

// The phase that awaits the answer to `v`.
client_phase phase_for(wire::verb v) {
  using wire::verb;
  switch (v) {
    case verb::ehlo: return client_phase::expect_ehlo_reply;
    case verb::helo: return client_phase::expect_helo_reply;
    case verb::starttls: return client_phase::expect_starttls_reply;
    case verb::auth: return client_phase::expect_auth_reply;
    case verb::mail: return client_phase::expect_mail_reply;
    case verb::rcpt: return client_phase::expect_rcpt_reply;
    case verb::data: return client_phase::expect_data_reply;
    case verb::rset: return client_phase::expect_rset_reply;
    case verb::quit: return client_phase::expect_quit_reply;
    case verb::bdat:
    case verb::noop:
    case verb::vrfy:
    case verb::help:
    case verb::expn:
    case verb::unknown: return client_phase::expect_other_reply;
  }
  return client_phase::expect_other_reply;
}

// Harmless before TLS, where TLS is required (RFC 3207 §4 names NOOP, EHLO, STARTTLS and QUIT).
bool harmless(wire::verb v) {
  using wire::verb;
  return v == verb::ehlo || v == verb::helo || v == verb::starttls || v == verb::noop || v == verb::rset ||
         v == verb::quit || v == verb::help;
}

}  // namespace

server_facts client_session::by_the_book() const {
  server_facts f;
  f.link = tls_ ? link_security::tls : link_security::plain;
  f.authenticated = authenticated_;
  f.starttls_offered = capabilities_.starttls;
  f.auth_offered = !capabilities_.auth.empty();
  return f;
}

// Tells the host which command waits. While it does, the server owes nothing and no timer runs.
void client_session::announce() {
  command_ready c;
  c.bytes = held_->bytes;
  c.what = held_->what;
  c.verb = held_->awaits.verb;
  if (held_->awaits.recipient && held_->awaits.transaction)
    c.recipient =
        results_.of(transactions_[*held_->awaits.transaction].message, *held_->awaits.recipient).path.mailbox_text();
  tell(std::move(c));
  if (awaited_.empty()) arm();
}

result<std::string> client_session::checked(const manual_answer& a) const {
  std::string bytes = a.what == manual_choice::repeat ? last_said_ : a.bytes;
  const bool raw = a.raw == raw_bytes::allowed_by_name && a.what != manual_choice::repeat;
  if (bytes.empty())
    return error{errc::misuse,
                 a.what == manual_choice::repeat ? "there is no command to repeat" : "there are no bytes"};
  const bool ended = bytes.size() >= 2 && bytes.compare(bytes.size() - 2, 2, "\r\n") == 0;
  if (!raw) {
    const std::string_view line = std::string_view{bytes}.substr(0, bytes.size() - (ended ? 2 : 0));
    if (line.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos)
      return error{errc::forbidden_character, "a command is one line: CR, LF and NUL are sent only as raw bytes"};
    if (line.size() + 2 > limits::sasl_line_octets) return error{errc::line_too_long, "the line is over 12288 octets"};
    if (!ended) bytes += "\r\n";
  }
  const bool required = options_.tls == tls_policy::implicit || options_.tls == tls_policy::starttls_required;
  if (!tls_ && required && (raw || !harmless(wire::parse_command(bytes).what)))
    return error{
        errc::invalid_argument,
        "TLS is required and does not stand: before STARTTLS only EHLO, HELO, NOOP, RSET, HELP and QUIT may be "
        "said by hand"};
  return bytes;
}

// May this be done with the command that waits? `bytes` become what is to be said.
status client_session::check_choice(const manual_answer& a, std::string& bytes) const {
  if (!held_ || over()) return error{errc::misuse, "no command waits"};
  const bool login = held_->what == sent::sasl_response;
  switch (a.what) {
    case manual_choice::send:
    case manual_choice::drop: return {};
    case manual_choice::skip:
      if (login) return error{errc::misuse, "the server waits for an answer to its challenge; \"*\" cancels"};
      return {};
    case manual_choice::insert:
    case manual_choice::repeat:
      if (login) return error{errc::misuse, "any line would be taken for the answer to the challenge: replace it"};
      break;
    case manual_choice::replace: break;
  }
  auto made = checked(a);
  if (!made) return made.why();
  bytes = std::move(*made);
  if (login && !edits(bytes)) return error{errc::invalid_argument, "the answer to a challenge is one line"};
  return {};
}

// One whole line, and for a command its verb: it keeps the place of the one that waits.
bool client_session::edits(const std::string& bytes) const {
  if (bytes.size() < 2 || bytes.find("\r\n") != bytes.size() - 2) return false;
  return held_->what == sent::sasl_response || wire::parse_command(bytes).what == held_->awaits.verb;
}

status client_session::answer(const manual_answer& a) {
  std::string bytes;
  if (status s = check_choice(a, bytes); !s) return s;
  // Another command than QUIT cannot stand in its place: it still has to be said.
  const bool before_quit = a.what == manual_choice::replace && held_->awaits.verb == wire::verb::quit && !edits(bytes);
  const std::size_t before = awaited_.size();
  if (a.what == manual_choice::insert || a.what == manual_choice::repeat || before_quit) {
    send_by_hand(bytes);
  } else {
    const bool edited = a.what == manual_choice::replace && edits(bytes);
    utterance l = std::move(*held_);
    held_.reset();
    if (edited) l.bytes = bytes;
    say_instead(std::move(l), edited ? manual_choice::send : a.what, bytes);
  }
  if (!over()) speak();
  if (!over() && awaited_.size() > before) arm();
  return {};
}

void client_session::say_instead(utterance l, manual_choice what, const std::string& bytes) {
  switch (what) {
    case manual_choice::drop: return fail(failure_kind::cancelled, "the connection was closed by hand");
    case manual_choice::skip: return skip(l);
    case manual_choice::replace: skip(l); return send_by_hand(bytes);
    case manual_choice::send:
    case manual_choice::insert:
    case manual_choice::repeat:
      if (l.what == sent::command) last_said_ = l.bytes;
      return send_planned(std::move(l));
  }
}

void client_session::send_planned(utterance l) {
  if (l.what == sent::command)
    if (auto objection = expected_.objection(l.awaits.verb, by_the_book())) tell(std::move(*objection));
  send(std::move(l));
}

// What the plan would have learned from the answer is not learned: it goes on without.
void client_session::skip(const utterance& l) {
  using wire::verb;
  client_transaction* t = l.awaits.transaction ? &transactions_[*l.awaits.transaction] : nullptr;
  switch (l.awaits.verb) {
    case verb::ehlo:
    case verb::helo: return perform(after_capabilities(facts()), {}, {});
    case verb::starttls: starttls_refused_ = true; return perform(after_capabilities(facts()), {}, {});
    case verb::auth:
      auth_skipped_ = true;
      auth_awaited_ = false;
      return perform(after_capabilities(facts()), {}, {});
    case verb::rcpt:
      if (t != nullptr && l.awaits.recipient) {
        t->recipients.erase(std::find(t->recipients.begin(), t->recipients.end(), *l.awaits.recipient));
        --t->asked;
        results_.note(t->message, {failure_kind::cancelled, client_stage::rcpt, "a recipient was left out by hand"});
      }
      return;
    case verb::data:
    case verb::bdat:
      content_.stop();
      if (t != nullptr) t->refuse({failure_kind::cancelled, client_stage::data, "the content was left out by hand"});
      return;
    case verb::quit:
      quit_skipped_ = true;
      if (finished_) close();
      return;
    case verb::mail:
    case verb::rset:
    case verb::noop:
    case verb::vrfy:
    case verb::help:
    case verb::expn:
    case verb::unknown: return;
  }
}

// Logged in, and not by the plan: it need not any more.
void client_session::authenticated_by_hand() {
  authenticated_ = true;
  if (!held_ || held_->awaits.verb != wire::verb::auth) return;
  held_.reset();
  perform(after_capabilities(facts()), {}, {});
}

// TLS begins: what was planned before it begins anew inside (RFC 3207 §4.2).
void client_session::abandon_plan() {
  held_.reset();
  shelved_.reset();
  next_ = intent::nothing;
  client_transaction* t = current();
  if (t == nullptr) return;
  t->over = true;
  plan_.take_back(t->message, t->recipients);
  current_.reset();
}

// A server answers each line. Bytes without a line end are answered when a later line ends them.
void client_session::send_by_hand(const std::string& bytes) {
  if (over()) return;  // what it stood for was the last thing to say
  last_said_ = bytes;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t end = rest.find("\r\n");
    const bool whole = end != std::string_view::npos;
    const std::string_view one = whole ? rest.substr(0, end + 2) : rest;
    rest.remove_prefix(one.size());
    const wire::verb verb = wire::parse_command(one).what;
    if (auto objection = expected_.objection(verb, by_the_book())) tell(std::move(*objection));
    send_bytes out;
    out.bytes = one;
    out.verb = verb;
    out.client.before = phase_;
    if (whole) awaited_.add({phase_for(verb), verb, std::nullopt, std::nullopt, one.size(), true});
    phase_ = awaited_phase();
    out.client.after = phase_;
    tell(std::move(out), whole ? 1 : 0);
  }
}

}  // namespace smtpscope::session
