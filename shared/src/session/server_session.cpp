#include "smtpscope/session/server_session.hpp"

#include <utility>

namespace smtpscope::session {

using wire::verb;

namespace {

status check_limits(const session_limits& l) {
  for (const auto& limit : {l.mailmax, l.rcptmax, l.rcptdomainmax})
    if (limit && (*limit == 0 || *limit > 999999))  // RFC 9422 §4
      return error{errc::invalid_argument, "a limit of LIMITS is a number from 1 to 999999"};
  return {};
}

status check_options(const server_options& o) {
  if (!wire::is_domain_or_literal(o.host_name))
    return error{errc::invalid_argument, "the server's host name must be a domain or an address literal"};
  if (o.extensions.offers(extension::binarymime) && !o.extensions.offers(extension::chunking))
    return error{errc::invalid_argument, "BINARYMIME needs CHUNKING beside it (RFC 3030 §3)"};
  if (o.extensions.offers(extension::smtputf8) && !o.extensions.offers(extension::eight_bit_mime))
    return error{errc::invalid_argument, "SMTPUTF8 needs 8BITMIME beside it (RFC 6531 §3.1)"};
  const session_limits& l = o.limits_line;
  if (o.extensions.offers(extension::limits) && !l.mailmax && !l.rcptmax && !l.rcptdomainmax)
    return error{errc::invalid_argument, "LIMITS needs a limit to name"};
  return check_limits(l);
}

server_authentication_options authentication_of(const server_options& o) {
  return {o.mechanisms, o.auth_on_plain_link, o.challenges_on_plain_link, o.host_name, o.random};
}

}  // namespace

result<server_session> server_session::create(server_options options) {
  if (status s = check_options(options); !s) return s.why();
  if (status s = server_authentication{authentication_of(options)}.check(); !s) return s.why();
  return server_session{std::move(options)};
}

server_session::server_session(server_options options)
    : options_(std::move(options)),
      lines_(limits::sasl_line_octets),
      authentication_(authentication_of(options_)),
      link_(options_.link) {
  std::string{}.swap(options_.random);
  std::vector<std::string>{}.swap(options_.mechanisms);
}

// ------------------------------------------------------------------------------- what happened

void server_session::connected(const sasl::channel_binding& binding) {
  if (state_ != server_state::idle || waiting_ != waiting::nothing) return;
  if (link_ == link_security::tls) authentication_.secured(binding);
  if (options_.asks == questions::policy_only) return greet();
  waiting_ = waiting::command;
  events_.emplace_back(command_offered{verb::unknown, {}});
}

void server_session::greet() {
  // Postfix's postscreen and others know programs that send spam by their not waiting for a greeting.
  if (options_.early == early_input::refused && !lines_.buffered().empty())
    return part(reply_key::out_of_sync, verb::unknown);
  say(reply_key::greeting, verb::unknown, server_state::expect_helo);
}

void server_session::answer_greeting(const decision& d) {
  if (d.what == verdict::accept) {
    instead_.reply = d.reply;
    return greet();
  }
  // RFC 5321 §3.1: after a refusal the client says QUIT.
  if (d.reply) return reply(*d.reply, verb::unknown, server_state::expect_quit);
  say(reply_key::no_service, verb::unknown, server_state::expect_quit);
}

void server_session::receive(std::string_view bytes) {
  if (state_ == server_state::closed) return;
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

void server_session::peer_closed() { close(); }

void server_session::timer_fired() {
  if (state_ == server_state::idle) return;
  if (state_ == server_state::tls_handshake) return close();
  part(reply_key::timeout, verb::unknown);  // RFC 5321 §4.5.3.2.7, §3.8
}

void server_session::shut_down(std::string_view text) {
  if (state_ == server_state::tls_handshake) return close();
  part(reply_key::shut_down, verb::unknown, std::string{text});
}

status server_session::answer(const decision& d) {
  const waiting asked = std::exchange(waiting_, waiting::nothing);
  if (asked == waiting::nothing) return error{errc::misuse, "no question waits for an answer"};
  if (asked == waiting::secret) {
    waiting_ = asked;
    return error{errc::misuse, "a password is asked for: answer_secret() gives it"};
  }
  if (!d.garbage.empty() || d.then != afterwards::go_on) instead_ = {d.garbage, d.then};
  answer_now(d, asked);
  return {};
}

status server_session::answer_secret(const std::optional<secret>& password) {
  if (waiting_ != waiting::secret) return error{errc::misuse, "no password is asked for"};
  waiting_ = waiting::nothing;
  on_authentication(authentication_.use_secret(password));
  return {};
}

void server_session::answer_now(const decision& d, waiting asked) {
  switch (asked) {
    case waiting::nothing:
    case waiting::secret: return;  // answer_secret()
    case waiting::command: return state_ == server_state::idle ? answer_greeting(d) : answer_command(d);
    case waiting::credentials:
      return on_authentication(authentication_.decide(d), d.reply ? words::given : words::ours);
    case waiting::reverse_path: return answer_reverse_path(d);
    case waiting::forward_path: return answer_forward_path(d);
    case waiting::lookup: return answer_lookup(d);
    case waiting::message: return answer_message(d);
  }
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
  const bool octets = skip_ > 0 || state_ == server_state::expect_content || state_ == server_state::expect_chunk;
  if (octets) {
    if (lines_.buffered().empty()) return false;
    if (skip_ > 0)
      take_skipped();
    else if (state_ == server_state::expect_content)
      take_content();
    else
      take_chunk();
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
  complain(reply_key::line_too_long, verb::unknown);  // RFC 5321 §4.5.3.1.9
}

void server_session::reset_transaction() {
  mail_ = {};
  content_.drop_after.reset();
  offered_from_.reset();
  offered_to_.reset();
}

// --------------------------------------------------------------------------------------- words

// Whether EHLO would name it now.
bool server_session::announced(extension e) const noexcept {
  if (!offers(e)) return false;
  if (e == extension::starttls) return link_ == link_security::plain;
  if (e == extension::requiretls) return link_ == link_security::tls;  // RFC 8689 §2
  if (e != extension::auth) return true;
  const bool open = link_ == link_security::tls || options_.auth_on_plain_link == offer::yes;
  return authentication_.offers_any(link_) || (open && !options_.announced_mechanisms.empty());
}

server_facts server_session::facts() const noexcept {
  server_facts f;
  f.link = link_;
  f.authenticated = authentication_.authenticated();
  f.starttls_offered = offers(extension::starttls);
  f.auth_offered = announced(extension::auth);
  f.auth_known = f.auth_offered || (offers(extension::auth) && authentication_.has_mechanisms() && f.starttls_offered);
  f.ehlo_offered = options_.extended_hello == offer::yes;
  f.bdat_offered = offers(extension::chunking);
  f.vrfy_offered = options_.vrfy != lookups::not_implemented;
  f.expn_offered = offers(extension::expn);
  f.help_offered = offers(extension::help);
  f.binarymime = mail_.parameters.body == wire::body_type::binarymime;
  const bool later = options_.no_recipients == data_without_recipients::refused_after_content;
  f.named = !mail_.to.empty()     ? recipients::some
            : !mail_.rcpt_refused ? recipients::none_asked
            : later               ? recipients::all_refused_tell_later
                                  : recipients::all_refused;
  f.tls_before_mail = options_.tls_before_mail;
  f.auth_before_mail = options_.auth_before_mail;
  return f;
}

std::string server_session::value_of(std::string_view name) const {
  if (name == "host") return options_.host_name;
  if (name == "client") return options_.client_address;
  if (name == "client_name") return ehlo_name_;
  if (name == "id") return options_.session_id;
  if (name == "queue_id") return queue_id_;
  if (name == "time") return std::to_string(unix_seconds_);
  if (name == "date") return utc_date(unix_seconds_);
  if (name == "verb") return std::string{wire::name(command_.what)};
  if (name == "argument") return command_.argument;
  if (name == "from") return (offered_from_ ? offered_from_->path : mail_.from).text();
  if (name == "to") return offered_to_ ? offered_to_->path.text() : std::string{};
  if (name == "octets") return std::to_string(content_.by == verb::bdat ? content_.chunk_octets : content_.octets);
  if (name == "limit") return std::to_string(options_.max_message_octets);
  if (name == "user") return authentication_.identity();
  return problem_;
}

void server_session::say(reply_key key, verb v, server_state after, std::string problem) {
  problem_ = std::move(problem);
  const wire::reply* theirs = options_.replies.find(key);
  reply(theirs != nullptr ? *theirs : own_template(key), v, after);
}

void server_session::reply(wire::reply r, verb v, server_state after) {
  const fault odd = std::exchange(instead_, {});
  if (odd.reply) r = *odd.reply;
  if (v == verb::rcpt && r.code >= 400) mail_.rcpt_refused = true;
  if (!offers(extension::enhanced_status_codes)) r.enhanced.reset();
  for (std::string& line : r.lines)
    if (line.find('{') != std::string::npos) line = render(line, [this](std::string_view n) { return value_of(n); });
  send_reply event;
  event.bytes = wire::format_reply(r, replies_in());
  const int code = r.code;
  event.reply = std::move(r);
  event.in_answer_to = v;
  event.state = {state_, after};
  state_ = after;
  if (odd.then == afterwards::drop) return close();
  if (odd.garbage.empty())
    events_.emplace_back(std::move(event));
  else
    events_.emplace_back(send_garbage{odd.garbage});
  if (code == 421 || odd.then == afterwards::close) return close();  // RFC 5321 §3.8
  if (state_ != server_state::closed) events_.emplace_back(arm_timer{server_timeout});
}

void server_session::complain(reply_key key, verb v, std::string problem) {
  problem_ = std::move(problem);
  const wire::reply* theirs = options_.replies.find(key);
  complain_with(theirs != nullptr ? *theirs : own_template(key), v);
}

void server_session::complain_with(wire::reply r, verb v) {
  reply(std::move(r), v, state_);
  if (++bad_commands_ >= limits::bad_commands && !over()) part(reply_key::too_many_errors, v);
}

void server_session::part(reply_key key, verb v, std::string problem) {
  if (over()) return;
  say(key, v, state_, std::move(problem));
  close();
}

void server_session::close() {
  if (state_ == server_state::closed) return;
  const bool content_open = state_ == server_state::expect_content || state_ == server_state::expect_chunk ||
                            state_ == server_state::expect_bdat;
  if (content_open && !content_.refused) events_.emplace_back(content_discarded{});
  waiting_ = waiting::nothing;
  state_ = server_state::closed;
  events_.emplace_back(close_connection{});
}

}  // namespace smtpscope::session
