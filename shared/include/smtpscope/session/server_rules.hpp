#pragma once
// The server's table, state × verb → verdict and reply, and check(), which adds the conditions
// that TLS, AUTH and the extensions on offer set. See rules.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/server_replies.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// RFC 5321 §4.5.3.2.7: a server waits this long for a command.
inline constexpr seconds server_timeout = minutes{5};

// One row: in `state`, a command is accepted and leads to `next`, or rejected with the reply of `key`.
struct server_rule {
  server_state state;
  wire::verb what;
  verdict says;
  reply_key key;       // of the rejection
  std::uint16_t code;  // of the rejection, unless a personality has another; 0 where accepted
  server_state next;   // when accepted and the host agrees
  std::string_view section;
};

namespace detail {
using s = server_state;
using v = wire::verb;
constexpr server_rule accepts(s state, v what, s next, std::string_view section) {
  return {state, what, verdict::accept, {}, 0, next, section};
}
constexpr server_rule rejects(s state, v what, reply_key key, std::string_view section) {
  return {state, what, verdict::reject, key, own_code(key), state, section};
}

inline constexpr std::array table_rows = {
    // Greeted. RFC 5321 §4.1.4: EHLO or HELO first, but RSET NOOP QUIT VRFY EXPN HELP at any time.
    accepts(s::expect_helo, v::ehlo, s::expect_mail, "RFC 5321 §4.1.1.1"),
    accepts(s::expect_helo, v::helo, s::expect_mail, "RFC 5321 §4.1.1.1"),
    rejects(s::expect_helo, v::starttls, k::helo_first, "RFC 3207 §4"),
    rejects(s::expect_helo, v::auth, k::helo_first, "RFC 4954 §4"),
    rejects(s::expect_helo, v::mail, k::helo_first, "RFC 5321 §4.1.4"),
    rejects(s::expect_helo, v::rcpt, k::helo_first, "RFC 5321 §4.1.4"),
    rejects(s::expect_helo, v::data, k::helo_first, "RFC 5321 §4.1.4"),
    rejects(s::expect_helo, v::bdat, k::helo_first, "RFC 5321 §4.1.4"),
    accepts(s::expect_helo, v::rset, s::expect_helo, "RFC 5321 §4.1.1.5"),
    accepts(s::expect_helo, v::noop, s::expect_helo, "RFC 5321 §4.1.1.9"),
    accepts(s::expect_helo, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    accepts(s::expect_helo, v::vrfy, s::expect_helo, "RFC 5321 §4.1.1.6"),
    accepts(s::expect_helo, v::expn, s::expect_helo, "RFC 5321 §4.1.1.7"),
    accepts(s::expect_helo, v::help, s::expect_helo, "RFC 5321 §4.1.1.8"),
    rejects(s::expect_helo, v::unknown, k::not_recognised, "RFC 5321 §4.2.4"),

    // Between transactions.
    accepts(s::expect_mail, v::ehlo, s::expect_mail, "RFC 5321 §4.1.4"),
    accepts(s::expect_mail, v::helo, s::expect_mail, "RFC 5321 §4.1.4"),
    accepts(s::expect_mail, v::starttls, s::tls_handshake, "RFC 3207 §4"),
    accepts(s::expect_mail, v::auth, s::expect_sasl_response, "RFC 4954 §4"),
    accepts(s::expect_mail, v::mail, s::expect_rcpt, "RFC 5321 §3.3"),
    rejects(s::expect_mail, v::rcpt, k::mail_first, "RFC 5321 §3.3"),
    rejects(s::expect_mail, v::data, k::mail_first, "RFC 5321 §3.3"),
    rejects(s::expect_mail, v::bdat, k::mail_first, "RFC 3030 §2"),
    accepts(s::expect_mail, v::rset, s::expect_mail, "RFC 5321 §4.1.1.5"),
    accepts(s::expect_mail, v::noop, s::expect_mail, "RFC 5321 §4.1.1.9"),
    accepts(s::expect_mail, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    accepts(s::expect_mail, v::vrfy, s::expect_mail, "RFC 5321 §4.1.1.6"),
    accepts(s::expect_mail, v::expn, s::expect_mail, "RFC 5321 §4.1.1.7"),
    accepts(s::expect_mail, v::help, s::expect_mail, "RFC 5321 §4.1.1.8"),
    rejects(s::expect_mail, v::unknown, k::not_recognised, "RFC 5321 §4.2.4"),

    // A reverse-path is known, no recipient yet.
    accepts(s::expect_rcpt, v::ehlo, s::expect_mail, "RFC 5321 §4.1.4"),
    accepts(s::expect_rcpt, v::helo, s::expect_mail, "RFC 5321 §4.1.4"),
    rejects(s::expect_rcpt, v::starttls, k::in_transaction, "RFC 3207 §4"),
    rejects(s::expect_rcpt, v::auth, k::in_transaction, "RFC 4954 §4"),
    rejects(s::expect_rcpt, v::mail, k::in_transaction, "RFC 5321 §4.1.4"),
    accepts(s::expect_rcpt, v::rcpt, s::expect_rcpt_or_data, "RFC 5321 §3.3"),
    rejects(s::expect_rcpt, v::data, k::rcpt_first, "RFC 5321 §3.3"),
    rejects(s::expect_rcpt, v::bdat, k::rcpt_first, "RFC 3030 §2"),
    accepts(s::expect_rcpt, v::rset, s::expect_mail, "RFC 5321 §4.1.1.5"),
    accepts(s::expect_rcpt, v::noop, s::expect_rcpt, "RFC 5321 §4.1.1.9"),
    accepts(s::expect_rcpt, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    accepts(s::expect_rcpt, v::vrfy, s::expect_rcpt, "RFC 5321 §4.1.1.6"),
    accepts(s::expect_rcpt, v::expn, s::expect_rcpt, "RFC 5321 §4.1.1.7"),
    accepts(s::expect_rcpt, v::help, s::expect_rcpt, "RFC 5321 §4.1.1.8"),
    rejects(s::expect_rcpt, v::unknown, k::not_recognised, "RFC 5321 §4.2.4"),

    // At least one recipient.
    accepts(s::expect_rcpt_or_data, v::ehlo, s::expect_mail, "RFC 5321 §4.1.4"),
    accepts(s::expect_rcpt_or_data, v::helo, s::expect_mail, "RFC 5321 §4.1.4"),
    rejects(s::expect_rcpt_or_data, v::starttls, k::in_transaction, "RFC 3207 §4"),
    rejects(s::expect_rcpt_or_data, v::auth, k::in_transaction, "RFC 4954 §4"),
    rejects(s::expect_rcpt_or_data, v::mail, k::in_transaction, "RFC 5321 §4.1.4"),
    accepts(s::expect_rcpt_or_data, v::rcpt, s::expect_rcpt_or_data, "RFC 5321 §3.3"),
    accepts(s::expect_rcpt_or_data, v::data, s::expect_content, "RFC 5321 §3.3"),
    accepts(s::expect_rcpt_or_data, v::bdat, s::expect_chunk, "RFC 3030 §2"),
    accepts(s::expect_rcpt_or_data, v::rset, s::expect_mail, "RFC 5321 §4.1.1.5"),
    accepts(s::expect_rcpt_or_data, v::noop, s::expect_rcpt_or_data, "RFC 5321 §4.1.1.9"),
    accepts(s::expect_rcpt_or_data, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    accepts(s::expect_rcpt_or_data, v::vrfy, s::expect_rcpt_or_data, "RFC 5321 §4.1.1.6"),
    accepts(s::expect_rcpt_or_data, v::expn, s::expect_rcpt_or_data, "RFC 5321 §4.1.1.7"),
    accepts(s::expect_rcpt_or_data, v::help, s::expect_rcpt_or_data, "RFC 5321 §4.1.1.8"),
    rejects(s::expect_rcpt_or_data, v::unknown, k::not_recognised, "RFC 5321 §4.2.4"),

    // A chunk that was not the last. RFC 3030 §2: DATA may not be mixed in, RSET gives the message up.
    accepts(s::expect_bdat, v::ehlo, s::expect_mail, "RFC 5321 §4.1.4"),
    accepts(s::expect_bdat, v::helo, s::expect_mail, "RFC 5321 §4.1.4"),
    rejects(s::expect_bdat, v::starttls, k::in_transaction, "RFC 3207 §4"),
    rejects(s::expect_bdat, v::auth, k::in_transaction, "RFC 4954 §4"),
    rejects(s::expect_bdat, v::mail, k::in_transaction, "RFC 5321 §4.1.4"),
    rejects(s::expect_bdat, v::rcpt, k::chunk_open, "RFC 3030 §2"),
    rejects(s::expect_bdat, v::data, k::chunk_open, "RFC 3030 §2"),
    accepts(s::expect_bdat, v::bdat, s::expect_chunk, "RFC 3030 §2"),
    accepts(s::expect_bdat, v::rset, s::expect_mail, "RFC 5321 §4.1.1.5"),
    accepts(s::expect_bdat, v::noop, s::expect_bdat, "RFC 5321 §4.1.1.9"),
    accepts(s::expect_bdat, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    accepts(s::expect_bdat, v::vrfy, s::expect_bdat, "RFC 5321 §4.1.1.6"),
    accepts(s::expect_bdat, v::expn, s::expect_bdat, "RFC 5321 §4.1.1.7"),
    accepts(s::expect_bdat, v::help, s::expect_bdat, "RFC 5321 §4.1.1.8"),
    rejects(s::expect_bdat, v::unknown, k::not_recognised, "RFC 5321 §4.2.4"),

    // The greeting was a refusal. RFC 5321 §3.1: 503 to anything but QUIT.
    rejects(s::expect_quit, v::ehlo, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::helo, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::starttls, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::auth, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::mail, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::rcpt, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::data, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::bdat, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::rset, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::noop, k::quit_only, "RFC 5321 §3.1"),
    accepts(s::expect_quit, v::quit, s::closed, "RFC 5321 §4.1.1.10"),
    rejects(s::expect_quit, v::vrfy, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::expn, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::help, k::quit_only, "RFC 5321 §3.1"),
    rejects(s::expect_quit, v::unknown, k::quit_only, "RFC 5321 §3.1"),
};
}  // namespace detail

inline constexpr const auto& server_rules = detail::table_rows;

// States in which a line is a command.
inline constexpr std::array command_states = {server_state::expect_helo, server_state::expect_mail,
                                              server_state::expect_rcpt, server_state::expect_rcpt_or_data,
                                              server_state::expect_bdat, server_state::expect_quit};

// Recipients of the transaction so far, as far as DATA and BDAT ask.
enum class recipients : std::uint8_t { none_asked, all_refused, all_refused_tell_later, some };

// What check() needs to know beside the state.
struct server_facts {
  link_security link = link_security::plain;
  bool authenticated = false;
  bool starttls_offered = false;  // configured; while the link is plain
  bool auth_known = true;         // offered on this link or inside TLS
  bool auth_offered = false;      // on this link
  bool ehlo_offered = true;
  bool bdat_offered = false;
  bool vrfy_offered = true;
  bool expn_offered = false;
  bool help_offered = true;
  bool binarymime = false;  // of the present transaction: it needs BDAT (RFC 3030 §3)
  recipients named = recipients::none_asked;
  requirement tls_before_mail = requirement::no;
  requirement auth_before_mail = requirement::no;
};

namespace detail {
// What is not offered is refused, whatever the state; nothing where it is.
constexpr std::optional<reply_key> check_offered(v what, const server_facts& f) noexcept {
  bool offered = true;
  switch (what) {
    case v::ehlo:  // RFC 5321 §2.2.1: a server from before EHLO
      if (f.ehlo_offered) return std::nullopt;
      return k::not_recognised;
    case v::starttls: offered = f.starttls_offered || f.link == link_security::tls; break;
    case v::auth: offered = f.auth_known; break;
    case v::bdat: offered = f.bdat_offered; break;
    case v::vrfy: offered = f.vrfy_offered; break;
    case v::expn: offered = f.expn_offered; break;
    case v::help: offered = f.help_offered; break;
    case v::helo:
    case v::mail:
    case v::rcpt:
    case v::data:
    case v::rset:
    case v::noop:
    case v::quit:
    case v::unknown: break;
  }
  if (offered) return std::nullopt;
  return k::not_offered;
}

// RFC 2920 §3.1: DATA is answered by 554 when no recipient is left, or by 354 and then 554.
constexpr server_rule check_recipients(const server_rule& row, const server_facts& f) noexcept {
  const bool content = row.what == v::data || row.what == v::bdat;
  if (row.state != s::expect_rcpt || !content) return row;
  if (f.named == recipients::all_refused_tell_later && row.what == v::data)
    return accepts(row.state, row.what, s::expect_content, "RFC 2920 §3.1");
  if (f.named == recipients::all_refused || f.named == recipients::all_refused_tell_later)
    return rejects(row.state, row.what, k::no_valid_recipients, "RFC 2920 §3.1");
  return row;
}
}  // namespace detail

// May this command be carried out now? What is offered at all first, then the table, then the
// conditions that TLS and AUTH set. Precondition: `state` is one of command_states.
[[nodiscard]] constexpr server_rule check(server_state state, wire::verb what, const server_facts& f) noexcept {
  server_rule row = server_rules[0];
  for (const server_rule& r : server_rules)
    if (r.state == state && r.what == what) row = r;
  if (state == server_state::expect_quit) return row;
  const auto reject = [state, what](reply_key key, std::string_view section) {
    return detail::rejects(state, what, key, section);
  };
  if (const auto key = detail::check_offered(what, f)) return reject(*key, "RFC 5321 §4.2.4");
  row = detail::check_recipients(row, f);
  if (row.says == verdict::reject) return row;
  using wire::verb;
  if (what == verb::starttls)
    return f.link == link_security::tls ? reject(reply_key::tls_active, "RFC 3207 §4.2") : row;
  // RFC 3207 §4 would refuse HELO, RSET and HELP too before TLS; they tell nothing and change
  // nothing, and clients that say HELO before STARTTLS are many.
  const bool harmless = what == verb::ehlo || what == verb::helo || what == verb::noop || what == verb::quit ||
                        what == verb::help || what == verb::rset;
  if (harmless) return row;
  if (f.tls_before_mail == requirement::yes && f.link == link_security::plain)
    return reject(reply_key::tls_required, "RFC 3207 §4");
  if (what == verb::auth) {
    if (f.authenticated) return reject(reply_key::already_authenticated, "RFC 4954 §4");
    return f.auth_offered ? row : reject(reply_key::auth_needs_tls, "RFC 4954 §6");
  }
  if (f.auth_before_mail == requirement::yes && !f.authenticated)
    return reject(reply_key::auth_required, "RFC 4954 §6");
  if (what == verb::data && f.binarymime) return reject(reply_key::binarymime_needs_bdat, "RFC 3030 §3");
  return row;
}

// ------------------------------------------------------------- the table holds what it promises

namespace detail {
constexpr bool server_total_and_unique() {
  for (const server_state state : command_states)
    for (std::size_t verb = 0; verb < wire::verb_count; ++verb) {
      int found = 0;
      for (const server_rule& r : server_rules)
        if (r.state == state && static_cast<std::size_t>(r.what) == verb) ++found;
      if (found != 1) return false;
    }
  return server_rules.size() == command_states.size() * wire::verb_count;
}
constexpr bool server_rejections_change_nothing() {
  for (const server_rule& r : server_rules)
    if (r.says == verdict::reject && (r.next != r.state || r.code < 500)) return false;
  return true;
}
}  // namespace detail

static_assert(detail::server_total_and_unique(), "every command state knows every verb exactly once");
static_assert(detail::server_rejections_change_nothing(), "a rejection is 5yz and leaves the state alone");

}  // namespace smtpscope::session
