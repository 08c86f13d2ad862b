#include "smtpscope/base/errc.hpp"

namespace smtpscope {

std::string_view name(errc code) noexcept {
  switch (code) {
    case errc::misuse: return "misuse";
    case errc::invalid_argument: return "invalid_argument";
    case errc::forbidden_character: return "forbidden_character";
    case errc::invalid_address: return "invalid_address";
    case errc::invalid_header: return "invalid_header";
    case errc::invalid_json: return "invalid_json";
    case errc::invalid_base64: return "invalid_base64";
    case errc::invalid_encoding: return "invalid_encoding";
    case errc::unsupported: return "unsupported";
    case errc::line_too_long: return "line_too_long";
    case errc::reply_too_long: return "reply_too_long";
    case errc::malformed_reply: return "malformed_reply";
    case errc::malformed_command: return "malformed_command";
    case errc::malformed_frame: return "malformed_frame";
    case errc::closed_by_peer: return "closed_by_peer";
    case errc::timeout: return "timeout";
    case errc::starttls_plaintext: return "starttls_plaintext";
  }
  return "unknown";
}

std::string_view describe(errc code) noexcept {
  switch (code) {
    case errc::misuse: return "This cannot be done at this point of the session.";
    case errc::invalid_argument: return "A value is outside the range that is allowed.";
    case errc::forbidden_character: return "A line break or another control character stands where none may stand.";
    case errc::invalid_address: return "This is not an e-mail address that SMTP can carry.";
    case errc::invalid_header: return "This is not a legal header field.";
    case errc::invalid_json: return "The text is not JSON of the expected form.";
    case errc::invalid_base64: return "The text is not base64.";
    case errc::invalid_encoding: return "The text is not encoded as it claims to be.";
    case errc::unsupported: return "This is understood but not offered here.";
    case errc::line_too_long: return "A line is longer than the protocol allows.";
    case errc::reply_too_long: return "The server's reply is longer than any sensible reply.";
    case errc::malformed_reply: return "The server sent something that is not an SMTP reply.";
    case errc::malformed_command: return "The client sent something that is not an SMTP command.";
    case errc::malformed_frame: return "The tunnel carried a control frame that cannot be understood.";
    case errc::closed_by_peer: return "The other side closed the connection before the session was over.";
    case errc::timeout: return "The other side did not answer in time.";
    case errc::starttls_plaintext:
      return "Unprotected bytes followed the reply to STARTTLS: somebody may be tampering with the connection.";
  }
  return "An error without a description.";
}

}  // namespace smtpscope
