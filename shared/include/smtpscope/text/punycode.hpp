#pragma once
// Punycode (RFC 3492): a label of Unicode as letters, digits and hyphens.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::text {

// Without the prefix "xn--". At most 255 octets in, so that the work is bounded.
// Error: invalid_encoding (not UTF-8, or too long).
[[nodiscard]] result<std::string> punycode_encode(std::string_view utf8);
// To UTF-8. Capitals in the digits are read like small letters; basic characters keep their case.
// Error: invalid_encoding (another octet than ASCII, a digit missing, a number too large, no Unicode
// scalar value, more than 255 octets in).
[[nodiscard]] result<std::string> punycode_decode(std::string_view ascii);

}  // namespace smtpscope::text
