// client_session: a reply, what it belongs to, and what it leads to.

#include <algorithm>
#include <utility>

#include "smtpscope/session/client_session.hpp"

namespace smtpscope::session {

// The state is that of the oldest reply awaited; while octets that were promised are still to be
// sent, a reply to them is too early.
client_phase client_session::awaited_phase() const noexcept {
  if (awaited_.empty()) return content_.busy() ? client_phase::sending_content : phase_;
  const bool promised = content_.now() == client_content::state::in_chunk && awaited_.size() == 1;
  return promised ? client_phase::sending_content : awaited_.oldest().phase;
}

server_view client_session::server() const noexcept {
  return {capabilities_, tls_ ? link_security::tls : link_security::plain, options_};
}

message_facts client_session::next_message_facts() const {
  if (!plan_.more()) return {};
  message_facts f = messages_[plan_.next_message()].facts(server());
  f.mail_limit_reached =
      capabilities_.limits && capabilities_.limits->mailmax && mails_said_ >= *capabilities_.limits->mailmax;
  return f;
}

client_facts client_session::facts() const {
  client_facts f;
  static_cast<message_facts&>(f) = next_message_facts();
  f.link = tls_ ? link_security::tls : link_security::plain;
  const bool required = options_.tls == tls_policy::implicit || options_.tls == tls_policy::starttls_required;
  f.tls = required ? requirement::yes : requirement::no;
  f.tls_if_offered = options_.tls == tls_policy::opportunistic;
  f.starttls_offered = capabilities_.starttls && !starttls_refused_;
  f.wants_auth = authentication_.wanted() && !auth_skipped_;
  f.authenticated = authenticated_;
  f.cleartext_auth_allowed = options_.without_tls == cleartext_auth::allowed_by_name;
  f.auth_offered = !capabilities_.auth.empty();
  f.mechanism_offered = authentication_.possible(capabilities_);
  return f;
}

// ------------------------------------------------------------------------------------ one reply

void client_session::on_reply(wire::received_reply received) {
  const client_phase before = phase_;
  const wire::reply value = received.value;
  awaited_reply answered{before, wire::verb::unknown};
  const bool early = before == client_phase::sending_content;
  const bool asked = !awaited_.empty() && awaited_.oldest_left();
  if (early) answered.verb = awaited_.empty() ? wire::verb::data : awaited_.oldest().verb;
  if (!early && asked) answered = awaited_.take();
  // With nothing asked, 421 alone has a meaning (RFC 5321 §3.8).
  const client_action action =
      early || asked || value.code == 421 ? action_for(before, value, answered) : client_action::unexpected;
  const std::size_t at = events_.size();
  report(before, action, std::move(received), answered);
  learn(before, action, value, answered);
  perform(action, value, answered);
  settle();
  if (phase_ == before) phase_ = awaited_phase();  // the next reply, or what this one began
  const client_phase after = phase_;
  const bool still_waits = held_.has_value();  // a command, behind what was said by hand
  speak();
  if (still_waits && answered.by_hand && !over()) announce();
  if (!over() && !told_since<arm_timer>(at) && !awaited_.empty()) arm();

  // What came with this reply, but before the command that it led to had left, came unasked; after
  // the end, QUIT included. The command is not sent then.
  const bool surplus = !lines_.buffered().empty() && !over() && !awaited_.empty() && !awaited_.oldest_left();
  const bool unread_follows = told_since<reply_received>(at + 1);
  std::get_if<reply_received>(&events_[at].event)->client.after = surplus ? phase_ : unread_follows ? before : after;
  if (surplus) fail(failure_kind::protocol, "the server sent a further reply before it was asked anything");
}

// What a reply tells, whatever it leads to.
void client_session::learn(client_phase before, client_action action, const wire::reply& value,
                           const awaited_reply& answered) {
  if (before == client_phase::expect_ehlo_reply && value.positive())
    capabilities_ = wire::capabilities::parse(value, options_.without);
  if (before == client_phase::expect_helo_reply) capabilities_ = {};  // HELO tells of no extension
  if (answered.transaction) {
    client_transaction& t = transactions_[*answered.transaction];
    --t.awaited;
    if (before == client_phase::expect_mail_reply || before == client_phase::expect_rcpt_reply) --t.envelope;
  }
  if (options_.control == control::automatic) return;
  expected_.answered(answered.verb, value.kind(), by_the_book());
  if (shelved_ && action != client_action::continue_sasl) held_ = std::exchange(shelved_, std::nullopt);
}

client_action client_session::action_for(client_phase before, const wire::reply& reply,
                                         const awaited_reply& answered) const {
  const client_action by_table = session::on_reply(before, reply.code);
  if (by_table == client_action::refused_and_close) return by_table;
  if (answered.by_hand && before != client_phase::expect_content_reply) return by_hand(answered.verb, reply.kind());
  // The result is known and the session is leaving: what is still answered changes nothing, but for
  // content that the server now waits for: QUIT would be part of it.
  if (finished_ && before != client_phase::expect_quit_reply)
    return reply.kind() == wire::reply_class::intermediate ? client_action::close : client_action::resume;
  return by_table;
}

void client_session::report(client_phase before, client_action action, wire::received_reply received,
                            const awaited_reply& answered) {
  reply_received r;
  r.reply = std::move(received);
  r.stage = stage_of(before);
  r.in_answer_to = answered.verb;
  r.client = {before, before};
  if (answered.recipient)
    r.recipient = results_.of(transactions_[*answered.transaction].message, *answered.recipient).path.mailbox_text();
  if (answered.verb == wire::verb::auth) r.mechanism = authentication_.mechanism();
  if (action == client_action::continue_sasl) r.sasl_step = authentication_.challenges() + 1;
  tell(std::move(r));
}

void client_session::perform(client_action action, const wire::reply& reply, const awaited_reply& answered) {
  switch (action) {
    case client_action::say_ehlo: next_ = intent::ehlo; return;
    case client_action::say_helo: next_ = intent::helo; return;
    case client_action::choose: return perform(after_capabilities(facts()), reply, answered);
    case client_action::say_starttls: next_ = intent::starttls; return;
    case client_action::starttls_refused:
      starttls_refused_ = true;
      return perform(after_starttls_refusal(facts().tls), reply, answered);
    case client_action::begin_tls:
      abandon_plan();
      tell(start_tls{});
      return enter(client_phase::tls_handshake);
    case client_action::say_auth: next_ = intent::auth; return;
    case client_action::continue_sasl: return challenge(reply, answered);
    case client_action::authenticated:
      if (answered.by_hand) return authenticated_by_hand();
      if (const status s = authentication_.accepted(); !s) return fail(failure_kind::protocol, s.why().detail);
      authenticated_ = true;
      if (std::exchange(auth_awaited_, false)) return;  // the envelope is on its way
      return perform(after_capabilities(facts()), reply, answered);
    case client_action::say_mail:
    case client_action::say_quit:
    case client_action::transaction_cleared: next_ = intent::deliver; return;
    case client_action::say_rcpt:
      transactions_[*answered.transaction].mail_accepted = true;
      server_transaction_ = at_server::open;
      return;
    case client_action::recipient_accepted:
    case client_action::recipient_refused: return after_rcpt(reply, answered);
    case client_action::say_data:
    case client_action::say_rset:
    case client_action::send_end_mark:
    case client_action::chunk_accepted:
    case client_action::resume: return;
    case client_action::send_content: return go_ahead(answered);
    case client_action::delivered: return delivered(answered);
    case client_action::transaction_refused: return refuse_transaction(reply, answered);
    case client_action::refused: return refuse(reply);
    case client_action::refused_and_close: return refuse_and_close(reply, answered);
    case client_action::unexpected:
      return fail(failure_kind::protocol,
                  "the server answered with " + std::to_string(reply.code) + ", which means nothing at this point");
    case client_action::close: return close_at(answered);
    case client_action::give_up_starttls_not_offered:
      return fail(failure_kind::starttls_not_offered, "TLS is required, and the server does not offer STARTTLS");
    case client_action::give_up_auth_without_tls:
      return fail(failure_kind::auth_without_tls, "the password would travel unencrypted, and that was not allowed");
    case client_action::give_up_auth_not_offered:
      return fail(failure_kind::auth_not_offered,
                  "a login was asked for, and the server offers none on this connection");
    case client_action::give_up_mechanism_not_offered:
      return fail(failure_kind::mechanism_not_offered, "the server offers no login mechanism that may be used here");
    case client_action::give_up_eight_bit_not_offered:
    case client_action::give_up_binary_not_offered:
    case client_action::give_up_smtputf8_not_offered:
    case client_action::give_up_requiretls_not_possible:
    case client_action::give_up_too_large:
    case client_action::give_up_mail_limit: next_ = intent::deliver; return;  // that message is given up there
  }
}

// A login goes on. Where commands were sent behind AUTH they have been taken for the answer.
void client_session::challenge(const wire::reply& reply, const awaited_reply& answered) {
  if (answered.by_hand) {  // it was not ours: all we can say is that we give up; the plan waits meanwhile
    if (held_) shelved_ = std::move(held_);
    held_ = utterance{"*\r\n",
                      sent::sasl_response,
                      {client_phase::expect_auth_reply, wire::verb::auth, std::nullopt, std::nullopt, 0, true}};
    return;
  }
  if (auth_awaited_)
    return fail(failure_kind::protocol, "the server asks more than the login has, and took MAIL for the answer");
  result<std::string> line = authentication_.answer(reply);
  if (!line) return fail(failure_kind::protocol, line.why().detail);
  sasl_line_ = std::move(*line) + "\r\n";
  next_ = intent::sasl;
}

void client_session::after_rcpt(const wire::reply& reply, const awaited_reply& answered) {
  client_transaction& t = transactions_[*answered.transaction];
  recipient_result& r = results_.of(t.message, *answered.recipient);
  r.reply = reply;
  if (reply.positive()) {
    ++t.accepted;
    return;
  }
  const bool says_so = reply.enhanced && reply.enhanced->subject == 5 && reply.enhanced->detail == 3;
  if (options_.on_too_many == too_many::next_transaction &&
      too_many_recipients(reply.code, reply.enhanced.has_value(), says_so, t.accepted)) {
    t.put_back.push_back(*answered.recipient);
    while (t.asked < t.recipients.size()) t.put_back.push_back(t.recipients[t.asked++]);  // asking them is in vain
  }
  const std::size_t unanswered = t.recipients.size() - t.asked + t.envelope;
  if (after_recipient(unanswered, t.accepted) == client_action::refused)
    t.refuse({failure_kind::refused, client_stage::rcpt, "the server answered with " + std::to_string(reply.code)});
}

// 354.
void client_session::go_ahead(const awaited_reply& answered) {
  if (!answered.transaction) {  // DATA said by hand
    held_.reset();
    content_of_ = current_;
    if (client_transaction* t = current()) t->next = client_transaction::step::content;
    content_.begin_data();
    return enter(client_phase::sending_content);
  }
  client_transaction& t = transactions_[*answered.transaction];
  content_of_ = answered.transaction;
  t.next = client_transaction::step::content;
  switch (after_go_ahead(t.state, t.accepted)) {
    case client_action::send_content: content_.begin_data(); break;
    case client_action::send_end_mark: content_.begin_end_mark(); break;
    default: return fail(failure_kind::protocol, "the server goes on with a transaction that it refused");
  }
  enter(client_phase::sending_content);
}

// ------------------------------------------------------------------------- ends of transactions

void client_session::delivered(const awaited_reply& answered) {
  server_transaction_ = at_server::closed;
  expected_.content_ended();
  if (!answered.transaction) return;  // content sent by hand
  client_transaction& t = transactions_[*answered.transaction];
  t.in_doubt = false;
  if (t.state == verdict::reject) return;
  for (const std::size_t r : t.recipients)
    if (results_.of(t.message, r).accepted()) results_.of(t.message, r).end = fate::delivered;
}

// The server said no to MAIL, DATA, a chunk or the content.
void client_session::refuse_transaction(const wire::reply& reply, const awaited_reply& answered) {
  if (answered.phase == client_phase::expect_content_reply) {
    server_transaction_ = at_server::closed;
    expected_.content_ended();
  }
  if (!answered.transaction) return;
  client_transaction& t = transactions_[*answered.transaction];
  if (answered.phase == client_phase::expect_content_reply) t.in_doubt = false;
  t.refuse({failure_kind::refused, stage_of(answered.phase), "the server answered with " + std::to_string(reply.code)});
  if (content_.now() == client_content::state::at_chunk && content_of_ == answered.transaction) content_.stop();
}

void client_session::refuse(const wire::reply& reply) {
  if (authentication_.given_up()) return fail(failure_kind::protocol, *authentication_.given_up());
  fail(failure_kind::refused, "the server answered with " + std::to_string(reply.code));
}

void client_session::refuse_and_close(const wire::reply& reply, const awaited_reply& answered) {
  if (answered.transaction) transactions_[*answered.transaction].in_doubt = false;  // it has said no
  if (!finished_)
    end_all({failure_kind::refused, stage_of(phase_),
             "the server answered with " + std::to_string(reply.code) + " and is closing"});
  close();
}

// The answer to QUIT. Said by hand it ends what is not done.
void client_session::close_at(const awaited_reply& answered) {
  if (!finished_)
    end_all({failure_kind::cancelled, stage_of(answered.phase), "the session was ended by hand, with QUIT"});
  close();
}

// Transactions for which nothing more is said or awaited have their results.
void client_session::settle() {
  for (client_transaction& t : transactions_) {
    if (over() || finished_) return;
    if (t.over || t.awaited > 0) continue;
    if (t.state == verdict::accept && t.next != client_transaction::step::nothing) continue;
    if (content_.busy() && content_of_ && &transactions_[*content_of_] == &t) continue;
    settle(t);
  }
}

void client_session::settle(client_transaction& t) {
  t.over = true;
  if (current() == &t) current_.reset();
  for (const std::size_t r : t.recipients) {
    recipient_result& one = results_.of(t.message, r);
    const bool later = std::find(t.put_back.begin(), t.put_back.end(), r) != t.put_back.end();
    const bool refused = !one.accepted() || t.state == verdict::reject;
    if (one.reply && refused && !later && one.end == fate::not_sent) one.end = fate::refused;
  }
  if (t.why) results_.note(t.message, *t.why);
  if (!t.put_back.empty()) plan_.put_back(t.message, t.put_back, t.accepted);
  // What was said against the reverse-path or the content holds for the message's other recipients too.
  if (t.why && t.why->stage != client_stage::rcpt) plan_.give_up(t.message);
  rset_first_ = after_transaction(plan_.more() ? left_to_do::transactions : left_to_do::nothing, server_transaction_) ==
                client_action::say_rset;
  conclude_if_done(t.message);
}

// A message is done with when no recipient is left to ask and none of its transactions is under way.
void client_session::conclude_if_done(std::size_t message) {
  const bool under_way =
      std::any_of(transactions_.begin(), transactions_.end(),
                  [message](const client_transaction& t) { return t.message == message && !t.over; });
  if (!plan_.pending(message) && !under_way) conclude(message);
}

}  // namespace smtpscope::session
