#pragma once
// ASCII only, no locale.

#include <string>
#include <string_view>

namespace smtpscope::text {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_alpha(c); }
// CTL of RFC 5234: 0…31 and 127.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) == 127;
}
[[nodiscard]] constexpr bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 128; }
[[nodiscard]] constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
[[nodiscard]] constexpr char to_upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
[[nodiscard]] std::string to_upper(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix) noexcept;
// True when every octet is below 128.
[[nodiscard]] bool all_ascii(std::string_view text) noexcept;

// Where, from `from` on, the next octet up to CR stands: NUL, TAB, LF and CR are among them; the text's size if
// nowhere.
[[nodiscard]] std::size_t find_up_to_cr(std::string_view text, std::size_t from) noexcept;

}  // namespace smtpscope::text
