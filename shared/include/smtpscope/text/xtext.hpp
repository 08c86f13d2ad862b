#pragma once
// xtext of RFC 3461 §4, and the forms that RFC 6533 §3 gives addresses outside ASCII in ORCPT.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::text {

// "+", "=", blanks, controls and octets over 127 become "+" and two upper-case hexadecimal digits.
[[nodiscard]] std::string xtext_encode(std::string_view octets);
// The octets that were encoded. Error: invalid_encoding (a "+" without two upper-case hexadecimal
// digits, "=", a blank, a control character or an octet over 127).
[[nodiscard]] result<std::string> xtext_decode(std::string_view text);

// How an address of the type "utf-8" is written: utf-8-addr-xtext for a 7-bit line, where every
// character outside ASCII is \x{HEX}; utf-8-addr-unitext for a line that may hold UTF-8.
enum class unitext { seven_bit, utf8 };

// Precondition: `address` is UTF-8 without control characters.
[[nodiscard]] std::string unitext_encode(std::string_view address, unitext form);
// Reads either form; RFC 3461's "+" has no meaning here and is refused.
// Error: invalid_encoding (also: not UTF-8, \x{…} that is no legal or no necessary code point).
[[nodiscard]] result<std::string> unitext_decode(std::string_view text);

}  // namespace smtpscope::text
