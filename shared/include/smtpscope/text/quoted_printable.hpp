#pragma once
// Quoted-printable of RFC 2045 §6.7.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::text {

// Lines of at most 76 characters, joined by CRLF; CRLF in `text` stays a line break, any other CR
// or LF is encoded, and so is white space at the end of a line and "From " at the start of one
// (RFC 2049 §3: some programs change it). UTF-8 sequences are not cut by a line break.
[[nodiscard]] std::string quoted_printable_encode(std::string_view text);

// Error: invalid_encoding ("=" not followed by two hexadecimal digits or a line end).
[[nodiscard]] result<std::string> quoted_printable_decode(std::string_view text);

// Never fails: an "=" that begins nothing stands for itself.
[[nodiscard]] std::string quoted_printable_read(std::string_view text);

// Value 0…15 of a hexadecimal digit of either case, or -1.
[[nodiscard]] int hex_digit(char c) noexcept;
// "0123456789ABCDEF"[value & 15].
[[nodiscard]] char to_hex_digit(unsigned value) noexcept;

}  // namespace smtpscope::text
