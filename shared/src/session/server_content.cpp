// Message content in a server session: DATA up to CRLF "." CRLF, BDAT by its count (RFC 3030).
//
// Content is handed over as it comes. Once it has earned a refusal the rest is read and dropped, so
// that the reply comes where it is due and the next command is found where it is.

#include <algorithm>
#include <utility>

#include "smtpscope/session/server_session.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

using wire::verb;

namespace {

struct chunk {
  std::uint64_t octets = 0;
  bool last = false;
};

// What "BDAT 86 LAST" says; the largest number for any larger. Nothing where it is not legal.
std::optional<chunk> parse_chunk(const wire::command& c) {
  if (c.problem) return std::nullopt;
  chunk out;
  std::size_t i = 0;
  for (; i < c.argument.size() && text::is_digit(c.argument[i]); ++i) {
    const auto digit = static_cast<std::uint64_t>(c.argument[i] - '0');
    out.octets = out.octets > (UINT64_MAX - digit) / 10 ? UINT64_MAX : out.octets * 10 + digit;
  }
  out.last = i < c.argument.size();
  return out;
}

// BINARYMIME has no lines (RFC 3030 §3), so nothing about them can be wrong.
content_rules rules_for(const server_options& o, wire::body_type body) {
  if (body != wire::body_type::binarymime) return o.content;
  return {bare_newlines::accept, odd_content::accept, odd_content::accept};
}

}  // namespace

// A fault may have been asked for beforehand: it stays.
void server_session::begin_content(verb by) {
  const auto drop_after = content_.drop_after;
  content_ = {};
  content_.drop_after = drop_after;
  content_.by = by;
  content_.filter = content_filter{rules_for(options_, mail_.parameters.body)};
}

void server_session::on_data() {
  begin_content(verb::data);
  if (mail_.to.empty()) content_.refused = reply_key::no_valid_recipients;  // RFC 2920 §3.1
  say(reply_key::data_go_ahead, verb::data, next_);
}

// The reply comes when the octets are here. A chunk of none is here at once.
void server_session::on_bdat() {
  const chunk c = *parse_chunk(command_);
  if (state_ != server_state::expect_bdat) begin_content(verb::bdat);
  content_.chunk_left = content_.chunk_octets = c.octets;
  content_.chunk_is_last = c.last;
  state_ = next_;
  if (c.octets == 0) finish_chunk();
}

// The octets of a chunk follow whatever the reply, and are no commands (RFC 3030 §2).
void server_session::skip_chunk(const wire::command& c) {
  if (const auto said = parse_chunk(c)) skip_ = said->octets;
}

void server_session::take_skipped() {
  const std::string input = lines_.take_all();
  const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, input.size()));
  skip_ -= used;
  lines_.append(std::string_view{input}.substr(used));
}

void server_session::take_content() {
  const std::string input = lines_.take_all();
  std::string piece;
  const std::size_t used = content_.unstuffer.consume(input, piece);
  lines_.append(std::string_view{input}.substr(used));
  pass(std::move(piece));
  if (content_.unstuffer.finished() && !over()) finish_content();
}

void server_session::take_chunk() {
  std::string piece = lines_.take_all();
  const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(content_.chunk_left, piece.size()));
  lines_.append(std::string_view{piece}.substr(used));
  piece.resize(used);
  content_.chunk_left -= used;
  pass(std::move(piece));
  if (content_.chunk_left == 0 && !over()) finish_chunk();
}

void server_session::pass(std::string piece) {
  content_.filter.take(piece);
  content_.octets += piece.size();
  if (content_.drop_after && content_.octets >= *content_.drop_after) return close();
  refuse_content(content_problem());
  if (!content_.refused && !piece.empty()) events_.emplace_back(content_received{std::move(piece)});
}

std::optional<reply_key> server_session::content_problem() const noexcept {
  if (mail_.to.empty()) return reply_key::no_valid_recipients;  // RFC 2920 §3.1
  if (content_.octets > options_.max_message_octets) return reply_key::too_large;
  return content_.filter.problem();
}

// The last reason is the one that is told: how the content was cut must not show in the reply.
void server_session::refuse_content(std::optional<reply_key> why) {
  if (!why) return;
  if (!content_.refused) events_.emplace_back(content_discarded{});
  content_.refused = why;
}

void server_session::finish_content() {
  const std::string_view rest = content_.filter.finish();
  content_.octets += rest.size();
  refuse_content(content_problem());
  if (content_.refused) {
    const reply_key why = *content_.refused;
    reset_transaction();
    return say(why, content_.by, server_state::expect_mail);
  }
  if (!rest.empty()) events_.emplace_back(content_received{std::string{rest}});
  waiting_ = waiting::message;
  events_.emplace_back(
      message_offered{mail_.from, mail_.parameters, mail_.to, content_.octets, content_.filter.findings()});
}

void server_session::finish_chunk() {
  // A chunk that is refused takes the message with it: what follows is told to begin anew.
  if (content_.chunk_is_last || content_.refused) return finish_content();
  say(reply_key::chunk_ok, verb::bdat, server_state::expect_bdat);
}

void server_session::answer_message(const decision& d) {
  reset_transaction();
  queue_id_ = d.queue_id;
  const bool yes = d.what == verdict::accept;  // RFC 5321 §4.2.5: from here the mail is ours
  if (d.reply) return reply(*d.reply, content_.by, server_state::expect_mail);
  const reply_key kept =
      queue_id_.empty() && options_.replies.find(reply_key::stored) == nullptr ? reply_key::noop_ok : reply_key::stored;
  say(yes ? kept : reply_key::message_refused, content_.by, server_state::expect_mail);
}

}  // namespace smtpscope::session
