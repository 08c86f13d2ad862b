#include "smtpscope/session/client_session.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {

// RFC 5321 §2.3.8 and §4.5.3.1.6; RFC 5322 §2.1.1. The composer keeps all this; other callers may not.
status check_content(std::string_view content) {
  std::size_t line_start = 0;
  while (line_start < content.size()) {
    const std::size_t end = content.find_first_of(std::string_view{"\r\n\0", 3}, line_start);
    if (end == std::string_view::npos) {
      if (content.size() - line_start > limits::text_line_octets - 2) break;
      return {};
    }
    if (content[end] != '\r' || end + 1 >= content.size() || content[end + 1] != '\n')
      return error{errc::invalid_argument, "the message has a CR or LF alone, or a NUL, at octet " +
                                               std::to_string(end) + "; lines must end with CRLF"};
    if (end - line_start > limits::text_line_octets - 2) break;
    line_start = end + 2;
  }
  if (line_start >= content.size()) return {};
  return error{errc::line_too_long, "the message's line at octet " + std::to_string(line_start) +
                                        " is longer than 998 octets; encode that part"};
}

status check_options(const client_options& options, const submission& mail) {
  if (!wire::is_domain_or_literal(options.ehlo_name))
    return error{errc::invalid_argument,
                 "the EHLO name must be a domain such as laptop.example or an address literal such as [192.0.2.1]"};
  if (mail.to.empty()) return error{errc::invalid_argument, "the message has no recipient"};
  if (status s = client_authentication{authentication_of(options)}.check(); !s) return s;
  return check_content(mail.content);
}

}  // namespace

result<client_session> client_session::create(client_options options, submission mail) {
  if (status s = check_options(options, mail); !s) return s.why();
  return client_session{std::move(options), std::move(mail)};
}

client_session::client_session(client_options options, submission mail)
    : options_(std::move(options)),
      mail_(std::move(mail)),
      lines_(limits::accepted_reply_line_octets),
      authentication_(authentication_of(options_)),
      eight_bit_(!text::all_ascii(mail_.content)) {
  recipients_.reserve(mail_.to.size());
  for (const wire::forward_path& path : mail_.to) recipients_.push_back({path, std::nullopt});
}

// ------------------------------------------------------------------------------- what happened

void client_session::connected(const sasl::channel_binding& binding) {
  if (phase_ != client_phase::idle) return;
  if (options_.tls == tls_policy::implicit) {
    tls_ = true;
    authentication_.bind(binding);
  }
  enter(client_phase::expect_greeting);
}

void client_session::receive(std::string_view bytes) {
  if (phase_ == client_phase::closed || phase_ == client_phase::idle) return;
  if (phase_ == client_phase::tls_handshake) {
    // RFC 3207 §6: whatever came in plaintext after the 220 was put there by somebody else.
    lines_.append(bytes);
    if (!bytes.empty())
      fail(failure_kind::starttls_plaintext, "plaintext arrived after the server agreed to start TLS");
    return;
  }
  lines_.append(bytes);
  process_lines();
}

void client_session::tls_established(const sasl::channel_binding& binding) {
  if (phase_ != client_phase::tls_handshake) return;
  tls_ = true;
  authentication_.bind(binding);
  capabilities_ = {};  // RFC 3207 §4.2: knowledge from before the handshake is discarded
  send_command(wire::verb::ehlo, options_.ehlo_name, client_phase::expect_ehlo_reply);
}

void client_session::peer_closed() {
  if (phase_ == client_phase::closed) return;
  if (finished_) return close();
  if (phase_ == client_phase::expect_content_reply) {  // RFC 5321 §4.2.5: nobody knows who owns the mail now
    fail(failure_kind::closed_by_server, "the connection ended after the message was sent, before the server answered");
    return;
  }
  fail(failure_kind::closed_by_server, replies_.inside() || !lines_.buffered().empty()
                                           ? "the connection ended in the middle of a reply"
                                           : "the server ended the connection");
}

void client_session::transport_failed(std::string_view detail) {
  if (phase_ == client_phase::closed) return;
  if (finished_) return close();
  fail(failure_kind::transport, std::string{detail});
}

void client_session::timer_fired() {
  if (phase_ == client_phase::closed || phase_ == client_phase::idle) return;
  if (finished_) return close();  // no answer to QUIT: harmless
  fail(failure_kind::timeout, "the server did not answer in time");
}

void client_session::cancel() {
  if (phase_ == client_phase::closed) return;
  if (finished_) return close();
  fail(failure_kind::cancelled, "cancelled");
}

std::optional<client_event> client_session::next() {
  // Content is made one piece at a time, when the host has room for it.
  if (events_.empty() && phase_ == client_phase::sending_content) queue_content();
  while (!events_.empty()) {
    client_event event = std::move(events_.front());
    events_.pop_front();
    // Once the session is over, what the host was still to be told counts, what it was asked for does not.
    const bool asks = std::holds_alternative<send_bytes>(event) || std::holds_alternative<start_tls>(event) ||
                      std::holds_alternative<arm_timer>(event);
    if (!over() || !asks) return event;
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------- replies

void client_session::process_lines() {
  while (phase_ != client_phase::closed && expects_reply(phase_)) {
    if (lines_.buffered().size() >= limits::accepted_reply_line_octets)
      unread_ = lines_.buffered().substr(0, limits::reply_line_octets);  // enough to see what it is
    std::optional<result<std::string>> line = lines_.next();
    if (!line) return;
    if (!*line) return fail(failure_kind::protocol, "the server sent a line longer than any reply may be");
    unread_ = replies_.partial() + **line;
    const auto context = phase_ == client_phase::expect_greeting     ? wire::reply_context::greeting
                         : phase_ == client_phase::expect_ehlo_reply ? wire::reply_context::ehlo
                                                                     : wire::reply_context::ordinary;
    std::optional<result<wire::received_reply>> reply = replies_.feed(**line, context);
    if (reply && !*reply) return fail(failure_kind::protocol, reply->why().detail);
    unread_.clear();
    if (!reply) continue;
    on_reply(std::move(**reply));
  }
  if (phase_ == client_phase::tls_handshake && !lines_.buffered().empty())
    fail(failure_kind::starttls_plaintext, "plaintext arrived after the server agreed to start TLS");
}

void client_session::on_reply(wire::received_reply received) {
  const client_phase before = phase_;
  const client_action action = session::on_reply(before, received.value.code);
  const wire::reply value = received.value;
  reply_received report;
  report.reply = std::move(received);
  report.stage = stage_of(before);
  report.in_answer_to = last_verb_;
  report.client = {before, before};
  if (before == client_phase::expect_rcpt_reply) report.recipient = recipients_[next_recipient_].path.mailbox_text();
  if (before == client_phase::expect_auth_reply) report.mechanism = authentication_.mechanism();
  if (action == client_action::continue_sasl) report.sasl_step = authentication_.challenges() + 1;
  const std::size_t at = events_.size();
  events_.emplace_back(std::move(report));

  if (before == client_phase::expect_ehlo_reply && value.positive()) capabilities_ = wire::capabilities::parse(value);
  if (before == client_phase::expect_helo_reply) capabilities_ = {};  // HELO tells of no extension
  perform(action, value);

  // Where the reply itself moved the client on, and no command did, the change is the reply's.
  const bool spoke = std::any_of(events_.begin() + static_cast<std::ptrdiff_t>(at), events_.end(),
                                 [](const client_event& e) { return std::holds_alternative<send_bytes>(e); });
  // Nothing is pipelined, so whatever came with this reply came before anybody asked for it; after
  // the end, QUIT included. The command that was to follow is not sent then.
  const bool surplus = spoke && !lines_.buffered().empty();
  if (!spoke || surplus) std::get_if<reply_received>(&events_[at])->client.after = phase_;
  if (surplus) fail(failure_kind::protocol, "the server sent a further reply before it was asked anything");
}

void client_session::perform(client_action action, const wire::reply& reply) {
  switch (action) {
    case client_action::say_ehlo:
      return send_command(wire::verb::ehlo, options_.ehlo_name, client_phase::expect_ehlo_reply);
    case client_action::say_helo:
      return send_command(wire::verb::helo, options_.ehlo_name, client_phase::expect_helo_reply);
    case client_action::choose: return perform(after_capabilities(facts()), reply);
    case client_action::say_starttls:
      return send_command(wire::verb::starttls, {}, client_phase::expect_starttls_reply);
    case client_action::begin_tls: events_.emplace_back(start_tls{}); return enter(client_phase::tls_handshake);
    case client_action::say_auth: return send_auth();
    case client_action::continue_sasl: return continue_auth(reply);
    case client_action::authenticated:
      if (const status s = authentication_.accepted(); !s) return fail(failure_kind::protocol, s.why().detail);
      authenticated_ = true;
      return perform(after_capabilities(facts()), reply);
    case client_action::say_mail: return send_mail();
    case client_action::say_rcpt:
      return send_command(wire::verb::rcpt, "TO:" + recipients_[next_recipient_].path.text(),
                          client_phase::expect_rcpt_reply);
    case client_action::recipient_accepted:
    case client_action::recipient_refused: return after_rcpt(reply);
    case client_action::say_data: return send_command(wire::verb::data, {}, client_phase::expect_data_reply);
    case client_action::send_content: return enter(client_phase::sending_content);
    case client_action::delivered: return delivered();
    case client_action::refused: return refused(reply);
    case client_action::refused_and_close:
      if (!finished_)
        finish(outcome::failed, failure{failure_kind::refused, stage_of(phase_),
                                        "the server answered with " + std::to_string(reply.code) + " and is closing"});
      return close();
    case client_action::unexpected:
      return fail(failure_kind::protocol,
                  "the server answered with " + std::to_string(reply.code) + ", which means nothing at this point");
    case client_action::close: return close();
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
      return fail(failure_kind::eight_bit_not_offered,
                  "the message has octets over 127, and the server does not offer 8BITMIME");
  }
}

client_facts client_session::facts() const {
  client_facts f;
  f.link = tls_ ? link_security::tls : link_security::plain;
  f.tls = options_.tls == tls_policy::never ? requirement::no : requirement::yes;
  f.starttls_offered = capabilities_.starttls;
  f.wants_auth = authentication_.wanted();
  f.authenticated = authenticated_;
  f.cleartext_auth_allowed = options_.without_tls == cleartext_auth::allowed_by_name;
  f.auth_offered = !capabilities_.auth.empty();
  f.mechanism_offered = authentication_.possible(capabilities_);
  f.content_is_eight_bit = eight_bit_;
  f.eight_bit_offered = capabilities_.eight_bit_mime;
  return f;
}

// ------------------------------------------------------------------------------------ commands

void client_session::enter(client_phase phase) {
  phase_ = phase;
  events_.emplace_back(arm_timer{timeout_of(phase, options_.wait)});
}

void client_session::send_command(wire::verb verb, std::string_view argument, client_phase after) {
  result<std::string> line = wire::format_command(verb, argument);
  if (!line) return fail(failure_kind::protocol, line.why().detail);
  send_bytes command;
  command.bytes = std::move(*line);
  command.verb = verb;
  if (verb == wire::verb::auth) {
    command.mechanism = authentication_.mechanism();
    command.candidates = authentication_.candidates(capabilities_);
  }
  command.client = {phase_, after};
  last_verb_ = verb;
  events_.emplace_back(std::move(command));
  enter(after);
}

void client_session::send_auth() {
  const result<std::string> argument = authentication_.begin(capabilities_);
  if (!argument) return fail(failure_kind::mechanism_not_offered, argument.why().detail);
  send_command(wire::verb::auth, *argument, client_phase::expect_auth_reply);
}

void client_session::continue_auth(const wire::reply& reply) {
  result<std::string> line = authentication_.answer(reply);
  if (!line) return fail(failure_kind::protocol, line.why().detail);
  send_sasl(std::move(*line));
}

void client_session::send_sasl(std::string line) {
  send_bytes response;
  response.bytes = std::move(line) + "\r\n";
  response.what = sent::sasl_response;
  response.verb = wire::verb::auth;
  response.mechanism = authentication_.mechanism();
  response.sasl_step = authentication_.challenges();
  response.client = {phase_, client_phase::expect_auth_reply};
  events_.emplace_back(std::move(response));
  enter(client_phase::expect_auth_reply);
}

void client_session::send_mail() {
  std::string argument = "FROM:" + mail_.from.text();
  if (capabilities_.size) {  // RFC 1870 §6: count of octets, line ends as two, dots not stuffed
    const bool ends_line = mail_.content.empty() || mail_.content.back() == '\n';
    argument += " SIZE=" + std::to_string(mail_.content.size() + (ends_line ? 0 : 2));
  }
  if (eight_bit_) argument += " BODY=8BITMIME";  // RFC 6152 §3
  send_command(wire::verb::mail, argument, client_phase::expect_mail_reply);
}

void client_session::after_rcpt(const wire::reply& reply) {
  recipients_[next_recipient_].reply = reply;
  ++next_recipient_;
  const auto accepted =
      std::count_if(recipients_.begin(), recipients_.end(), [](const recipient_result& r) { return r.accepted(); });
  perform(after_recipient(recipients_.size() - next_recipient_, static_cast<std::size_t>(accepted)), reply);
}

// ------------------------------------------------------------------------------------- content

void client_session::queue_content() {
  // The end mark is made when it leaves, and not before: from then on nobody can take the message back.
  if (content_done_) {
    queue_send(std::string{wire::end_of_content}, sent::end_of_content, client_phase::expect_content_reply);
    return enter(client_phase::expect_content_reply);
  }
  // Three quarters: the worst content, lines of one dot, grows by a third (RFC 5321 §4.5.2).
  constexpr std::size_t piece_octets = limits::content_chunk_octets / 4 * 3;
  const std::string_view piece = std::string_view{mail_.content}.substr(content_sent_, piece_octets);
  content_sent_ += piece.size();
  content_done_ = content_sent_ == mail_.content.size();
  std::string stuffed = stuffer_.stuff(piece);
  if (content_done_) stuffed += stuffer_.finish();
  if (stuffed.empty()) return queue_content();  // an empty message
  queue_send(std::move(stuffed), sent::content, client_phase::sending_content);
  events_.emplace_back(arm_timer{timeout_of(phase_, options_.wait)});
}

void client_session::queue_send(std::string bytes, sent what, client_phase after) {
  send_bytes piece;
  piece.bytes = std::move(bytes);
  piece.what = what;
  piece.verb = wire::verb::data;
  piece.client = {phase_, after};
  events_.emplace_back(std::move(piece));
}

// ------------------------------------------------------------------------------------ the end

void client_session::delivered() {
  const bool all =
      std::all_of(recipients_.begin(), recipients_.end(), [](const recipient_result& r) { return r.accepted(); });
  if (all) {
    finish(outcome::delivered, std::nullopt);
  } else {
    finish(outcome::partly, failure{failure_kind::refused, client_stage::rcpt, "the server refused some recipients"});
  }
  leave();
}

void client_session::refused(const wire::reply& reply) {
  if (authentication_.given_up()) return fail(failure_kind::protocol, *authentication_.given_up());
  fail(failure_kind::refused, "the server answered with " + std::to_string(reply.code));
}

// What came and is no reply is told as one without a code, so that nothing stays unseen.
void client_session::report_unread() {
  if (unread_.empty()) unread_ = replies_.partial();
  unread_ += lines_.buffered();
  if (unread_.empty()) return;
  reply_received report;
  report.reply.bytes = unread_.substr(0, limits::accepted_reply_octets);
  report.reply.fields = {{0, static_cast<std::uint32_t>(report.reply.bytes.size()), "unread", -1}};
  report.stage = stage_of(phase_);
  report.in_answer_to = last_verb_;
  report.client = {phase_, phase_};
  events_.emplace_back(std::move(report));
}

void client_session::fail(failure_kind kind, std::string detail) {
  if (phase_ != client_phase::idle && kind != failure_kind::refused) report_unread();
  if (finished_) return close();
  const bool after_end_mark = phase_ == client_phase::expect_content_reply && kind != failure_kind::refused;
  finish(after_end_mark ? outcome::unknown : outcome::failed, failure{kind, stage_of(phase_), std::move(detail)});
  switch (kind) {  // where the link is sound, part politely (RFC 5321 §4.1.1.10)
    case failure_kind::refused:
    case failure_kind::starttls_not_offered:
    case failure_kind::auth_not_offered:
    case failure_kind::mechanism_not_offered:
    case failure_kind::auth_without_tls:
    case failure_kind::eight_bit_not_offered: return leave();
    case failure_kind::starttls_plaintext:
    case failure_kind::protocol:
    case failure_kind::closed_by_server:
    case failure_kind::timeout:
    case failure_kind::transport:
    case failure_kind::cancelled: return close();
  }
}

void client_session::finish(outcome result, std::optional<failure> why) {
  finished_ = true;
  events_.emplace_back(finished{result, std::move(why), recipients_, {phase_, phase_}});
}

void client_session::leave() {
  if (phase_ == client_phase::sending_content) return close();  // QUIT would be content
  send_command(wire::verb::quit, {}, client_phase::expect_quit_reply);
}

void client_session::close() {
  if (phase_ == client_phase::closed) return;
  phase_ = client_phase::closed;
  events_.emplace_back(close_connection{});
}

}  // namespace smtpscope::session
