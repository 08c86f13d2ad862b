#include "smtpscope/session/nonce.hpp"

#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/digest.hpp"

namespace smtpscope::session {

std::string make_nonce(std::string_view random, std::string_view label, std::uint32_t count) {
  const std::string text = std::string{label} + " nonce " + std::to_string(count);
  return text::base64_encode(text::hmac(text::digest_kind::sha256, random, text).substr(0, 18));
}

}  // namespace smtpscope::session
