#pragma once
// UTF-8 of RFC 3629: no surrogates, no overlong forms, nothing beyond U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace smtpscope::text {

// One step through a text.
struct code_point {
  char32_t value = 0;      // U+FFFD where the octets are not UTF-8
  std::size_t octets = 0;  // 1…4; 1 where they are not UTF-8
  enum class kind { valid, invalid } state = kind::valid;
};

// The code point at the front of `text`, which must not be empty.
[[nodiscard]] code_point first_code_point(std::string_view text) noexcept;
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
// Appends `value`, or U+FFFD for what is no Unicode scalar value.
void append_utf8(std::string& out, char32_t value);
// Every octet that is not part of UTF-8 becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

}  // namespace smtpscope::text
