#include "smtpscope/session/client_rules.hpp"

namespace smtpscope::session {

std::string_view name(client_action action) noexcept {
  switch (action) {
    case client_action::say_ehlo: return "say_ehlo";
    case client_action::say_helo: return "say_helo";
    case client_action::choose: return "choose";
    case client_action::say_starttls: return "say_starttls";
    case client_action::starttls_refused: return "starttls_refused";
    case client_action::begin_tls: return "begin_tls";
    case client_action::say_auth: return "say_auth";
    case client_action::continue_sasl: return "continue_sasl";
    case client_action::authenticated: return "authenticated";
    case client_action::say_mail: return "say_mail";
    case client_action::say_rcpt: return "say_rcpt";
    case client_action::recipient_accepted: return "recipient_accepted";
    case client_action::recipient_refused: return "recipient_refused";
    case client_action::say_data: return "say_data";
    case client_action::send_content: return "send_content";
    case client_action::send_end_mark: return "send_end_mark";
    case client_action::chunk_accepted: return "chunk_accepted";
    case client_action::delivered: return "delivered";
    case client_action::transaction_refused: return "transaction_refused";
    case client_action::say_rset: return "say_rset";
    case client_action::transaction_cleared: return "transaction_cleared";
    case client_action::say_quit: return "say_quit";
    case client_action::resume: return "resume";
    case client_action::refused: return "refused";
    case client_action::refused_and_close: return "refused_and_close";
    case client_action::unexpected: return "unexpected";
    case client_action::close: return "close";
    case client_action::give_up_starttls_not_offered: return "give_up_starttls_not_offered";
    case client_action::give_up_auth_without_tls: return "give_up_auth_without_tls";
    case client_action::give_up_auth_not_offered: return "give_up_auth_not_offered";
    case client_action::give_up_mechanism_not_offered: return "give_up_mechanism_not_offered";
    case client_action::give_up_eight_bit_not_offered: return "give_up_eight_bit_not_offered";
    case client_action::give_up_binary_not_offered: return "give_up_binary_not_offered";
    case client_action::give_up_smtputf8_not_offered: return "give_up_smtputf8_not_offered";
    case client_action::give_up_requiretls_not_possible: return "give_up_requiretls_not_possible";
    case client_action::give_up_too_large: return "give_up_too_large";
    case client_action::give_up_mail_limit: return "give_up_mail_limit";
  }
  return "";
}

}  // namespace smtpscope::session
