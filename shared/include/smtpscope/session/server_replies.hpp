#pragma once
// Everything a server session says, by what it is said for. A personality replaces any of them: the
// table below holds what is said where it does not.
//
// Texts are templates: {host}, {client}, {client_name}, {id}, {queue_id}, {time} (seconds since
// 1970), {date} (RFC 5322), {verb}, {argument}, {from}, {to}, {octets}, {limit}, {user}, {problem}.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

enum class reply_key : std::uint8_t {
  greeting,
  no_service,
  ehlo,
  helo,
  starttls_ready,
  starttls_pipelined,
  tls_active,
  tls_required,
  auth_ok,
  auth_refused,
  auth_cancelled,
  auth_syntax,
  auth_unknown_mechanism,
  auth_needs_tls,
  auth_required,
  already_authenticated,
  too_many_failed_logins,
  mail_ok,
  mail_refused,
  mail_syntax,
  too_many_messages,
  rcpt_ok,
  rcpt_refused,
  rcpt_syntax,
  too_many_recipients,
  too_many_domains,
  utf8_refused,
  utf8_reply,
  parameter_not_offered,
  parameter_syntax,
  data_go_ahead,
  no_valid_recipients,
  stored,
  chunk_ok,
  message_refused,
  too_large,
  bare_newline,
  nul_octet,
  long_line,
  binarymime_needs_bdat,
  rset_ok,
  noop_ok,
  quit,
  help,
  vrfy_hidden,
  lookup_ok,
  lookup_failed,
  helo_first,
  mail_first,
  rcpt_first,
  in_transaction,
  chunk_open,
  quit_only,
  not_offered,
  refused,
  not_recognised,
  syntax,
  line_too_long,
  out_of_sync,
  too_many_errors,
  timeout,
  shut_down,
};
inline constexpr std::size_t reply_key_count = 62;

// What is said unless a personality says otherwise. `subject` and `detail` make the enhanced code,
// whose class is the code's first digit (RFC 3463 §2); none where subject is no_code.
struct own_reply {
  reply_key key;
  std::string_view name;
  int code;
  std::uint16_t subject;
  std::uint16_t detail;
  std::string_view text;
};
inline constexpr std::uint16_t no_code = 1000;

namespace detail {
using k = reply_key;
}

inline constexpr std::array<own_reply, reply_key_count> own_replies = {{
    {detail::k::greeting, "greeting", 220, no_code, 0, "{host} ESMTP smtpscope"},
    {detail::k::no_service, "no_service", 554, 3, 2, "{host} No service here"},
    {detail::k::ehlo, "ehlo", 250, no_code, 0, "{host} greets {client_name}"},
    {detail::k::helo, "helo", 250, no_code, 0, "{host} greets {client_name}"},
    {detail::k::starttls_ready, "starttls_ready", 220, 0, 0, "Ready to start TLS"},
    {detail::k::starttls_pipelined, "starttls_pipelined", 554, 5, 0,
     "No command may follow STARTTLS before TLS is established"},
    {detail::k::tls_active, "tls_active", 503, 5, 1, "TLS is already active"},
    {detail::k::tls_required, "tls_required", 530, 7, 0, "Must issue a STARTTLS command first"},
    {detail::k::auth_ok, "auth_ok", 235, 7, 0, "Authentication successful"},
    {detail::k::auth_refused, "auth_refused", 535, 7, 8, "Authentication credentials invalid"},
    {detail::k::auth_cancelled, "auth_cancelled", 501, 7, 0, "Authentication cancelled"},
    {detail::k::auth_syntax, "auth_syntax", 501, 5, 2, "{problem}"},
    {detail::k::auth_unknown_mechanism, "auth_unknown_mechanism", 504, 5, 4, "Unrecognized authentication type"},
    {detail::k::auth_needs_tls, "auth_needs_tls", 538, 7, 11, "Encryption required: send STARTTLS first"},
    {detail::k::auth_required, "auth_required", 530, 7, 0, "Authentication required"},
    {detail::k::already_authenticated, "already_authenticated", 503, 5, 1, "Already authenticated"},
    {detail::k::too_many_failed_logins, "too_many_failed_logins", 421, 7, 0,
     "{host} Too many failed logins, closing connection"},
    {detail::k::mail_ok, "mail_ok", 250, 1, 0, "Sender OK"},
    {detail::k::mail_refused, "mail_refused", 550, 7, 1, "Sender refused"},
    {detail::k::mail_syntax, "mail_syntax", 501, 1, 7, "{problem}"},
    {detail::k::too_many_messages, "too_many_messages", 452, 5, 3, "Too many messages in this session"},
    {detail::k::rcpt_ok, "rcpt_ok", 250, 1, 5, "Recipient OK"},
    {detail::k::rcpt_refused, "rcpt_refused", 550, 1, 1, "No such user here: {to}"},
    {detail::k::rcpt_syntax, "rcpt_syntax", 501, 1, 3, "{problem}"},
    {detail::k::too_many_recipients, "too_many_recipients", 452, 5, 3, "Too many recipients"},
    {detail::k::too_many_domains, "too_many_domains", 452, 5, 3, "Too many domains of recipients"},
    {detail::k::utf8_refused, "utf8_refused", 553, 6, 7, "An address outside ASCII needs SMTPUTF8"},
    {detail::k::utf8_reply, "utf8_reply", 550, 6, 8, "The answer is not ASCII; add SMTPUTF8 to {verb}"},
    {detail::k::parameter_not_offered, "parameter_not_offered", 555, 5, 4, "Parameter not recognized or not offered"},
    {detail::k::parameter_syntax, "parameter_syntax", 501, 5, 4, "{problem}"},
    {detail::k::data_go_ahead, "data_go_ahead", 354, no_code, 0, "Start mail input; end with <CRLF>.<CRLF>"},
    {detail::k::no_valid_recipients, "no_valid_recipients", 554, 5, 1, "No valid recipients"},
    {detail::k::stored, "stored", 250, 0, 0, "OK: queued as {queue_id}"},
    {detail::k::chunk_ok, "chunk_ok", 250, 0, 0, "{octets} octets received"},
    {detail::k::message_refused, "message_refused", 451, 3, 0, "Message could not be stored"},
    {detail::k::too_large, "too_large", 552, 3, 4, "Message size exceeds the limit of {limit} octets"},
    {detail::k::bare_newline, "bare_newline", 550, 5, 2, "A CR or LF stands alone in the message; lines end in CRLF"},
    {detail::k::nul_octet, "nul_octet", 554, 6, 0, "A NUL octet stands in the message"},
    {detail::k::long_line, "long_line", 554, 6, 0, "A line of the message is longer than 1000 octets"},
    {detail::k::binarymime_needs_bdat, "binarymime_needs_bdat", 503, 5, 1, "BODY=BINARYMIME needs BDAT"},
    {detail::k::rset_ok, "rset_ok", 250, 0, 0, "OK"},
    {detail::k::noop_ok, "noop_ok", 250, 0, 0, "OK"},
    {detail::k::quit, "quit", 221, 0, 0, "{host} closing connection"},
    {detail::k::help, "help", 214, 0, 0, "See RFC 5321"},
    {detail::k::vrfy_hidden, "vrfy_hidden", 252, 5, 0,
     "Cannot VRFY user, but will accept message and attempt delivery"},
    {detail::k::lookup_ok, "lookup_ok", 250, 1, 5, "{argument}"},
    {detail::k::lookup_failed, "lookup_failed", 550, 1, 1, "Nothing here has that name"},
    {detail::k::helo_first, "helo_first", 503, 5, 1, "Send EHLO or HELO first"},
    {detail::k::mail_first, "mail_first", 503, 5, 1, "Send MAIL first"},
    {detail::k::rcpt_first, "rcpt_first", 503, 5, 1, "Send RCPT first"},
    {detail::k::in_transaction, "in_transaction", 503, 5, 1, "Not allowed inside a mail transaction; send RSET first"},
    {detail::k::chunk_open, "chunk_open", 503, 5, 1, "Chunks of a message have begun; send BDAT or RSET"},
    {detail::k::quit_only, "quit_only", 503, 5, 1, "No service here; send QUIT"},
    {detail::k::not_offered, "not_offered", 502, 5, 1, "{verb} is not offered"},
    {detail::k::refused, "refused", 451, 3, 0, "Not now, try again later"},
    {detail::k::not_recognised, "not_recognised", 500, 5, 2, "Command not recognized"},
    {detail::k::syntax, "syntax", 501, 5, 4, "{problem}"},
    {detail::k::line_too_long, "line_too_long", 500, 5, 2, "Line too long"},
    {detail::k::out_of_sync, "out_of_sync", 554, 5, 0, "You spoke before it was your turn"},
    {detail::k::too_many_errors, "too_many_errors", 421, 7, 0, "{host} Too many errors, closing connection"},
    {detail::k::timeout, "timeout", 421, 4, 2, "{host} Timeout, closing connection"},
    {detail::k::shut_down, "shut_down", 421, 3, 2, "{host} {problem}"},
}};

namespace detail {
constexpr bool replies_in_order() {
  for (std::size_t i = 0; i < own_replies.size(); ++i)
    if (static_cast<std::size_t>(own_replies[i].key) != i || own_replies[i].text.empty()) return false;
  return true;
}
}  // namespace detail
static_assert(detail::replies_in_order(), "the table has every key, in the order of the enumerators");

[[nodiscard]] constexpr const own_reply& own(reply_key key) noexcept {
  return own_replies[static_cast<std::size_t>(key)];
}
[[nodiscard]] constexpr std::string_view name(reply_key key) noexcept { return own(key).name; }

namespace detail {
constexpr auto codes_of_replies() noexcept {
  std::array<std::uint16_t, reply_key_count> codes{};
  for (std::size_t i = 0; i < reply_key_count; ++i) codes[i] = static_cast<std::uint16_t>(own_replies[i].code);
  return codes;
}
inline constexpr auto own_codes = codes_of_replies();
}  // namespace detail

// The code alone: a client that asks what the rules say needs no server's texts.
[[nodiscard]] constexpr std::uint16_t own_code(reply_key key) noexcept {
  return detail::own_codes[static_cast<std::size_t>(key)];
}

[[nodiscard]] std::optional<reply_key> reply_key_named(std::string_view name) noexcept;
// The table's reply as a value, its text still a template.
[[nodiscard]] wire::reply own_template(reply_key key);

// Replies that replace the table's, as a personality has them.
class reply_texts {
 public:
  void set(reply_key key, wire::reply r);
  // Null where the table's is said.
  [[nodiscard]] const wire::reply* find(reply_key key) const noexcept;
  struct entry {
    reply_key key;
    wire::reply reply;
  };
  [[nodiscard]] const std::vector<entry>& all() const noexcept { return entries_; }

 private:
  std::vector<entry> entries_;  // a dozen or two
};

// A reply written as its lines on the wire, without CRLF: "250-first", "250 2.0.0 last".
// Errors: invalid_argument (no legal reply, or one that would not be sent as it is written).
[[nodiscard]] result<wire::reply> parse_reply_lines(const std::vector<std::string>& lines);
[[nodiscard]] std::vector<std::string> reply_lines(const wire::reply& r);

// True for the name of a template's value, without braces.
[[nodiscard]] bool is_reply_value(std::string_view name) noexcept;

// "Mon, 23 Nov 2026 09:22:09 +0000" (RFC 5322 §3.3), from 1970 to 9999.
[[nodiscard]] std::string utc_date(std::int64_t unix_seconds);

// `text` with each {name} replaced by value_of(name), a string. What is put in is not looked at again.
template <class ValueOf>
[[nodiscard]] std::string render(std::string_view text, ValueOf value_of) {
  std::string out;
  while (true) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out.append(text);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const bool known = is_reply_value(name);
    out.append(text.substr(0, known ? open : open + 1));
    if (known) out += value_of(name);
    text.remove_prefix(known ? close + 1 : open + 1);
  }
}

}  // namespace smtpscope::session
