#include "smtpscope/session/client_session.hpp"

#include <utility>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::session {

namespace {

status check_options(const client_options& options) {
  if (!wire::is_domain_or_literal(options.ehlo_name))
    return error{errc::invalid_argument,
                 "the EHLO name must be a domain such as laptop.example or an address literal such as [192.0.2.1]"};
  if (options.chunk_octets == 0 || options.max_recipients == 0)
    return error{errc::invalid_argument, "a chunk needs an octet at least, and a transaction a recipient"};
  return client_authentication{authentication_of(options)}.check();
}

// Whether the link is sound after such a failure: then the session parts with QUIT (RFC 5321 §4.1.1.10).
bool parts_with_quit(failure_kind kind) {
  switch (kind) {
    case failure_kind::refused:
    case failure_kind::starttls_not_offered:
    case failure_kind::auth_not_offered:
    case failure_kind::mechanism_not_offered:
    case failure_kind::auth_without_tls:
    case failure_kind::eight_bit_not_offered:
    case failure_kind::binary_not_offered:
    case failure_kind::smtputf8_not_offered:
    case failure_kind::requiretls_not_possible:
    case failure_kind::too_large:
    case failure_kind::mail_limit: return true;
    case failure_kind::starttls_plaintext:
    case failure_kind::protocol:
    case failure_kind::closed_by_server:
    case failure_kind::timeout:
    case failure_kind::transport:
    case failure_kind::cancelled: return false;
  }
  return false;
}

}  // namespace

result<client_session> client_session::create(client_options options, submission mail) {
  auto made = client_message::create(std::move(mail));
  if (!made) return made.why();
  std::vector<client_message> messages;
  messages.push_back(std::move(*made));
  return make(std::move(options), std::move(messages));
}

result<client_session> client_session::create(client_options options, std::vector<submission> mails) {
  if (mails.empty()) return error{errc::invalid_argument, "there is no message to deliver"};
  std::vector<client_message> messages;
  for (submission& mail : mails) {
    auto made = client_message::create(std::move(mail));
    if (!made) return made.why();
    messages.push_back(std::move(*made));
  }
  return make(std::move(options), std::move(messages));
}

result<client_session> client_session::make(client_options options, std::vector<client_message> messages) {
  if (status s = check_options(options); !s) return s.why();
  return client_session{std::move(options), std::move(messages)};
}

client_session::client_session(client_options options, std::vector<client_message> messages)
    : options_(std::move(options)),
      messages_(std::move(messages)),
      lines_(limits::accepted_reply_line_octets),
      authentication_(authentication_of(options_)),
      plan_(messages_, options_.max_recipients),
      results_(messages_) {}

// ------------------------------------------------------------------------------- what happened

void client_session::connected(const sasl::channel_binding& binding) {
  if (phase_ != client_phase::idle) return;
  if (options_.tls == tls_policy::implicit) {
    tls_ = true;
    authentication_.bind(binding);
  }
  awaited_.add({client_phase::expect_greeting});  // the server speaks first
  awaited_.left();
  enter(client_phase::expect_greeting);
}

void client_session::receive(std::string_view bytes) {
  if (phase_ == client_phase::closed || phase_ == client_phase::idle) return;
  lines_.append(bytes);
  if (phase_ == client_phase::tls_handshake) {
    // RFC 3207 §6: whatever came in plaintext after the 220 was put there by somebody else.
    if (!bytes.empty())
      fail(failure_kind::starttls_plaintext, "plaintext arrived after the server agreed to start TLS");
    return;
  }
  process_lines();
}

void client_session::tls_established(const sasl::channel_binding& binding) {
  if (phase_ != client_phase::tls_handshake) return;
  tls_ = true;
  authentication_.bind(binding);
  capabilities_ = {};  // RFC 3207 §4.2: knowledge from before the handshake is discarded
  expected_.tls_established();
  held_.reset();
  next_ = intent::ehlo;
  speak();
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
  if (told_ == events_.size()) produce_content();
  while (told_ < events_.size()) {
    queued q = std::move(events_[told_]);
    if (++told_ == events_.size()) {
      events_.clear();
      told_ = 0;
    }
    for (std::size_t i = 0; i < q.replies; ++i) awaited_.left();
    // Once the session is over, what the host was still to be told counts, what it was asked for does not.
    const bool asks = std::holds_alternative<send_bytes>(q.event) || std::holds_alternative<start_tls>(q.event) ||
                      std::holds_alternative<arm_timer>(q.event) || std::holds_alternative<command_ready>(q.event);
    if (!over() || !asks) return std::move(q.event);
  }
  return std::nullopt;
}

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

void client_session::enter(client_phase phase) {
  phase_ = phase;
  arm();
}

// While a command waits for the host and the server owes nothing, no timer runs.
void client_session::arm() {
  tell(arm_timer{held_ && awaited_.empty() ? seconds{0} : timeout_of(phase_, options_.wait)});
}

// ------------------------------------------------------------------------------------- content

void client_session::produce_content() {
  if (over() || held_ || !content_.busy()) return;
  send_bytes piece;
  piece.verb = awaited_.empty() ? wire::verb::data : awaited_.newest().verb;
  piece.client = {phase_, phase_};
  // By hand DATA may be said without a transaction of ours: then the first message goes.
  const std::size_t message = content_of_ ? transactions_[*content_of_].message : 0;
  if (content_.now() == client_content::state::end_mark) {
    // The end mark is made when it leaves, and not before: from then on nobody can take the message back.
    piece.bytes = wire::end_of_content;
    piece.what = sent::end_of_content;
    piece.verb = wire::verb::data;
    piece.client.after = client_phase::expect_content_reply;
    content_.stop();
    awaited_.add({client_phase::expect_content_reply, wire::verb::data, content_of_, std::nullopt, piece.bytes.size(),
                  !content_of_});
    tell(std::move(piece), 1);
    if (content_of_) {
      client_transaction& t = transactions_[*content_of_];
      t.in_doubt = t.accepted > 0;
      t.next = client_transaction::step::nothing;
      ++t.awaited;
      current_.reset();
    }
    enter(client_phase::expect_content_reply);
    return speak();
  }
  piece.what = sent::content;
  const bool chunked = content_.now() == client_content::state::in_chunk;
  piece.bytes = content_.piece(messages_[message].content(server()));
  if (piece.bytes.empty()) return produce_content();  // an empty message
  if (chunked && !content_.busy()) {                  // the chunk is whole: its reply may come now
    if (content_.now() == client_content::state::idle) end_of_chunks();
    phase_ = awaited_phase();
    piece.client.after = phase_;
  }
  tell(std::move(piece));
  arm();
  if (!content_.busy()) speak();
}

// The last chunk has left.
void client_session::end_of_chunks() {
  client_transaction& t = transactions_[*content_of_];
  t.in_doubt = true;
  t.next = client_transaction::step::nothing;
  current_.reset();
}

// ------------------------------------------------------------------------------------ the end

// What came and is no reply is told as one without a code, so that nothing stays unseen.
void client_session::report_unread() {
  if (unread_.empty()) unread_ = replies_.partial();
  unread_ += lines_.buffered();
  if (unread_.empty()) return;
  reply_received report;
  report.reply.bytes = unread_.substr(0, limits::accepted_reply_octets);
  report.reply.fields = {{0, static_cast<std::uint32_t>(report.reply.bytes.size()), "unread", -1}};
  report.stage = stage_of(phase_);
  if (!awaited_.empty() || content_.busy())
    report.in_answer_to = awaited_.empty() ? wire::verb::data : awaited_.oldest().verb;
  report.client = {phase_, phase_};
  tell(std::move(report));
}

void client_session::fail(failure_kind kind, std::string detail) {
  const bool closes = finished_ || !parts_with_quit(kind) || quit_impossible();
  if (closes && phase_ != client_phase::idle) report_unread();  // else it is read yet, or ends the session
  if (finished_) return close();
  end_all({kind, stage_of(phase_), std::move(detail)});
  closes ? close() : leave();
}

// Every message that has no result yet ends here, for the same reason.
void client_session::end_all(const failure& why) {
  for (client_transaction& t : transactions_) {
    if (t.over) continue;
    t.over = true;
    for (const std::size_t r : t.recipients) {
      recipient_result& one = results_.of(t.message, r);
      if (one.reply && !one.accepted()) {
        one.end = fate::refused;
      } else if (t.in_doubt) {  // in one group with BDAT the answer to RCPT may be missing too
        one.end = fate::unknown;
      }
    }
    if (t.why) results_.note(t.message, *t.why);
  }
  for (std::size_t m = 0; m < messages_.size(); ++m) {
    if (results_.concluded(m)) continue;
    results_.note(m, why);
    plan_.give_up(m);
    conclude(m);
  }
}

void client_session::conclude(std::size_t message) {
  const message_result& r = results_.conclude(message);
  if (messages_.size() > 1) tell(message_finished{message, r});
  if (!results_.all_concluded()) return;
  finished_ = true;
  finished f = results_.sum();
  f.client = {phase_, phase_};
  tell(std::move(f));
  leave();
}

void client_session::leave() {
  if (quit_impossible()) return close();
  if (!quit_said_) next_ = intent::quit;
}

void client_session::close() {
  if (phase_ == client_phase::closed) return;
  phase_ = client_phase::closed;
  tell(close_connection{});
}

}  // namespace smtpscope::session
