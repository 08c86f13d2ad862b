#include "smtpscope/session/state.hpp"

namespace smtpscope::session {

std::string_view name(client_phase phase) noexcept {
  switch (phase) {
    case client_phase::idle: return "idle";
    case client_phase::expect_greeting: return "expect_greeting";
    case client_phase::expect_ehlo_reply: return "expect_ehlo_reply";
    case client_phase::expect_helo_reply: return "expect_helo_reply";
    case client_phase::expect_starttls_reply: return "expect_starttls_reply";
    case client_phase::tls_handshake: return "tls_handshake";
    case client_phase::expect_auth_reply: return "expect_auth_reply";
    case client_phase::expect_mail_reply: return "expect_mail_reply";
    case client_phase::expect_rcpt_reply: return "expect_rcpt_reply";
    case client_phase::expect_data_reply: return "expect_data_reply";
    case client_phase::sending_content: return "sending_content";
    case client_phase::expect_bdat_reply: return "expect_bdat_reply";
    case client_phase::expect_content_reply: return "expect_content_reply";
    case client_phase::expect_rset_reply: return "expect_rset_reply";
    case client_phase::expect_other_reply: return "expect_other_reply";
    case client_phase::expect_quit_reply: return "expect_quit_reply";
    case client_phase::closed: return "closed";
  }
  return "";
}

std::string_view name(server_state state) noexcept {
  switch (state) {
    case server_state::idle: return "idle";
    case server_state::expect_helo: return "expect_helo";
    case server_state::expect_mail: return "expect_mail";
    case server_state::expect_rcpt: return "expect_rcpt";
    case server_state::expect_rcpt_or_data: return "expect_rcpt_or_data";
    case server_state::expect_bdat: return "expect_bdat";
    case server_state::expect_sasl_response: return "expect_sasl_response";
    case server_state::expect_content: return "expect_content";
    case server_state::expect_chunk: return "expect_chunk";
    case server_state::expect_quit: return "expect_quit";
    case server_state::tls_handshake: return "tls_handshake";
    case server_state::closed: return "closed";
  }
  return "";
}

std::string_view name(client_stage stage) noexcept {
  switch (stage) {
    case client_stage::connect: return "connect";
    case client_stage::greeting: return "greeting";
    case client_stage::ehlo: return "ehlo";
    case client_stage::helo: return "helo";
    case client_stage::starttls: return "starttls";
    case client_stage::tls: return "tls";
    case client_stage::auth: return "auth";
    case client_stage::mail: return "mail";
    case client_stage::rcpt: return "rcpt";
    case client_stage::data: return "data";
    case client_stage::content: return "content";
    case client_stage::rset: return "rset";
    case client_stage::other: return "other";
    case client_stage::quit: return "quit";
  }
  return "";
}

}  // namespace smtpscope::session
