#pragma once
// base64 of RFC 4648 §4. Decoding is strict: padded, no other alphabet, no white space, zero trailing bits.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::text {

// 4 × ceil(n / 3) characters.
[[nodiscard]] std::string base64_encode(std::string_view octets);
// Error: invalid_base64 (length, alphabet, padding inside, trailing bits; RFC 4954 §4 wants all refused).
[[nodiscard]] result<std::string> base64_decode(std::string_view text);
// Never fails: characters outside the alphabet are skipped (RFC 2045 §6.8), "=" ends the text, and
// bits that make no whole octet are dropped. For messages that others wrote.
[[nodiscard]] std::string base64_read(std::string_view text);
// Appends lines of 76 characters, each ended by CRLF (RFC 2045 §6.8); nothing for no octets.
void append_base64_lines(std::string& out, std::string_view octets);

}  // namespace smtpscope::text
