#include "smtpscope/text/idna.hpp"

#include <algorithm>
#include <array>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/normalize.hpp"
#include "smtpscope/text/punycode.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

constexpr std::size_t label_octets = 63;  // RFC 1035 §2.3.4
constexpr std::string_view prefix = "xn--";

struct range {
  char32_t first;
  char32_t last;
};

// DISALLOWED by RFC 5892 for every context, as far as it can deceive or break a line; in order.
constexpr std::array<range, 16> disallowed = {{
    {0x0080, 0x00A0},     // C1 controls, no-break space
    {0x00AD, 0x00AD},     // soft hyphen
    {0x034F, 0x034F},     // grapheme joiner
    {0x1680, 0x1680},     // ogham space
    {0x180B, 0x180E},     // Mongolian selectors
    {0x2000, 0x200B},     // blanks; the two joiners that follow are legal between letters
    {0x200E, 0x200F},     // direction marks
    {0x2024, 0x202F},     // dots, line separators, direction overrides
    {0x205F, 0x206F},     // blanks, invisible operators, isolates
    {0x3000, 0x3002},     // ideographic space, comma, full stop
    {0xD800, 0xF8FF},     // surrogates, private use
    {0xFDD0, 0xFDEF},     // noncharacters
    {0xFE00, 0xFE0F},     // variation selectors
    {0xFEFF, 0xFF65},     // byte order mark, full-width forms
    {0xFFA0, 0xFFFF},     // half-width filler, specials
    {0xE0000, 0x10FFFF},  // tags, private use
}};

bool is_allowed(char32_t c) noexcept {
  if (c < 0x80) return is_alnum(static_cast<char>(c)) || c == '-';
  if ((c & 0xFFFE) == 0xFFFE) return false;  // noncharacters of every plane
  const auto* at = std::find_if(disallowed.begin(), disallowed.end(), [c](const range& r) { return c <= r.last; });
  return at == disallowed.end() || c < at->first;
}

constexpr bool is_combining(char32_t c) noexcept { return c >= 0x0300 && c <= 0x036F; }

// RFC 5895 §2.1 for the scripts in which capitals are common.
char32_t small(char32_t c) noexcept {
  if (c < 0x80) return static_cast<char32_t>(to_lower(static_cast<char>(c)));
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (within(0xC0, 0xDE) && c != 0xD7) return c + 32;                               // Latin-1
  if ((within(0x100, 0x137) && c != 0x130) || within(0x14A, 0x177)) return c | 1;   // Latin Extended-A,
  if (within(0x139, 0x148) || within(0x179, 0x17E)) return c % 2 == 1 ? c + 1 : c;  // in pairs
  if (c == 0x178) return 0xFF;
  if (within(0x391, 0x3AB) && c != 0x3A2) return c + 32;  // Greek
  if (c == 0x386) return 0x3AC;
  if (within(0x388, 0x38A)) return c + 37;
  if (within(0x410, 0x42F)) return c + 32;  // Cyrillic
  if (within(0x400, 0x40F)) return c + 80;
  return c;
}

// The A-label of a label outside ASCII, or the label that it stands for in ASCII (full-width letters); "" when
// it is neither. Composed first: a U-label is in form C, and nothing that NFKC would change (RFC 5891 §4.2.1,
// RFC 5895 §2).
std::string to_a_label(std::string_view typed) {
  if (typed.size() > 4 * label_octets) return {};
  const std::string composed = nfkc(to_valid_utf8(typed));
  std::string_view label = composed;
  if (label.front() == '-' || label.back() == '-') return {};
  if (label.size() > 3 && label.substr(2, 2) == "--") return {};  // RFC 5891 §4.2.3.1
  if (is_combining(first_code_point(label).value)) return {};
  std::string mapped;
  while (!label.empty()) {
    const code_point c = first_code_point(label);
    if (!is_allowed(c.value)) return {};  // U+FFFD, for what is not UTF-8, is not
    append_utf8(mapped, small(c.value));
    label.remove_prefix(c.octets);
  }
  if (all_ascii(mapped)) return mapped.size() > label_octets ? std::string{} : mapped;
  auto encoded = punycode_encode(mapped);
  if (!encoded || prefix.size() + encoded->size() > label_octets) return {};
  return std::string(prefix) + *encoded;
}

std::string to_u_label(std::string_view label) {
  if (!istarts_with(label, prefix)) return std::string(label);
  const auto decoded = punycode_decode(label.substr(prefix.size()));
  // Shown as Unicode only when it is what this Unicode would be written as: no two faces for one name.
  if (!decoded || all_ascii(*decoded) || !iequals(to_a_label(*decoded), label)) return std::string(label);
  return *decoded;
}

}  // namespace

bool is_u_label(std::string_view label) {
  return !all_ascii(label) && !to_a_label(label).empty() && nfkc(label) == label;
}

result<std::string> domain_to_ascii(std::string_view domain) {
  std::string out;
  for (;;) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (all_ascii(label)) {
      out.append(label);
    } else {
      const std::string a_label = to_a_label(label);
      if (a_label.empty())
        return error{errc::invalid_address, "a part of the domain cannot be written in the letters of DNS"};
      out += a_label;
    }
    if (dot == std::string_view::npos) return out;
    out += '.';
    domain.remove_prefix(dot + 1);
  }
}

std::string domain_to_unicode(std::string_view domain) {
  std::string out;
  for (;;) {
    const std::size_t dot = domain.find('.');
    out += to_u_label(domain.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    out += '.';
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace smtpscope::text
