#pragma once
// What the client does where a reply alone does not decide: functions from plain facts to an action.
// Together with the table of client_rules.hpp they decide everything; the session only looks things up.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

enum class client_action : std::uint8_t {
  say_ehlo,
  say_helo,
  choose,  // by after_capabilities()
  say_starttls,
  starttls_refused,  // then by after_starttls_refusal()
  begin_tls,
  say_auth,
  continue_sasl,
  authenticated,  // then choose
  say_mail,       // the next transaction may begin, by before_mail()
  say_rcpt,
  recipient_accepted,  // then by after_recipient()
  recipient_refused,   // then by after_recipient()
  say_data,
  send_content,   // by after_go_ahead()
  send_end_mark,  // nothing else: no recipient is left to receive content
  chunk_accepted,
  delivered,
  transaction_refused,  // it is over; then by after_transaction()
  say_rset,
  transaction_cleared,  // then by after_transaction()
  say_quit,
  resume,             // a command said by hand was answered: on with the plan
  refused,            // the server said no: report and leave with QUIT
  refused_and_close,  // it said no and is closing, or QUIT could not be told from content
  unexpected,         // a reply this phase does not know: protocol error
  close,
  give_up_starttls_not_offered,
  give_up_auth_without_tls,
  give_up_auth_not_offered,
  give_up_mechanism_not_offered,
  give_up_eight_bit_not_offered,
  give_up_binary_not_offered,
  give_up_smtputf8_not_offered,
  give_up_requiretls_not_possible,
  give_up_too_large,
  give_up_mail_limit,
};

// The enumerator's own name, for diagrams.
[[nodiscard]] std::string_view name(client_action action) noexcept;

// ----------------------------------------------------------------- before and after transactions

// What one message needs, and whether the server has it.
struct message_facts {
  bool content_is_eight_bit = false;  // and no variant of seven bits is at hand
  bool eight_bit_offered = false;
  bool content_is_binary = false;  // likewise
  bool binary_possible = false;    // BINARYMIME and CHUNKING offered, and BDAT not refused by the options
  bool needs_smtputf8 = false;
  bool smtputf8_offered = false;
  bool needs_requiretls = false;
  bool requiretls_possible = false;  // offered, inside TLS
  bool too_large = false;            // beyond the server's SIZE, and the options say to refuse it here
  bool mail_limit_reached = false;   // MAILMAX (RFC 9422 §4)
};

// May this message be offered to this server? say_mail, or why not.
[[nodiscard]] constexpr client_action before_mail(const message_facts& f) noexcept {
  using a = client_action;
  if (f.mail_limit_reached) return a::give_up_mail_limit;                                       // RFC 9422 §3
  if (f.needs_smtputf8 && !f.smtputf8_offered) return a::give_up_smtputf8_not_offered;          // RFC 6531 §3.2
  if (f.needs_requiretls && !f.requiretls_possible) return a::give_up_requiretls_not_possible;  // RFC 8689 §4.2.1
  if (f.content_is_binary && !f.binary_possible) return a::give_up_binary_not_offered;          // RFC 3030 §3
  if (f.content_is_eight_bit && !f.eight_bit_offered) return a::give_up_eight_bit_not_offered;  // RFC 6152 §3
  if (f.too_large) return a::give_up_too_large;                                                 // RFC 1870 §6.1
  return a::say_mail;
}

// What after_capabilities() needs to know; all of it fixed before connecting or told by EHLO.
struct client_facts : message_facts {
  link_security link = link_security::plain;
  requirement tls = requirement::yes;  // by the policy
  bool tls_if_offered = false;         // opportunistic, by name; `tls` is `no` then
  bool starttls_offered = false;
  bool wants_auth = false;
  bool authenticated = false;
  bool cleartext_auth_allowed = false;
  bool auth_offered = false;
  bool mechanism_offered = false;
};

// After EHLO or HELO was accepted, and after AUTH succeeded: TLS before AUTH before MAIL.
[[nodiscard]] constexpr client_action after_capabilities(const client_facts& f) noexcept {
  if (f.link == link_security::plain && f.tls == requirement::yes)  // RFC 3207 §6, RFC 8314 §3
    return f.starttls_offered ? client_action::say_starttls : client_action::give_up_starttls_not_offered;
  if (f.link == link_security::plain && f.tls_if_offered && f.starttls_offered) return client_action::say_starttls;
  if (f.wants_auth && !f.authenticated) {
    if (f.link == link_security::plain && !f.cleartext_auth_allowed)  // RFC 4954 §9
      return client_action::give_up_auth_without_tls;
    if (!f.auth_offered) return client_action::give_up_auth_not_offered;
    return f.mechanism_offered ? client_action::say_auth : client_action::give_up_mechanism_not_offered;
  }
  return before_mail(f);
}

// The server refused STARTTLS: the end where TLS is required, else on in the clear (RFC 3207 §4).
[[nodiscard]] constexpr client_action after_starttls_refusal(requirement tls) noexcept {
  return tls == requirement::yes ? client_action::refused : client_action::choose;
}

// After a recipient's reply: the next one, DATA for those accepted, or give up when none was.
[[nodiscard]] constexpr client_action after_recipient(std::size_t remaining, std::size_t accepted) noexcept {
  if (remaining > 0) return client_action::say_rcpt;
  return accepted > 0 ? client_action::say_data : client_action::refused;
}

// After 354. RFC 2920 §3.1: where no recipient was accepted only the end mark follows. A server that
// refused MAIL or AUTH and still takes content for somebody would deliver an empty message then.
[[nodiscard]] constexpr client_action after_go_ahead(verdict transaction, std::size_t accepted) noexcept {
  if (accepted == 0) return client_action::send_end_mark;
  return transaction == verdict::accept ? client_action::send_content : client_action::unexpected;
}

// 452, or 552 of old servers, after others were accepted: the server takes no more in this transaction
// (RFC 5321 §4.5.3.1.10), unless its enhanced code says that it means something else (4.3.1, 4.2.2 …).
[[nodiscard]] constexpr bool too_many_recipients(int code, bool enhanced, bool enhanced_5_3,
                                                 std::size_t accepted) noexcept {
  return (code == 452 || code == 552) && accepted > 0 && (!enhanced || enhanced_5_3);
}

enum class at_server : std::uint8_t { closed, open };  // a transaction: MAIL was accepted and nothing ended it
enum class left_to_do : std::uint8_t { nothing, transactions };

// After a transaction, or RSET: the next one, made room for where the server still holds the last.
[[nodiscard]] constexpr client_action after_transaction(left_to_do more, at_server last) noexcept {
  if (more == left_to_do::nothing) return client_action::say_quit;
  return last == at_server::open ? client_action::say_rset : client_action::say_mail;
}

// ---------------------------------------------------------------------------------- pipelining

// Where a command may stand in a group that is sent without waiting (RFC 2920 §3.1).
enum class place : std::uint8_t { anywhere, last };

[[nodiscard]] constexpr place place_in_group(wire::verb v) noexcept {
  using wire::verb;
  switch (v) {
    case verb::mail:
    case verb::rcpt:
    case verb::rset:
    case verb::bdat: return place::anywhere;  // BDAT: RFC 3030 §4.2
    case verb::ehlo:
    case verb::helo:
    case verb::starttls:  // RFC 3207 §4
    case verb::auth:      // RFC 4954 §4, but for a login that is one message
    case verb::data:
    case verb::noop:
    case verb::quit:
    case verb::vrfy:
    case verb::help:
    case verb::expn:
    case verb::unknown: return place::last;
  }
  return place::last;
}

// ------------------------------------------------------------------------------ said by hand

// What the answer to a command that a person said by hand, out of plan, changes in the session.
[[nodiscard]] constexpr client_action by_hand(wire::verb v, wire::reply_class answer) noexcept {
  using a = client_action;
  const bool positive = answer == wire::reply_class::positive;
  const bool intermediate = answer == wire::reply_class::intermediate;
  if (v == wire::verb::starttls && positive) return a::begin_tls;      // RFC 3207 §4
  if (v == wire::verb::auth && intermediate) return a::continue_sasl;  // RFC 4954 §4
  if (v == wire::verb::auth && positive) return a::authenticated;      // RFC 4954 §6
  if (v == wire::verb::data && intermediate) return a::send_content;   // RFC 5321 §4.1.1.4
  if (v == wire::verb::quit && positive) return a::close;              // RFC 5321 §4.1.1.10
  return a::resume;
}

// ------------------------------------------------------------------------------------- timers

// How long to wait for the server. The RFC's minimums suit programs that queue; a person who
// watches wants to know sooner, except after the end mark, where giving up early duplicates mail.
// The time is for the whole reply: octets that drip in do not lengthen it.
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
    case client_phase::expect_rcpt_reply:
    case client_phase::expect_rset_reply:
    case client_phase::expect_other_reply: return rfc ? minutes{5} : minutes{1};
    case client_phase::expect_data_reply: return rfc ? minutes{2} : minutes{1};
    case client_phase::sending_content: return minutes{3};
    case client_phase::expect_bdat_reply:  // a chunk may be the whole message, and is stored like one
    case client_phase::expect_content_reply: return minutes{10};
    case client_phase::expect_quit_reply: return rfc ? minutes{5} : seconds{5};
  }
  return seconds{0};
}

}  // namespace smtpscope::session
