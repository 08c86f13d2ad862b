// client_session: what may be said now, and saying it.

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/client_session.hpp"

namespace smtpscope::session {

using step = client_transaction::step;

// Says all that may be said without hearing more. The timer runs for the oldest reply awaited.
void client_session::speak() {
  const std::size_t before = awaited_.size();
  while (!over() && !held_ && !shelved_ && say_next()) {
  }
  if (!over() && awaited_.size() > before) arm();
}

bool client_session::say_next() {
  if (content_.busy()) return false;
  if (next_ == intent::deliver) return say_in_delivery();
  if (!awaited_.empty() || next_ == intent::nothing) return false;
  switch (std::exchange(next_, intent::nothing)) {
    case intent::ehlo: say(wire::verb::ehlo, options_.ehlo_name, client_phase::expect_ehlo_reply); break;
    case intent::helo: say(wire::verb::helo, options_.ehlo_name, client_phase::expect_helo_reply); break;
    case intent::starttls: say(wire::verb::starttls, {}, client_phase::expect_starttls_reply); break;
    case intent::auth: say_auth(); break;
    case intent::sasl: say_sasl(); break;
    case intent::quit:
      quit_said_ = true;
      say(wire::verb::quit, {}, client_phase::expect_quit_reply);
      break;
    case intent::deliver:
    case intent::nothing: break;
  }
  return true;
}

// ------------------------------------------------------------------------------------ in groups

bool client_session::pipelines() const noexcept {
  return options_.groups == pipelining::when_offered && capabilities_.pipelining;
}

// May `v` be said while replies are awaited? RFC 2920 §3.1.
bool client_session::may_join(wire::verb v) const noexcept {
  if (awaited_.empty()) return true;
  if (!pipelines() || !awaited_.has_room(options_.pipeline_octets)) return false;
  if (auth_awaited_ && place_in_group(v) == place::last) return false;  // it would be said in vain, or taken for more
  const awaited_reply& last = awaited_.newest();
  // The end of the content is no command: it may begin a group, like the last chunk.
  if (last.phase == client_phase::expect_content_reply) return true;
  if (last.verb == wire::verb::auth) return auth_awaited_;  // RFC 4954 §4: a login that is one message
  return place_in_group(last.verb) == place::anywhere;
}

// Whether MAIL and every RCPT of all transactions are answered, and no recipient is left over.
bool client_session::envelopes_known() const noexcept {
  return std::all_of(transactions_.begin(), transactions_.end(),
                     [](const client_transaction& t) { return t.over || (t.envelope == 0 && t.put_back.empty()); });
}

bool client_session::say_in_delivery() {
  settle();
  if (over() || next_ != intent::deliver) return !over() && next_ == intent::quit;
  client_transaction* t = current();
  return t == nullptr ? say_between() : say_of(*t);
}

// Between transactions: RSET where one is left open, the next one, or QUIT.
bool client_session::say_between() {
  if (!plan_.more()) {
    if (quit_said_ || awaited_.empty() || !may_join(wire::verb::quit)) return false;
    if (options_.quit == farewell::after_recipients && !envelopes_known()) return false;
    quit_said_ = true;
    say(wire::verb::quit, {}, client_phase::expect_quit_reply);
    return true;
  }
  if (rset_first_) {
    if (!may_join(wire::verb::rset)) return false;
    rset_first_ = false;
    say(wire::verb::rset, {}, client_phase::expect_rset_reply);
    return true;
  }
  // Where the last transaction was refused, or its recipients may yet be, it is not known whether RSET is due.
  const bool unsettled = std::any_of(transactions_.begin(), transactions_.end(),
                                     [](const client_transaction& t) { return !t.over && t.state == verdict::reject; });
  if (!may_join(wire::verb::mail) || !envelopes_known() || unsettled) return false;
  return begin_transaction();
}

// --------------------------------------------------------------------------------- transactions

bool client_session::begin_transaction() {
  const std::size_t message = plan_.next_message();
  const client_action action = before_mail(next_message_facts());
  if (action != client_action::say_mail) {
    give_up_message(message, action);
    return true;
  }
  const client_message& m = messages_[message];
  client_transaction t = plan_.begin(capabilities_.limits, m.mail());
  if (t.left_out) note_give_up(message, client_action::give_up_mail_limit);
  if (t.recipients.empty()) {
    conclude_if_done(message);
    return true;
  }
  const auto argument = m.mail_argument(server());
  if (!argument) {
    fail(failure_kind::protocol, argument.why().detail);
    return false;
  }
  ++mails_said_;
  current_ = transactions_.size();
  transactions_.push_back(std::move(t));
  note_left_out(argument->left_out);
  if (m.uses_seven_bit(server()))
    tell(remark{"the message goes in seven bits: the server takes no more", "RFC 6152 §3"});
  say(wire::verb::mail, argument->text, client_phase::expect_mail_reply, argument->beyond_ascii);
  return true;
}

void client_session::give_up_message(std::size_t message, client_action why) {
  note_give_up(message, why);
  plan_.give_up(message);
  conclude_if_done(message);
}

void client_session::note_give_up(std::size_t message, client_action why) {
  const auto because = [&](failure_kind kind, const char* detail) {
    results_.note(message, {kind, stage_of(phase_), detail});
  };
  if (why == client_action::give_up_mail_limit)
    because(failure_kind::mail_limit, "the server takes no more in one connection, as its LIMITS say");
  if (why == client_action::give_up_smtputf8_not_offered)
    because(failure_kind::smtputf8_not_offered,
            "an address or a header line needs SMTPUTF8, and the server does not offer it");
  if (why == client_action::give_up_requiretls_not_possible)
    because(failure_kind::requiretls_not_possible,
            "REQUIRETLS was asked for, and the server does not offer it inside TLS");
  if (why == client_action::give_up_binary_not_offered)
    because(failure_kind::binary_not_offered,
            "the message is binary, and the server does not offer BINARYMIME and CHUNKING");
  if (why == client_action::give_up_eight_bit_not_offered)
    because(failure_kind::eight_bit_not_offered,
            "the message has octets over 127, and the server does not offer 8BITMIME");
  if (why == client_action::give_up_too_large)
    because(failure_kind::too_large, "the message is larger than the server's SIZE allows");
}

bool client_session::say_of(client_transaction& t) {
  if (t.state == verdict::reject) {  // nothing more is said for it
    t.next = step::nothing;
    current_.reset();
    return true;
  }
  switch (t.next) {
    case step::rcpt: return say_rcpt(t);
    case step::data: return say_content_command(t);
    case step::content: return content_.now() == client_content::state::at_chunk && say_chunk(t);
    case step::go_ahead: return false;
    case step::nothing: current_.reset(); return true;
  }
  return false;
}

bool client_session::say_rcpt(client_transaction& t) {
  if (t.asked == t.recipients.size()) {
    t.next = step::data;
    return true;
  }
  if (!may_join(wire::verb::rcpt)) return false;
  const std::size_t recipient = t.recipients[t.asked++];
  const auto argument = messages_[t.message].rcpt_argument(server(), recipient);
  if (!argument) {
    fail(failure_kind::protocol, argument.why().detail);
    return false;
  }
  note_left_out(argument->left_out);
  say(wire::verb::rcpt, argument->text, client_phase::expect_rcpt_reply, argument->beyond_ascii, recipient);
  return true;
}

// DATA, or the first BDAT.
bool client_session::say_content_command(client_transaction& t) {
  const client_message& m = messages_[t.message];
  if (m.in_chunks(server())) {
    // Content leaves before the envelope is answered only where little is lost by it.
    const std::uint64_t octets = octets_of(m.content(server()), m.end_of(server()));
    const bool small = octets <= std::min<std::uint64_t>(limits::content_chunk_octets, options_.chunk_octets);
    if (t.envelope > 0 && !small) return false;
    if (!may_join(wire::verb::bdat) || auth_awaited_) return false;
    content_.begin_chunks(m.end_of(server()));
    content_of_ = current_;
    t.next = step::content;
    return say_chunk(t);
  }
  if (!may_join(wire::verb::data)) return false;
  t.next = step::go_ahead;
  say(wire::verb::data, {}, client_phase::expect_data_reply);
  return true;
}

bool client_session::say_chunk(client_transaction& t) {
  if (!may_join(wire::verb::bdat)) return false;
  const client_content::chunk c = content_.announce(messages_[t.message].content(server()), options_.chunk_octets);
  say(wire::verb::bdat, std::to_string(c.octets) + (c.last ? " LAST" : ""),
      c.last ? client_phase::expect_content_reply : client_phase::expect_bdat_reply);
  if (c.octets == 0) end_of_chunks();
  return true;
}

// ------------------------------------------------------------------------------------ one line

void client_session::say(wire::verb v, std::string_view argument, client_phase phase, wire::utf8 beyond_ascii,
                         std::optional<std::size_t> recipient) {
  result<std::string> text = wire::format_command(v, argument, beyond_ascii);
  if (!text) return fail(failure_kind::protocol, text.why().detail);
  const bool in_transaction = next_ == intent::deliver && v != wire::verb::rset && v != wire::verb::quit;
  offer({std::move(*text), sent::command, {phase, v, in_transaction ? current_ : std::nullopt, recipient, 0, false}});
}

void client_session::say_auth() {
  const result<std::string> argument = authentication_.begin(capabilities_);
  if (!argument) return fail(failure_kind::mechanism_not_offered, argument.why().detail);
  const std::string& mechanism = authentication_.mechanism();
  const bool one_message = mechanism == "PLAIN" || mechanism == "EXTERNAL" || mechanism == "ANONYMOUS" ||
                           mechanism == "XOAUTH2" || mechanism == "OAUTHBEARER";
  // What follows AUTH at once needs to be what would have followed its success.
  client_facts then = facts();
  then.authenticated = true;
  if (options_.login == login_group::with_mail && pipelines() && one_message && argument->size() > mechanism.size() &&
      after_capabilities(then) == client_action::say_mail) {
    auth_awaited_ = true;
    next_ = intent::deliver;
  }
  result<std::string> text = wire::format_command(wire::verb::auth, *argument);
  if (!text) return fail(failure_kind::protocol, text.why().detail);
  offer({std::move(*text), sent::command, {client_phase::expect_auth_reply, wire::verb::auth}});
}

void client_session::say_sasl() {
  offer({std::exchange(sasl_line_, {}), sent::sasl_response, {client_phase::expect_auth_reply, wire::verb::auth}});
}

void client_session::offer(utterance l) {
  if (options_.control == control::automatic) return send(std::move(l));
  held_ = std::move(l);
  announce();
}

void client_session::send(utterance l) {
  awaited_reply& a = l.awaits;
  a.octets = l.bytes.size();
  if (a.transaction) {
    client_transaction& t = transactions_[*a.transaction];
    ++t.awaited;
    if (a.verb == wire::verb::mail || a.verb == wire::verb::rcpt) ++t.envelope;
  }
  send_bytes out;
  out.bytes = std::move(l.bytes);
  out.what = l.what;
  out.verb = a.verb;
  if (a.verb == wire::verb::auth) out.mechanism = authentication_.mechanism();
  if (a.verb == wire::verb::auth && l.what == sent::command) out.candidates = authentication_.candidates(capabilities_);
  if (l.what == sent::sasl_response) out.sasl_step = authentication_.challenges();
  out.client.before = phase_;
  awaited_.add(a);
  phase_ = awaited_phase();
  out.client.after = phase_;
  tell(std::move(out), 1);
}

void client_session::note_left_out(const std::vector<std::string_view>& keywords) {
  for (const std::string_view keyword : keywords) {
    if (std::find(left_out_.begin(), left_out_.end(), keyword) != left_out_.end()) continue;  // said once is enough
    left_out_.push_back(keyword);
    tell(remark{std::string{keyword} + " was asked for and left out: the server does not offer it", "RFC 5321 §2.2.1"});
  }
}

}  // namespace smtpscope::session
