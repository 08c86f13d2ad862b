#pragma once
// The client's table, phase × reply → action, and the functions that choose where the table says
// "choose": after_capabilities() and after_recipient(). See rules.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

enum class client_action : std::uint8_t {
  say_ehlo,
  say_helo,
  choose,  // by after_capabilities()
  say_starttls,
  begin_tls,
  say_auth,
  continue_sasl,
  authenticated,  // then choose
  say_mail,
  say_rcpt,
  recipient_accepted,  // then by after_recipient()
  recipient_refused,   // then by after_recipient()
  say_data,
  send_content,
  delivered,
  refused,            // the server said no: report and leave with QUIT
  refused_and_close,  // it said no and is closing, or QUIT could not be told from content
  unexpected,         // a reply this phase does not know: protocol error
  close,
  give_up_starttls_not_offered,
  give_up_auth_without_tls,
  give_up_auth_not_offered,
  give_up_mechanism_not_offered,
  give_up_eight_bit_not_offered,
};

// The enumerator's own name, for diagrams.
[[nodiscard]] std::string_view name(client_action action) noexcept;

// One row: in `phase`, a reply with `code` (or, where code is 0, of class `kind`) leads to `action`.
struct client_rule {
  client_phase phase;
  wire::reply_class kind;
  int code;
  client_action action;
  std::string_view section;
};

namespace detail {
using p = client_phase;
using c = wire::reply_class;
using a = client_action;
}  // namespace detail

inline constexpr std::array client_rules = {
    // A reply code that says more than its class stands before the row of its class.
    client_rule{detail::p::expect_greeting, detail::c::positive, 0, detail::a::say_ehlo, "RFC 5321 §3.1"},
    client_rule{detail::p::expect_greeting, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_greeting, detail::c::transient, 0, detail::a::refused, "RFC 5321 §3.1"},
    client_rule{detail::p::expect_greeting, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §3.1"},

    client_rule{detail::p::expect_ehlo_reply, detail::c::positive, 0, detail::a::choose, "RFC 5321 §4.1.1.1"},
    client_rule{detail::p::expect_ehlo_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_ehlo_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §4.1.1.1"},
    client_rule{detail::p::expect_ehlo_reply, detail::c::permanent, 500, detail::a::say_helo, "RFC 5321 §3.2"},
    client_rule{detail::p::expect_ehlo_reply, detail::c::permanent, 502, detail::a::say_helo, "RFC 5321 §3.2"},
    client_rule{detail::p::expect_ehlo_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §4.1.1.1"},

    client_rule{detail::p::expect_helo_reply, detail::c::positive, 0, detail::a::choose, "RFC 5321 §4.1.1.1"},
    client_rule{detail::p::expect_helo_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_helo_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §4.1.1.1"},
    client_rule{detail::p::expect_helo_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §4.1.1.1"},

    client_rule{detail::p::expect_starttls_reply, detail::c::positive, 220, detail::a::begin_tls, "RFC 3207 §4"},
    client_rule{detail::p::expect_starttls_reply, detail::c::positive, 0, detail::a::unexpected, "RFC 3207 §4"},
    client_rule{detail::p::expect_starttls_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 3207 §4"},
    client_rule{detail::p::expect_starttls_reply, detail::c::transient, 0, detail::a::refused, "RFC 3207 §4"},
    client_rule{detail::p::expect_starttls_reply, detail::c::permanent, 0, detail::a::refused, "RFC 3207 §4"},

    client_rule{detail::p::expect_auth_reply, detail::c::positive, 0, detail::a::authenticated, "RFC 4954 §6"},
    client_rule{detail::p::expect_auth_reply, detail::c::intermediate, 334, detail::a::continue_sasl, "RFC 4954 §4"},
    client_rule{detail::p::expect_auth_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 4954 §4"},
    client_rule{detail::p::expect_auth_reply, detail::c::transient, 0, detail::a::refused, "RFC 4954 §6"},
    client_rule{detail::p::expect_auth_reply, detail::c::permanent, 0, detail::a::refused, "RFC 4954 §6"},

    client_rule{detail::p::expect_mail_reply, detail::c::positive, 0, detail::a::say_rcpt, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_mail_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_mail_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_mail_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §3.3"},

    client_rule{detail::p::expect_rcpt_reply, detail::c::positive, 0, detail::a::recipient_accepted, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::transient, 0, detail::a::recipient_refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::permanent, 0, detail::a::recipient_refused, "RFC 5321 §3.3"},

    client_rule{detail::p::expect_data_reply, detail::c::positive, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_data_reply, detail::c::intermediate, 354, detail::a::send_content, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_data_reply, detail::c::intermediate, 0, detail::a::send_content, "RFC 5321 §4.2.1"},
    client_rule{detail::p::expect_data_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_data_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §3.3"},

    // Inside the content a QUIT would be content too: an early reply ends the connection.
    client_rule{detail::p::sending_content, detail::c::positive, 0, detail::a::unexpected, "RFC 5321 §4.3.1"},
    client_rule{detail::p::sending_content, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.1"},
    client_rule{detail::p::sending_content, detail::c::transient, 0, detail::a::refused_and_close, "RFC 5321 §3.8"},
    client_rule{detail::p::sending_content, detail::c::permanent, 0, detail::a::refused_and_close, "RFC 5321 §3.8"},

    client_rule{detail::p::expect_content_reply, detail::c::positive, 0, detail::a::delivered, "RFC 5321 §4.2.5"},
    client_rule{detail::p::expect_content_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_content_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §4.2.5"},
    client_rule{detail::p::expect_content_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §4.2.5"},

    client_rule{detail::p::expect_quit_reply, detail::c::positive, 0, detail::a::close, "RFC 5321 §4.1.1.10"},
    client_rule{detail::p::expect_quit_reply, detail::c::intermediate, 0, detail::a::close, "RFC 5321 §4.1.1.10"},
    client_rule{detail::p::expect_quit_reply, detail::c::transient, 0, detail::a::close, "RFC 5321 §4.1.1.10"},
    client_rule{detail::p::expect_quit_reply, detail::c::permanent, 0, detail::a::close, "RFC 5321 §4.1.1.10"},
};

// True for phases in which a reply may arrive.
[[nodiscard]] constexpr bool expects_reply(client_phase phase) noexcept {
  return phase != client_phase::idle && phase != client_phase::tls_handshake && phase != client_phase::closed;
}

// The rule for a reply. Precondition: expects_reply(phase), code in 200…599.
// 421 means that the server is closing, wherever it comes (RFC 5321 §3.8, §4.2.2).
[[nodiscard]] constexpr client_action on_reply(client_phase phase, int code) noexcept {
  if (code == 421 && phase != client_phase::expect_quit_reply) return client_action::refused_and_close;
  const client_rule* by_class = nullptr;
  for (const client_rule& row : client_rules) {
    if (row.phase != phase || static_cast<int>(row.kind) != code / 100) continue;
    if (row.code == code) return row.action;
    if (row.code == 0) by_class = &row;
  }
  return by_class != nullptr ? by_class->action : client_action::unexpected;
}

// What after_capabilities() needs to know; all of it fixed before connecting or told by EHLO.
struct client_facts {
  link_security link = link_security::plain;
  requirement tls = requirement::yes;  // by the policy
  bool starttls_offered = false;
  bool wants_auth = false;
  bool authenticated = false;
  bool cleartext_auth_allowed = false;
  bool auth_offered = false;
  bool mechanism_offered = false;
  bool content_is_eight_bit = false;
  bool eight_bit_offered = false;
};

// After EHLO or HELO was accepted, and after AUTH succeeded: TLS before AUTH before MAIL.
[[nodiscard]] constexpr client_action after_capabilities(const client_facts& f) noexcept {
  if (f.link == link_security::plain && f.tls == requirement::yes)  // RFC 3207 §6, RFC 8314 §3
    return f.starttls_offered ? client_action::say_starttls : client_action::give_up_starttls_not_offered;
  if (f.wants_auth && !f.authenticated) {
    if (f.link == link_security::plain && !f.cleartext_auth_allowed)  // RFC 4954 §9
      return client_action::give_up_auth_without_tls;
    if (!f.auth_offered) return client_action::give_up_auth_not_offered;
    return f.mechanism_offered ? client_action::say_auth : client_action::give_up_mechanism_not_offered;
  }
  if (f.content_is_eight_bit && !f.eight_bit_offered)  // RFC 6152 §3
    return client_action::give_up_eight_bit_not_offered;
  return client_action::say_mail;
}

// After a recipient's reply: the next one, DATA for those accepted, or give up when none was.
[[nodiscard]] constexpr client_action after_recipient(std::size_t remaining, std::size_t accepted) noexcept {
  if (remaining > 0) return client_action::say_rcpt;
  return accepted > 0 ? client_action::say_data : client_action::refused;
}

// How long to wait for the server. The RFC's minimums suit programs that queue; a person who
// watches wants to know sooner, except after the end mark, where giving up early duplicates mail.
enum class patience : std::uint8_t { rfc5321, interactive };
[[nodiscard]] constexpr seconds timeout_of(client_phase phase, patience p) noexcept {
  const bool rfc = p == patience::rfc5321;
  switch (phase) {  // RFC 5321 §4.5.3.2.1 … .6
    case client_phase::idle:
    case client_phase::closed: return seconds{0};
    case client_phase::expect_greeting: return rfc ? minutes{5} : seconds{30};
    case client_phase::expect_ehlo_reply:
    case client_phase::expect_helo_reply:
    case client_phase::expect_starttls_reply:
    case client_phase::tls_handshake: return rfc ? minutes{5} : seconds{30};
    case client_phase::expect_auth_reply:
    case client_phase::expect_mail_reply:
    case client_phase::expect_rcpt_reply: return rfc ? minutes{5} : minutes{1};
    case client_phase::expect_data_reply: return rfc ? minutes{2} : minutes{1};
    case client_phase::sending_content: return minutes{3};
    case client_phase::expect_content_reply: return minutes{10};
    case client_phase::expect_quit_reply: return rfc ? minutes{5} : seconds{5};
  }
  return seconds{0};
}

// ------------------------------------------------------------- the table holds what it promises

namespace detail {
constexpr bool client_rows_unique() {
  for (std::size_t i = 0; i < client_rules.size(); ++i)
    for (std::size_t j = i + 1; j < client_rules.size(); ++j)
      if (client_rules[i].phase == client_rules[j].phase && client_rules[i].kind == client_rules[j].kind &&
          client_rules[i].code == client_rules[j].code)
        return false;
  return true;
}
constexpr bool client_total() {
  for (std::size_t phase = 0; phase < client_phase_count; ++phase) {
    if (!expects_reply(static_cast<client_phase>(phase))) continue;
    for (int kind = 2; kind <= 5; ++kind) {
      int rows = 0;
      for (const client_rule& r : client_rules)
        if (static_cast<std::size_t>(r.phase) == phase && static_cast<int>(r.kind) == kind && r.code == 0) ++rows;
      if (rows != 1) return false;
    }
  }
  return true;
}
}  // namespace detail

static_assert(detail::client_rows_unique(), "two client rules for the same phase and reply");
static_assert(detail::client_total(), "a reply class without exactly one client rule");

}  // namespace smtpscope::session
