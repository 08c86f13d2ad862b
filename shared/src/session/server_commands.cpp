// The commands of a server session: check against the table, ask the host, carry out.

#include <algorithm>
#include <utility>

#include "smtpscope/session/server_session.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

using wire::verb;

namespace {

// RFC 9422 counts domains; they compare without case.
std::string domain_of(const std::string& mailbox) {
  const std::size_t at = mailbox.rfind('@');
  return at == std::string::npos ? std::string{} : text::to_lower(std::string_view{mailbox}.substr(at + 1));
}

// The reply owed for arguments that are not legal (RFC 5321 §4.2.2; RFC 3463 §3.2, §3.6).
reply_key syntax_key(const wire::command& c) {
  if (c.problem->code == errc::unsupported) return reply_key::utf8_refused;
  if (c.problem->code != errc::invalid_address) return reply_key::syntax;
  return c.what == verb::mail ? reply_key::mail_syntax : reply_key::rcpt_syntax;
}

bool needs_utf8(const wire::reply& r) {
  return std::any_of(r.lines.begin(), r.lines.end(), [](const std::string& line) { return !text::all_ascii(line); });
}

// Whether a question of its own comes with the command, so that command_offered need not.
bool has_a_question(verb v, lookups vrfy) {
  return v == verb::mail || v == verb::rcpt || v == verb::expn || (v == verb::vrfy && vrfy == lookups::answered);
}

}  // namespace

void server_session::on_command(const std::string& line) {
  command_ = wire::parse_command(line, offers(extension::smtputf8) ? wire::utf8::allowed : wire::utf8::refused);
  const wire::command& c = command_;
  const server_rule rule = check(state_, c.what, facts());
  next_ = rule.next;
  events_.emplace_back(command_received{line, c, sent::command, c.mechanism, 0});
  std::vector<wire::field>{}.swap(command_.fields);  // half a kilobyte that an idle session would keep
  if (c.what == verb::mail) ++mail_commands_;
  if (c.what == verb::rcpt) ++mail_.rcpt_commands;
  const bool too_long = line.size() > limits::extended_command_line_octets && c.what != verb::auth;
  // How much follows is not known, and content must not be taken for commands (RFC 3030 §2).
  if (c.what == verb::bdat && (c.problem || too_long))
    return part(rule.says == verdict::reject ? rule.key : reply_key::syntax, c.what,
                c.problem ? c.problem->detail : "the line is too long");
  if (too_long) return complain(reply_key::line_too_long, c.what);
  if (c.what == verb::bdat && rule.says == verdict::reject) skip_chunk(c);
  if (rule.says == verdict::reject) return complain(rule.key, c.what);
  if (refuse_arguments()) return;
  if (early()) return part(reply_key::out_of_sync, c.what);
  if (options_.asks == questions::policy_only || has_a_question(c.what, options_.vrfy)) return proceed();
  waiting_ = waiting::command;
  events_.emplace_back(command_offered{c.what, c.argument});
}

// True when the command's arguments have earned a refusal, which is then said.
bool server_session::refuse_arguments() {
  const wire::command& c = command_;
  // Names in EHLO that are no domains ("my_laptop") are common and harmless: RFC 5321 §4.1.4
  // lets us go on, so only a missing or dangerous one is refused.
  const bool hello = c.what == verb::ehlo || c.what == verb::helo;
  if (c.problem && !(hello && c.problem->code == errc::invalid_argument)) {
    complain(syntax_key(c), c.what, c.problem->detail);
    return true;
  }
  // RFC 5321 §2.2.1: who says HELO has no extensions.
  if (!c.parameters.empty() && !extended_ && (c.what == verb::mail || c.what == verb::rcpt)) {
    complain(reply_key::parameter_not_offered, c.what);
    return true;
  }
  return false;
}

// Whether something was sent behind this command that had to wait for its reply.
bool server_session::early() const noexcept {
  if (options_.early == early_input::tolerated || lines_.buffered().empty()) return false;
  if (command_.what == verb::bdat || command_.what == verb::starttls)
    return false;  // the one must, the other asks itself
  return command_.what == verb::data || !offers(extension::pipelining);
}

void server_session::answer_command(const decision& d) {
  const verb v = command_.what;
  if (d.what == verdict::accept) {
    if (d.drop_after) content_.drop_after = d.drop_after;
    if (v == verb::starttls && d.certificate != certificate_choice::own)
      events_.emplace_back(certificate_chosen{d.certificate});
    instead_.reply = d.reply;
    return proceed();
  }
  if (v == verb::bdat) skip_chunk(command_);
  if (d.reply) return reply(*d.reply, v, state_);
  say(reply_key::refused, v, state_);
}

void server_session::proceed() {
  const verb v = command_.what;
  switch (v) {
    case verb::ehlo:
    case verb::helo: return on_hello();
    case verb::starttls: return on_starttls();
    case verb::auth: return on_auth();
    case verb::mail: return on_mail();
    case verb::rcpt: return on_rcpt();
    case verb::data: return on_data();
    case verb::bdat: return on_bdat();
    case verb::rset: {
      if (state_ == server_state::expect_bdat) events_.emplace_back(content_discarded{});
      reset_transaction();
      return say(reply_key::rset_ok, v, next_);
    }
    case verb::noop: return say(reply_key::noop_ok, v, next_);
    case verb::vrfy:
    case verb::expn: return on_lookup();
    case verb::help: return on_help();
    case verb::quit:
      if (state_ == server_state::expect_bdat) events_.emplace_back(content_discarded{});
      say(reply_key::quit, v, next_);
      events_.emplace_back(close_connection{close_connection::wish::of_peer});
      return;
    case verb::unknown: return complain(reply_key::not_recognised, v);
  }
}

void server_session::on_hello() {
  if (state_ == server_state::expect_bdat) events_.emplace_back(content_discarded{});
  reset_transaction();  // RFC 5321 §4.1.4: as if RSET had been sent
  ehlo_name_ = command_.argument;
  extended_ = command_.what == verb::ehlo;
  const reply_key key = extended_ ? reply_key::ehlo : reply_key::helo;
  const wire::reply* theirs = options_.replies.find(key);
  wire::reply r = theirs != nullptr ? *theirs : own_template(key);
  if (extended_)
    for (const extension e : options_.extensions.in_order())
      if (announced(e)) r.lines.push_back(capability_line(e));
  reply(std::move(r), command_.what, next_);
}

std::string server_session::capability_line(extension e) const {
  std::string line{name(e)};
  if (e == extension::size) return line + " " + std::to_string(options_.max_message_octets);
  if (e == extension::auth) {
    const auto& announced = options_.announced_mechanisms;
    for (const std::string& mechanism : announced.empty() ? authentication_.offered(link_) : announced)
      line += " " + mechanism;
  }
  if (e == extension::limits) {
    const session_limits& l = options_.limits_line;
    if (l.mailmax) line += " MAILMAX=" + std::to_string(*l.mailmax);
    if (l.rcptmax) line += " RCPTMAX=" + std::to_string(*l.rcptmax);
    if (l.rcptdomainmax) line += " RCPTDOMAINMAX=" + std::to_string(*l.rcptdomainmax);
  }
  return line;
}

void server_session::on_starttls() {
  // What was sent along with STARTTLS came in plaintext and may not be taken as if it came inside
  // TLS (CVE-2011-0411). Whoever does that is broken or an attacker: part.
  if (!lines_.buffered().empty()) return part(reply_key::starttls_pipelined, verb::starttls);
  say(reply_key::starttls_ready, verb::starttls, server_state::tls_handshake);
  if (!over()) events_.emplace_back(start_tls{});
}

// --------------------------------------------------------------------------------- transaction

wire::offered_parameters server_session::offered_parameters() const noexcept {
  wire::offered_parameters p;
  p.size = offers(extension::size);
  p.eight_bit_mime = offers(extension::eight_bit_mime);
  p.binarymime = offers(extension::binarymime);
  p.smtputf8 = offers(extension::smtputf8);
  p.auth = announced(extension::auth);
  p.dsn = offers(extension::dsn);
  p.requiretls = announced(extension::requiretls);
  return p;
}

namespace {
reply_key parameter_key(const error& why) {
  return why.code == errc::unsupported ? reply_key::parameter_not_offered : reply_key::parameter_syntax;
}
}  // namespace

void server_session::on_mail() {
  const auto& limit = options_.limits_line.mailmax;
  if (limit && mail_commands_ > *limit) return complain(reply_key::too_many_messages, verb::mail);
  auto parameters = wire::parse_mail_parameters(command_.parameters, offered_parameters());
  if (!parameters) return complain(parameter_key(parameters.why()), verb::mail, parameters.why().detail);
  if (parameters->size.value_or(0) > options_.max_message_octets)  // RFC 1870 §6.1
    return complain(reply_key::too_large, verb::mail);
  offered_from_ = std::make_unique<reverse_path_offered>(reverse_path_offered{*command_.from, std::move(*parameters)});
  waiting_ = waiting::reverse_path;
  events_.emplace_back(*offered_from_);
}

void server_session::answer_reverse_path(const decision& d) {
  const bool yes = d.what == verdict::accept;
  const server_state next = yes ? server_state::expect_rcpt : state_;
  if (yes) {
    mail_ = {};
    mail_.from = offered_from_->path;
    mail_.parameters = offered_from_->parameters;
  }
  if (d.reply)
    reply(*d.reply, verb::mail, next);
  else
    say(yes ? reply_key::mail_ok : reply_key::mail_refused, verb::mail, next);
  offered_from_.reset();
}

// RFC 5321 §4.5.3.1.10: 452, not 552. RFC 9422 §4 counts commands, our own bound recipients.
std::optional<reply_key> server_session::over_a_limit(const wire::forward_path& path) {
  const session_limits& l = options_.limits_line;
  if (mail_.to.size() >= options_.max_recipients) return reply_key::too_many_recipients;
  if (l.rcptmax && mail_.rcpt_commands > *l.rcptmax) return reply_key::too_many_recipients;
  if (!l.rcptdomainmax) return std::nullopt;
  std::string domain = domain_of(path.mailbox_text());
  if (std::find(domains_.begin(), domains_.end(), domain) != domains_.end()) return std::nullopt;
  if (domains_.size() >= *l.rcptdomainmax) return reply_key::too_many_domains;
  domains_.push_back(std::move(domain));
  return std::nullopt;
}

void server_session::on_rcpt() {
  const bool utf8 = mail_.parameters.smtputf8;
  if (command_.to->needs_smtputf8() && !utf8) return complain(reply_key::utf8_refused, verb::rcpt);
  auto parameters = wire::parse_rcpt_parameters(command_.parameters, offered_parameters(),
                                                utf8 ? wire::utf8::allowed : wire::utf8::refused);
  if (!parameters) return complain(parameter_key(parameters.why()), verb::rcpt, parameters.why().detail);
  if (const auto limit = over_a_limit(*command_.to)) return say(*limit, verb::rcpt, state_);
  offered_to_ = std::make_unique<accepted_recipient>(accepted_recipient{*command_.to, std::move(*parameters)});
  waiting_ = waiting::forward_path;
  events_.emplace_back(forward_path_offered{offered_to_->path, offered_to_->parameters, mail_.from});
}

void server_session::answer_forward_path(const decision& d) {
  const bool yes = d.what == verdict::accept;
  if (yes) mail_.to.push_back(*offered_to_);
  const server_state next = yes ? server_state::expect_rcpt_or_data : state_;
  if (d.reply)
    reply(*d.reply, verb::rcpt, next);
  else
    say(yes ? reply_key::rcpt_ok : reply_key::rcpt_refused, verb::rcpt, next);
  offered_to_.reset();
}

// --------------------------------------------------------------------------------- VRFY, EXPN, HELP

// RFC 6531 §3.7.4.2: UTF-8 answers VRFY and EXPN only where the command allows it.
wire::utf8 server_session::replies_in() const noexcept {
  const bool lookup = command_.what == verb::vrfy || command_.what == verb::expn;
  return lookup && !command_.parameters.empty() ? wire::utf8::allowed : wire::utf8::refused;
}

void server_session::on_lookup() {
  const bool hidden = command_.what == verb::vrfy && options_.vrfy == lookups::hidden;
  if (hidden) return say(reply_key::vrfy_hidden, command_.what, next_);  // RFC 5321 §7.3
  waiting_ = waiting::lookup;
  events_.emplace_back(lookup_offered{command_.what, command_.argument});
}

void server_session::answer_lookup(const decision& d) {
  if (d.reply && needs_utf8(*d.reply) && replies_in() == wire::utf8::refused)
    return say(reply_key::utf8_reply, command_.what, state_);
  if (d.reply) return reply(*d.reply, command_.what, state_);
  say(d.what == verdict::accept ? reply_key::lookup_ok : reply_key::lookup_failed, command_.what, state_);
}

void server_session::on_help() {
  const wire::reply* theirs = options_.replies.find(reply_key::help);
  if (theirs != nullptr) return reply(*theirs, verb::help, next_);
  std::string known = "Commands: EHLO HELO";
  const server_facts f = facts();
  const auto add = [&known](std::string_view verb) { known.append(" ").append(verb); };
  if (f.starttls_offered) add("STARTTLS");
  if (f.auth_known) add("AUTH");
  add("MAIL RCPT DATA");
  if (f.bdat_offered) add("BDAT");
  add("RSET NOOP QUIT");
  if (f.vrfy_offered) add("VRFY");
  if (f.expn_offered) add("EXPN");
  add("HELP");
  wire::reply r = own_template(reply_key::help);
  r.lines.insert(r.lines.begin(), std::move(known));
  reply(std::move(r), verb::help, next_);
}

}  // namespace smtpscope::session
