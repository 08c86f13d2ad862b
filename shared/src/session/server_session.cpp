#include "smtpscope/session/server_session.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {

using wire::verb;

wire::reply make(int code, std::string text) { return {code, std::nullopt, {std::move(text)}}; }

// An enhanced code's class is the first digit of the reply code (RFC 3463 §2).
wire::reply make(int code, std::uint16_t subject, std::uint16_t detail, std::string text) {
  return {code, wire::enhanced_code{static_cast<std::uint16_t>(code / 100), subject, detail}, {std::move(text)}};
}

// The reply owed for arguments that are not legal (RFC 5321 §4.2.2; RFC 3463 §3.2, §3.6).
wire::reply syntax_reply(const wire::command& c) {
  const std::uint16_t detail = c.what == verb::mail ? 7 : 3;
  if (c.problem->code == errc::invalid_address) return make(501, 1, detail, c.problem->detail);
  return make(501, 5, 4, c.problem->detail);
}

server_authentication_options authentication_of(const server_options& o) {
  return {o.mechanisms, o.auth_on_plain_link, o.challenges_on_plain_link, o.host_name, o.random};
}

}  // namespace

result<server_session> server_session::create(server_options options) {
  if (!wire::is_domain_or_literal(options.host_name))
    return error{errc::invalid_argument, "the server's host name must be a domain or an address literal"};
  if (status s = server_authentication{authentication_of(options)}.check(); !s) return s.why();
  return server_session{std::move(options)};
}

server_session::server_session(server_options options)
    : options_(std::move(options)),
      link_(options_.link),
      lines_(limits::sasl_line_octets),
      authentication_(authentication_of(options_)) {}

// ------------------------------------------------------------------------------- what happened

void server_session::connected(const sasl::channel_binding& binding) {
  if (state_ != server_state::idle) return;
  if (link_ == link_security::tls) authentication_.secured(binding);
  reply(make(220, options_.host_name + " " + options_.greeting_text), verb::unknown, server_state::expect_helo);
}

void server_session::receive(std::string_view bytes) {
  if (state_ == server_state::idle || state_ == server_state::closed) return;
  if (state_ == server_state::tls_handshake) return close();  // plaintext where TLS must begin
  lines_.append(bytes);
}

void server_session::tls_established(const sasl::channel_binding& binding) {
  if (state_ != server_state::tls_handshake) return;
  link_ = link_security::tls;
  // RFC 3207 §4.2: back to the state right after the greeting, knowing nothing of the client.
  reset_transaction();
  authentication_.secured(binding);
  ehlo_name_.clear();
  extended_ = false;
  state_ = options_.hello_after_tls == requirement::yes ? server_state::expect_helo : server_state::expect_mail;
  events_.emplace_back(arm_timer{server_timeout});
}

void server_session::peer_closed() {
  if (state_ == server_state::closed) return;
  close();
}

void server_session::timer_fired() {
  if (state_ == server_state::idle || state_ == server_state::closed) return;
  if (state_ != server_state::tls_handshake)  // RFC 5321 §4.5.3.2.7, §3.8
    reply(make(421, 4, 2, options_.host_name + " Timeout, closing connection"), verb::unknown, state_);
  close();
}

void server_session::shut_down(std::string_view text) {
  if (state_ == server_state::closed) return;
  if (state_ != server_state::tls_handshake)
    reply(make(421, 3, 2, options_.host_name + " " + std::string{text}), verb::unknown, state_);
  close();
}

status server_session::answer(const decision& d) {
  const bool yes = d.what == verdict::accept;
  const waiting asked = std::exchange(waiting_, waiting::nothing);
  const auto say = [&](wire::reply own) { return d.reply.value_or(std::move(own)); };
  switch (asked) {
    case waiting::nothing: return error{errc::misuse, "no question waits for an answer"};
    case waiting::credentials: on_authentication(authentication_.decide(d)); break;
    case waiting::secret:
      waiting_ = asked;
      return error{errc::misuse, "a password is asked for: answer_secret() gives it"};
    case waiting::reverse_path:
      if (yes) {
        from_ = *offered_from_;
        reply(say(make(250, 1, 0, "Sender OK")), verb::mail, server_state::expect_rcpt);
      } else {
        reply(say(make(550, 7, 1, "Sender refused")), verb::mail, state_);
      }
      break;
    case waiting::forward_path:
      if (yes) {
        to_.push_back(*offered_to_);
        reply(say(make(250, 1, 5, "Recipient OK")), verb::rcpt, server_state::expect_rcpt_or_data);
      } else {
        reply(say(make(550, 1, 1, "No such user here")), verb::rcpt, state_);
      }
      break;
    case waiting::message: answer_message(d); break;
  }
  return {};
}

status server_session::answer_secret(const std::optional<secret>& password) {
  if (waiting_ != waiting::secret) return error{errc::misuse, "no password is asked for"};
  waiting_ = waiting::nothing;
  on_authentication(authentication_.use_secret(password));
  return {};
}

std::optional<server_event> server_session::next() {
  while (events_.empty() && advance()) {
  }
  if (events_.empty()) return std::nullopt;
  server_event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

bool server_session::wants_input() const noexcept {
  return waiting_ == waiting::nothing && state_ != server_state::tls_handshake && state_ != server_state::closed;
}

// ------------------------------------------------------------------------------- what was sent

bool server_session::advance() {
  if (!wants_input() || state_ == server_state::idle) return false;
  if (state_ == server_state::expect_content) {
    if (lines_.buffered().empty()) return false;
    take_content();
    return true;
  }
  const std::optional<result<std::string>> line = lines_.next();
  if (!line) return false;
  take_line(*line);
  return true;
}

void server_session::take_line(const result<std::string>& line) {
  if (!line) return on_line_error();
  if (state_ == server_state::expect_sasl_response) return on_sasl_line(*line);
  on_command(*line);
}

void server_session::on_line_error() {
  if (state_ == server_state::expect_sasl_response) return on_authentication(authentication_.answer_too_long());
  complain(make(500, 5, 2, "Line too long"), verb::unknown);  // RFC 5321 §4.5.3.1.9
}

void server_session::on_command(const std::string& line) {
  const wire::command c = wire::parse_command(line);
  const server_rule rule = check(state_, c.what, facts());
  events_.emplace_back(command_received{line, c, sent::command, c.mechanism, 0});
  if (line.size() > limits::extended_command_line_octets && c.what != verb::auth)
    return complain(make(500, 5, 2, "Line too long"), c.what);
  if (rule.says == verdict::reject) return complain({rule.code, rule.enhanced, {std::string{rule.text}}}, c.what);
  // Names in EHLO that are no domains ("my_laptop") are common and harmless: RFC 5321 §4.1.4
  // lets us go on, so only a missing or dangerous one is refused.
  const bool hello = c.what == verb::ehlo || c.what == verb::helo;
  if (c.problem && !(hello && c.problem->code == errc::invalid_argument)) return complain(syntax_reply(c), c.what);
  proceed(c, rule);
}

void server_session::proceed(const wire::command& c, const server_rule& rule) {
  switch (c.what) {
    case verb::ehlo:
    case verb::helo: return on_hello(c, rule);
    case verb::starttls: return on_starttls();
    case verb::auth: return on_auth(c, rule);
    case verb::mail: return on_mail(c);
    case verb::rcpt: return on_rcpt(c);
    case verb::data: return on_data(rule);
    case verb::rset: reset_transaction(); return reply(make(250, 0, 0, "OK"), c.what, rule.next);
    case verb::noop: return reply(make(250, 0, 0, "OK"), c.what, rule.next);
    case verb::vrfy:  // RFC 5321 §3.5.3: 252 where addresses are not confirmed
      return reply(make(252, 5, 0, "Cannot VRFY user, but will accept message and attempt delivery"), c.what,
                   rule.next);
    case verb::help:
      return reply({214,
                    wire::enhanced_code{2, 0, 0},
                    {"Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP QUIT VRFY HELP", "See RFC 5321"}},
                   c.what, rule.next);
    case verb::quit:
      reply(make(221, 0, 0, options_.host_name + " closing connection"), c.what, rule.next);
      events_.emplace_back(close_connection{});
      return;
    case verb::expn:
    case verb::bdat:
    case verb::unknown: return complain(make(502, 5, 1, "Command not implemented"), c.what);
  }
}

void server_session::on_hello(const wire::command& c, const server_rule& rule) {
  reset_transaction();  // RFC 5321 §4.1.4: as if RSET had been sent
  ehlo_name_ = c.argument;
  extended_ = c.what == verb::ehlo;
  wire::reply r = make(250, options_.host_name + " greets " + c.argument);
  if (extended_)
    for (std::string& line : capability_lines()) r.lines.push_back(std::move(line));
  reply(r, c.what, rule.next);
}

std::vector<std::string> server_session::capability_lines() const {
  std::vector<std::string> lines = {"PIPELINING", "SIZE " + std::to_string(options_.max_message_octets), "8BITMIME",
                                    "ENHANCEDSTATUSCODES"};
  const server_facts f = facts();
  if (f.starttls_offered && f.link == link_security::plain) lines.emplace_back("STARTTLS");
  if (f.auth_offered) {
    std::string auth = "AUTH";
    for (const std::string& mechanism : authentication_.offered(link_)) auth += " " + mechanism;
    lines.push_back(std::move(auth));
  }
  lines.emplace_back("HELP");
  return lines;
}

void server_session::on_starttls() {
  // What was sent along with STARTTLS came in plaintext and may not be taken as if it came inside
  // TLS (CVE-2011-0411). Whoever does that is broken or an attacker: part.
  if (!lines_.buffered().empty()) {
    reply(make(554, 5, 0, "No command may follow STARTTLS before TLS is established"), verb::starttls, state_);
    return close();
  }
  reply(make(220, 0, 0, "Ready to start TLS"), verb::starttls, server_state::tls_handshake);
  events_.emplace_back(start_tls{});
}

// ---------------------------------------------------------------------------------------- AUTH

void server_session::on_auth(const wire::command& c, const server_rule& rule) {
  if (const auto refusal = authentication_.refuses(c.mechanism, link_)) return complain(*refusal, verb::auth);
  after_auth_ = state_;
  state_in_auth_ = rule.next;
  on_authentication(authentication_.begin(c, link_));
}

void server_session::on_sasl_line(std::string_view line) {
  events_.emplace_back(command_received{
      std::string{line}, {}, sent::sasl_response, authentication_.mechanism(), authentication_.challenges()});
  line.remove_suffix(2);
  on_authentication(authentication_.answer(line));
}

void server_session::on_authentication(authentication_step step) {
  if (const auto* challenge = std::get_if<authentication_challenge>(&step))
    return reply(challenge->reply, verb::auth, state_in_auth_);
  if (auto* question = std::get_if<credentials_offered>(&step)) {
    waiting_ = waiting::credentials;
    events_.emplace_back(std::move(*question));
    return;
  }
  if (auto* wanted = std::get_if<secret_requested>(&step)) {
    waiting_ = waiting::secret;
    events_.emplace_back(std::move(*wanted));
    return;
  }
  reply(std::get_if<authentication_ended>(&step)->reply, verb::auth, after_auth_);
  if (!authentication_.too_many_failures()) return;
  reply(make(421, 7, 0, options_.host_name + " Too many failed logins, closing connection"), verb::auth, state_);
  close();
}

// --------------------------------------------------------------------------------- transaction

void server_session::on_mail(const wire::command& c) {
  reverse_path_offered question{*c.from, std::nullopt};
  for (const wire::parameter& p : c.parameters) {
    if (text::iequals(p.keyword, "SIZE") && p.value) {  // RFC 1870 §5
      const bool digits = p.value->size() <= 20 && std::all_of(p.value->begin(), p.value->end(), text::is_digit);
      if (!digits || question.declared_octets)
        return complain(make(501, 5, 4, "SIZE must be given once, as a number of octets"), verb::mail);
      std::uint64_t octets = 0;
      for (const char digit : *p.value) {
        const auto d = static_cast<std::uint64_t>(digit - '0');
        octets = octets > (UINT64_MAX - d) / 10 ? UINT64_MAX : octets * 10 + d;
      }
      question.declared_octets = octets;
    } else if (text::iequals(p.keyword, "BODY") && p.value) {  // RFC 6152 §2
      if (!text::iequals(*p.value, "7BIT") && !text::iequals(*p.value, "8BITMIME"))
        return complain(make(501, 5, 4, "BODY must be 7BIT or 8BITMIME"), verb::mail);
    } else if (text::iequals(p.keyword, "AUTH") && p.value && facts().auth_offered) {
      // RFC 4954 §5: taken and, as from a client we need not trust, not used.
    } else {
      return complain(make(555, 5, 4, "Parameter not recognized or not offered"), verb::mail);
    }
  }
  if (question.declared_octets.value_or(0) > options_.max_message_octets)  // RFC 1870 §6.1
    return complain(
        make(552, 3, 4, "Message size exceeds the limit of " + std::to_string(options_.max_message_octets) + " octets"),
        verb::mail);
  offered_from_ = question.path;
  waiting_ = waiting::reverse_path;
  events_.emplace_back(std::move(question));
}

void server_session::on_rcpt(const wire::command& c) {
  if (!c.parameters.empty()) return complain(make(555, 5, 4, "Parameter not recognized or not offered"), verb::rcpt);
  if (to_.size() >= options_.max_recipients)  // RFC 5321 §4.5.3.1.10: 452, not 552
    return reply(make(452, 5, 3, "Too many recipients"), verb::rcpt, state_);
  offered_to_ = *c.to;
  waiting_ = waiting::forward_path;
  events_.emplace_back(forward_path_offered{*c.to});
}

void server_session::on_data(const server_rule& rule) {
  unstuffer_ = {};
  content_octets_ = 0;
  too_large_ = false;
  reply(make(354, "Start mail input; end with <CRLF>.<CRLF>"), verb::data, rule.next);
}

void server_session::take_content() {
  const std::string input = lines_.take_all();
  std::string content;
  const std::size_t used = unstuffer_.consume(input, content);
  content_octets_ += content.size();
  if (!too_large_ && content_octets_ > options_.max_message_octets) {
    too_large_ = true;  // the rest is read and dropped, so that the reply comes where it is due
    events_.emplace_back(content_discarded{});
  }
  if (!too_large_ && !content.empty()) events_.emplace_back(content_received{std::move(content)});
  lines_.append(std::string_view{input}.substr(used));
  if (unstuffer_.finished()) finish_content();
}

void server_session::finish_content() {
  if (too_large_) {
    reset_transaction();
    return reply(
        make(552, 3, 4, "Message size exceeds the limit of " + std::to_string(options_.max_message_octets) + " octets"),
        verb::data, server_state::expect_mail);
  }
  waiting_ = waiting::message;
  events_.emplace_back(message_offered{from_, to_, content_octets_});
}

void server_session::answer_message(const decision& d) {
  reset_transaction();
  if (d.what == verdict::accept)  // RFC 5321 §4.2.5: from here the mail is ours
    return reply(d.reply.value_or(make(250, 0, 0, "OK")), verb::data, server_state::expect_mail);
  reply(d.reply.value_or(make(451, 3, 0, "Message could not be stored")), verb::data, server_state::expect_mail);
}

void server_session::reset_transaction() {
  from_ = {};
  to_.clear();
  offered_from_.reset();
  offered_to_.reset();
}

// --------------------------------------------------------------------------------------- words

server_facts server_session::facts() const noexcept {
  server_facts f;
  f.link = link_;
  f.authenticated = authentication_.authenticated();
  f.starttls_offered = options_.starttls == offer::yes;
  f.auth_offered = authentication_.offers_any(link_);
  f.tls_before_mail = options_.tls_before_mail;
  f.auth_before_mail = options_.auth_before_mail;
  return f;
}

void server_session::reply(const wire::reply& r, verb v, server_state after) {
  send_reply event;
  event.reply = r;
  event.bytes = wire::format_reply(r);
  event.in_answer_to = v;
  event.state = {state_, after};
  state_ = after;
  events_.emplace_back(std::move(event));
  if (state_ != server_state::closed) events_.emplace_back(arm_timer{server_timeout});
}

void server_session::complain(const wire::reply& r, verb v) {
  reply(r, v, state_);
  if (++bad_commands_ < limits::bad_commands) return;
  reply(make(421, 7, 0, options_.host_name + " Too many errors, closing connection"), v, state_);
  close();
}

void server_session::close() {
  if (state_ == server_state::closed) return;
  const bool content_open = (state_ == server_state::expect_content && !too_large_);
  if (content_open) events_.emplace_back(content_discarded{});
  waiting_ = waiting::nothing;
  state_ = server_state::closed;
  events_.emplace_back(close_connection{});
}

}  // namespace smtpscope::session
