#pragma once
// The client's table: phase × reply → action. Where a reply alone does not decide, the functions of
// client_choices.hpp do. See rules.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtpscope/session/client_choices.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

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
    client_rule{detail::p::expect_starttls_reply, detail::c::transient, 0, detail::a::starttls_refused, "RFC 3207 §4"},
    client_rule{detail::p::expect_starttls_reply, detail::c::permanent, 0, detail::a::starttls_refused, "RFC 3207 §4"},

    client_rule{detail::p::expect_auth_reply, detail::c::positive, 0, detail::a::authenticated, "RFC 4954 §6"},
    client_rule{detail::p::expect_auth_reply, detail::c::intermediate, 334, detail::a::continue_sasl, "RFC 4954 §4"},
    client_rule{detail::p::expect_auth_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 4954 §4"},
    client_rule{detail::p::expect_auth_reply, detail::c::transient, 0, detail::a::refused, "RFC 4954 §6"},
    client_rule{detail::p::expect_auth_reply, detail::c::permanent, 0, detail::a::refused, "RFC 4954 §6"},

    client_rule{detail::p::expect_mail_reply, detail::c::positive, 0, detail::a::say_rcpt, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_mail_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_mail_reply, detail::c::transient, 0, detail::a::transaction_refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_mail_reply, detail::c::permanent, 0, detail::a::transaction_refused, "RFC 5321 §3.3"},

    client_rule{detail::p::expect_rcpt_reply, detail::c::positive, 0, detail::a::recipient_accepted, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::transient, 0, detail::a::recipient_refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_rcpt_reply, detail::c::permanent, 0, detail::a::recipient_refused, "RFC 5321 §3.3"},

    client_rule{detail::p::expect_data_reply, detail::c::positive, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_data_reply, detail::c::intermediate, 354, detail::a::send_content, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_data_reply, detail::c::intermediate, 0, detail::a::send_content, "RFC 5321 §4.2.1"},
    client_rule{detail::p::expect_data_reply, detail::c::transient, 0, detail::a::transaction_refused, "RFC 5321 §3.3"},
    client_rule{detail::p::expect_data_reply, detail::c::permanent, 0, detail::a::transaction_refused, "RFC 5321 §3.3"},

    // Inside the content a QUIT would be content too: an early reply ends the connection.
    client_rule{detail::p::sending_content, detail::c::positive, 0, detail::a::unexpected, "RFC 5321 §4.3.1"},
    client_rule{detail::p::sending_content, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.1"},
    client_rule{detail::p::sending_content, detail::c::transient, 0, detail::a::refused_and_close, "RFC 5321 §3.8"},
    client_rule{detail::p::sending_content, detail::c::permanent, 0, detail::a::refused_and_close, "RFC 5321 §3.8"},

    client_rule{detail::p::expect_content_reply, detail::c::positive, 0, detail::a::delivered, "RFC 5321 §4.2.5"},
    client_rule{detail::p::expect_content_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_content_reply, detail::c::transient, 0, detail::a::transaction_refused,
                "RFC 5321 §4.2.5"},
    client_rule{detail::p::expect_content_reply, detail::c::permanent, 0, detail::a::transaction_refused,
                "RFC 5321 §4.2.5"},

    // A chunk that is not the last one; the last one's reply is the content's.
    client_rule{detail::p::expect_bdat_reply, detail::c::positive, 0, detail::a::chunk_accepted, "RFC 3030 §2"},
    client_rule{detail::p::expect_bdat_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_bdat_reply, detail::c::transient, 0, detail::a::transaction_refused, "RFC 3030 §2"},
    client_rule{detail::p::expect_bdat_reply, detail::c::permanent, 0, detail::a::transaction_refused, "RFC 3030 §2"},

    client_rule{detail::p::expect_rset_reply, detail::c::positive, 0, detail::a::transaction_cleared,
                "RFC 5321 §4.1.1.5"},
    client_rule{detail::p::expect_rset_reply, detail::c::intermediate, 0, detail::a::unexpected, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_rset_reply, detail::c::transient, 0, detail::a::refused, "RFC 5321 §4.1.1.5"},
    client_rule{detail::p::expect_rset_reply, detail::c::permanent, 0, detail::a::refused, "RFC 5321 §4.1.1.5"},

    // What a person said by hand: the plan goes on where it was (see by_hand()).
    client_rule{detail::p::expect_other_reply, detail::c::positive, 0, detail::a::resume, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_other_reply, detail::c::intermediate, 0, detail::a::resume, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_other_reply, detail::c::transient, 0, detail::a::resume, "RFC 5321 §4.3.2"},
    client_rule{detail::p::expect_other_reply, detail::c::permanent, 0, detail::a::resume, "RFC 5321 §4.3.2"},

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
