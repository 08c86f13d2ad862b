#pragma once
// The server's table, state × verb → verdict and reply, and check(), which adds the conditions
// that TLS and AUTH set. See rules.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// RFC 5321 §4.5.3.2.7: a server waits this long for a command.
inline constexpr seconds server_timeout = minutes{5};

// One row: in `state`, a command is accepted and leads to `next`, or rejected with `code` and text.
struct server_rule {
  server_state state;
  wire::verb what;
  verdict says;
  int code;                      // of the rejection; 0 where accepted
  wire::enhanced_code enhanced;  // of the rejection
  std::string_view text;         // of the rejection
  server_state next;             // when accepted and the host agrees
  std::string_view section;
};

namespace detail {
using s = server_state;
using v = wire::verb;
constexpr server_rule accepts(s state, v what, s next, std::string_view section) {
  return {state, what, verdict::accept, 0, {}, {}, next, section};
}
constexpr server_rule rejects(s state, v what, int code, std::string_view text, std::string_view section) {
  return {state, what,  verdict::reject, code, {5, 5, static_cast<std::uint16_t>(code == 500 ? 2 : 1)},
          text,  state, section};
}
inline constexpr std::string_view helo_first = "Send EHLO or HELO first";
inline constexpr std::string_view mail_first = "Send MAIL first";
inline constexpr std::string_view rcpt_first = "Send RCPT first";
inline constexpr std::string_view in_transaction = "Not allowed inside a mail transaction; send RSET first";
inline constexpr std::string_view not_implemented = "Command not implemented";
inline constexpr std::string_view not_recognised = "Command not recognized";
}  // namespace detail

inline constexpr std::array server_rules = {
    // Greeted. RFC 5321 §4.1.4: EHLO or HELO first, but RSET NOOP QUIT VRFY HELP at any time.
    detail::accepts(detail::s::expect_helo, detail::v::ehlo, detail::s::expect_mail, "RFC 5321 §4.1.1.1"),
    detail::accepts(detail::s::expect_helo, detail::v::helo, detail::s::expect_mail, "RFC 5321 §4.1.1.1"),
    detail::rejects(detail::s::expect_helo, detail::v::starttls, 503, detail::helo_first, "RFC 3207 §4"),
    detail::rejects(detail::s::expect_helo, detail::v::auth, 503, detail::helo_first, "RFC 4954 §4"),
    detail::rejects(detail::s::expect_helo, detail::v::mail, 503, detail::helo_first, "RFC 5321 §4.1.4"),
    detail::rejects(detail::s::expect_helo, detail::v::rcpt, 503, detail::helo_first, "RFC 5321 §4.1.4"),
    detail::rejects(detail::s::expect_helo, detail::v::data, 503, detail::helo_first, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_helo, detail::v::rset, detail::s::expect_helo, "RFC 5321 §4.1.1.5"),
    detail::accepts(detail::s::expect_helo, detail::v::noop, detail::s::expect_helo, "RFC 5321 §4.1.1.9"),
    detail::accepts(detail::s::expect_helo, detail::v::quit, detail::s::closed, "RFC 5321 §4.1.1.10"),
    detail::accepts(detail::s::expect_helo, detail::v::vrfy, detail::s::expect_helo, "RFC 5321 §4.1.1.6"),
    detail::accepts(detail::s::expect_helo, detail::v::help, detail::s::expect_helo, "RFC 5321 §4.1.1.8"),
    detail::rejects(detail::s::expect_helo, detail::v::expn, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_helo, detail::v::bdat, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_helo, detail::v::unknown, 500, detail::not_recognised, "RFC 5321 §4.2.4"),

    // Between transactions.
    detail::accepts(detail::s::expect_mail, detail::v::ehlo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_mail, detail::v::helo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_mail, detail::v::starttls, detail::s::tls_handshake, "RFC 3207 §4"),
    detail::accepts(detail::s::expect_mail, detail::v::auth, detail::s::expect_sasl_response, "RFC 4954 §4"),
    detail::accepts(detail::s::expect_mail, detail::v::mail, detail::s::expect_rcpt, "RFC 5321 §3.3"),
    detail::rejects(detail::s::expect_mail, detail::v::rcpt, 503, detail::mail_first, "RFC 5321 §3.3"),
    detail::rejects(detail::s::expect_mail, detail::v::data, 503, detail::mail_first, "RFC 5321 §3.3"),
    detail::accepts(detail::s::expect_mail, detail::v::rset, detail::s::expect_mail, "RFC 5321 §4.1.1.5"),
    detail::accepts(detail::s::expect_mail, detail::v::noop, detail::s::expect_mail, "RFC 5321 §4.1.1.9"),
    detail::accepts(detail::s::expect_mail, detail::v::quit, detail::s::closed, "RFC 5321 §4.1.1.10"),
    detail::accepts(detail::s::expect_mail, detail::v::vrfy, detail::s::expect_mail, "RFC 5321 §4.1.1.6"),
    detail::accepts(detail::s::expect_mail, detail::v::help, detail::s::expect_mail, "RFC 5321 §4.1.1.8"),
    detail::rejects(detail::s::expect_mail, detail::v::expn, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_mail, detail::v::bdat, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_mail, detail::v::unknown, 500, detail::not_recognised, "RFC 5321 §4.2.4"),

    // A reverse-path is known, no recipient yet.
    detail::accepts(detail::s::expect_rcpt, detail::v::ehlo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_rcpt, detail::v::helo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::rejects(detail::s::expect_rcpt, detail::v::starttls, 503, detail::in_transaction, "RFC 3207 §4"),
    detail::rejects(detail::s::expect_rcpt, detail::v::auth, 503, detail::in_transaction, "RFC 4954 §4"),
    detail::rejects(detail::s::expect_rcpt, detail::v::mail, 503, detail::in_transaction, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_rcpt, detail::v::rcpt, detail::s::expect_rcpt_or_data, "RFC 5321 §3.3"),
    detail::rejects(detail::s::expect_rcpt, detail::v::data, 503, detail::rcpt_first, "RFC 5321 §3.3"),
    detail::accepts(detail::s::expect_rcpt, detail::v::rset, detail::s::expect_mail, "RFC 5321 §4.1.1.5"),
    detail::accepts(detail::s::expect_rcpt, detail::v::noop, detail::s::expect_rcpt, "RFC 5321 §4.1.1.9"),
    detail::accepts(detail::s::expect_rcpt, detail::v::quit, detail::s::closed, "RFC 5321 §4.1.1.10"),
    detail::accepts(detail::s::expect_rcpt, detail::v::vrfy, detail::s::expect_rcpt, "RFC 5321 §4.1.1.6"),
    detail::accepts(detail::s::expect_rcpt, detail::v::help, detail::s::expect_rcpt, "RFC 5321 §4.1.1.8"),
    detail::rejects(detail::s::expect_rcpt, detail::v::expn, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_rcpt, detail::v::bdat, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_rcpt, detail::v::unknown, 500, detail::not_recognised, "RFC 5321 §4.2.4"),

    // At least one recipient.
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::ehlo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::helo, detail::s::expect_mail, "RFC 5321 §4.1.4"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::starttls, 503, detail::in_transaction, "RFC 3207 §4"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::auth, 503, detail::in_transaction, "RFC 4954 §4"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::mail, 503, detail::in_transaction, "RFC 5321 §4.1.4"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::rcpt, detail::s::expect_rcpt_or_data, "RFC 5321 §3.3"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::data, detail::s::expect_content, "RFC 5321 §3.3"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::rset, detail::s::expect_mail, "RFC 5321 §4.1.1.5"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::noop, detail::s::expect_rcpt_or_data,
                    "RFC 5321 §4.1.1.9"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::quit, detail::s::closed, "RFC 5321 §4.1.1.10"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::vrfy, detail::s::expect_rcpt_or_data,
                    "RFC 5321 §4.1.1.6"),
    detail::accepts(detail::s::expect_rcpt_or_data, detail::v::help, detail::s::expect_rcpt_or_data,
                    "RFC 5321 §4.1.1.8"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::expn, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::bdat, 502, detail::not_implemented, "RFC 5321 §4.2.4"),
    detail::rejects(detail::s::expect_rcpt_or_data, detail::v::unknown, 500, detail::not_recognised, "RFC 5321 §4.2.4"),
};

// States in which a line is a command.
inline constexpr std::array command_states = {server_state::expect_helo, server_state::expect_mail,
                                              server_state::expect_rcpt, server_state::expect_rcpt_or_data};

// What check() needs to know beside the state.
struct server_facts {
  link_security link = link_security::plain;
  bool authenticated = false;
  bool starttls_offered = false;  // configured; while the link is plain
  bool auth_offered = false;      // on this link
  requirement tls_before_mail = requirement::no;
  requirement auth_before_mail = requirement::no;
};

// May this command be carried out now? The table first, then the conditions that TLS and AUTH set.
// Precondition: `state` is one of command_states.
[[nodiscard]] constexpr server_rule check(server_state state, wire::verb what, const server_facts& f) noexcept {
  server_rule row = server_rules[0];
  for (const server_rule& r : server_rules)
    if (r.state == state && r.what == what) row = r;
  if (row.says == verdict::reject) return row;
  const auto reject = [&row](int code, std::uint16_t subject, std::uint16_t detail, std::string_view text,
                             std::string_view section) {
    return server_rule{row.state, row.what, verdict::reject, code, {5, subject, detail}, text, row.state, section};
  };
  using wire::verb;
  if (what == verb::starttls) {
    if (f.link == link_security::tls) return reject(503, 5, 1, "TLS is already active", "RFC 3207 §4.2");
    if (!f.starttls_offered) return reject(502, 5, 1, "STARTTLS is not offered", "RFC 5321 §4.2.4");
    return row;
  }
  const bool harmless = what == verb::ehlo || what == verb::helo || what == verb::noop || what == verb::quit ||
                        what == verb::help || what == verb::rset;
  if (harmless) return row;
  if (f.tls_before_mail == requirement::yes && f.link == link_security::plain)
    return reject(530, 7, 0, "Must issue a STARTTLS command first", "RFC 3207 §4");
  if (what == verb::auth) {
    if (f.authenticated) return reject(503, 5, 1, "Already authenticated", "RFC 4954 §4");
    if (!f.auth_offered && f.link == link_security::plain && f.starttls_offered)
      return reject(538, 7, 11, "Encryption required: send STARTTLS first", "RFC 4954 §6");
    if (!f.auth_offered) return reject(502, 5, 1, "AUTH is not offered", "RFC 5321 §4.2.4");
    return row;
  }
  if (f.auth_before_mail == requirement::yes && !f.authenticated)
    return reject(530, 7, 0, "Authentication required", "RFC 4954 §6");
  return row;
}

// ------------------------------------------------------------- the table holds what it promises

namespace detail {
constexpr bool server_total_and_unique() {
  for (const server_state state : command_states)
    for (std::size_t verb = 0; verb < wire::verb_count; ++verb) {
      int rows = 0;
      for (const server_rule& r : server_rules)
        if (r.state == state && static_cast<std::size_t>(r.what) == verb) ++rows;
      if (rows != 1) return false;
    }
  return server_rules.size() == command_states.size() * wire::verb_count;
}
}  // namespace detail

static_assert(detail::server_total_and_unique(), "every command state knows every verb exactly once");

}  // namespace smtpscope::session
