#pragma once
// The states of both sides. A state says what is expected next, in the words of the RFCs.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace smtpscope::session {

enum class client_phase : std::uint8_t {
  idle,                   // not connected
  expect_greeting,        // RFC 5321 §3.1
  expect_ehlo_reply,      // §3.2
  expect_helo_reply,      // §3.2
  expect_starttls_reply,  // RFC 3207 §4
  tls_handshake,          // RFC 3207 §4.1
  expect_auth_reply,      // RFC 4954 §4
  expect_mail_reply,      // RFC 5321 §3.3
  expect_rcpt_reply,
  expect_data_reply,
  sending_content,
  expect_bdat_reply,     // RFC 3030 §2, to a chunk that is not the last
  expect_content_reply,  // §4.2.5: the moment responsibility passes
  expect_rset_reply,     // §4.1.1.5
  expect_other_reply,    // to what a person said by hand
  expect_quit_reply,     // §3.8
  closed,
};
inline constexpr std::size_t client_phase_count = 17;

enum class server_state : std::uint8_t {
  idle,                  // not connected
  expect_helo,           // greeted; EHLO or HELO is awaited
  expect_mail,           // between transactions
  expect_rcpt,           // a reverse-path is known
  expect_rcpt_or_data,   // and at least one forward-path
  expect_bdat,           // a chunk has come that was not the last (RFC 3030)
  expect_sasl_response,  // inside AUTH: lines are no commands
  expect_content,        // after 354: octets up to CRLF.CRLF
  expect_chunk,          // after BDAT: as many octets as it said
  expect_quit,           // the greeting was a refusal (RFC 5321 §3.1)
  tls_handshake,
  closed,
};
inline constexpr std::size_t server_state_count = 12;

// Where in a session something happened. A client's phase belongs to exactly one; `other` is what a
// person said by hand.
enum class client_stage : std::uint8_t {
  connect,
  greeting,
  ehlo,
  helo,
  starttls,
  tls,
  auth,
  mail,
  rcpt,
  data,
  content,
  rset,
  other,
  quit,
};
inline constexpr std::size_t client_stage_count = 14;

[[nodiscard]] constexpr client_stage stage_of(client_phase phase) noexcept {
  switch (phase) {
    case client_phase::idle: return client_stage::connect;
    case client_phase::expect_greeting: return client_stage::greeting;
    case client_phase::expect_ehlo_reply: return client_stage::ehlo;
    case client_phase::expect_helo_reply: return client_stage::helo;
    case client_phase::expect_starttls_reply: return client_stage::starttls;
    case client_phase::tls_handshake: return client_stage::tls;
    case client_phase::expect_auth_reply: return client_stage::auth;
    case client_phase::expect_mail_reply: return client_stage::mail;
    case client_phase::expect_rcpt_reply: return client_stage::rcpt;
    case client_phase::expect_data_reply: return client_stage::data;
    case client_phase::sending_content:
    case client_phase::expect_bdat_reply:
    case client_phase::expect_content_reply: return client_stage::content;
    case client_phase::expect_rset_reply: return client_stage::rset;
    case client_phase::expect_other_reply: return client_stage::other;
    case client_phase::expect_quit_reply:
    case client_phase::closed: return client_stage::quit;
  }
  return client_stage::connect;
}

// The enumerators' own names: stable, used in traces and by the page.
[[nodiscard]] std::string_view name(client_phase phase) noexcept;
[[nodiscard]] std::string_view name(server_state state) noexcept;
[[nodiscard]] std::string_view name(client_stage stage) noexcept;

}  // namespace smtpscope::session
