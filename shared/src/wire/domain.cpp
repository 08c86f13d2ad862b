#include "smtpscope/wire/domain.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/idna.hpp"

namespace smtpscope::wire {
namespace {

constexpr std::size_t label_octets = 63;  // RFC 1035 §2.3.4

// Let-dig [Ldh-str].
bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= label_octets && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return text::is_alnum(c) || c == '-'; });
}

bool is_ascii_domain(std::string_view text) noexcept {
  if (text.empty() || text.size() > limits::domain_octets) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part < 4; ++part) {
    std::size_t n = 0;
    int value = 0;
    while (n < text.size() && n < 4 && text::is_digit(text[n])) value = value * 10 + (text[n++] - '0');
    if (n == 0 || n > 3 || value > 255) return false;
    text.remove_prefix(n);
    if (part == 3) return text.empty();
    if (text.empty() || text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

bool is_hex_group(std::string_view group) noexcept {
  return !group.empty() && group.size() <= 4 && std::all_of(group.begin(), group.end(), [](char c) {
    const char low = text::to_lower(c);
    return text::is_digit(c) || (low >= 'a' && low <= 'f');
  });
}

// Number of 16-bit groups in "a:b:c" with an IPv4 tail allowed at its end; -1 when it is not that.
int count_groups(std::string_view text) noexcept {
  if (text.empty()) return 0;
  int groups = 0;
  for (;;) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && is_ipv4(group)) return groups + 2;
    if (!is_hex_group(group)) return -1;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

// RFC 5321 §4.1.3: "::" stands for at least two groups of zeros, once.
bool is_ipv6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text) == 8;
  const std::string_view head = text.substr(0, gap);
  const int before = head.find('.') == std::string_view::npos ? count_groups(head) : -1;
  const int after = count_groups(text.substr(gap + 2));
  return before >= 0 && after >= 0 && before + after <= 6;
}

// Ldh-str: may begin with a hyphen, not end with one.
bool is_tag(std::string_view tag) noexcept {
  return !tag.empty() && tag.back() != '-' &&
         std::all_of(tag.begin(), tag.end(), [](char c) { return text::is_alnum(c) || c == '-'; });
}

// `text` is what stands between the brackets.
bool is_literal_content(std::string_view text) noexcept {
  if (is_ipv4(text)) return true;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view tag = text.substr(0, colon);
  const std::string_view content = text.substr(colon + 1);
  if (text::iequals(tag, "IPv6")) return is_ipv6(content);
  return is_tag(tag) && !content.empty() && std::all_of(content.begin(), content.end(), [](char c) {
           return c > ' ' && c < 127 && c != '[' && c != '\\' && c != ']';
         });
}

}  // namespace

bool is_domain(std::string_view text, utf8 beyond_ascii) {
  if (beyond_ascii == utf8::refused || text::all_ascii(text)) return is_ascii_domain(text);
  if (text.size() > 4 * limits::domain_octets) return false;
  const auto ascii = text::domain_to_ascii(text);
  return ascii && is_ascii_domain(*ascii);
}

bool is_address_literal(std::string_view text) noexcept {
  return text.size() > 2 && text.size() <= limits::domain_octets && text.front() == '[' && text.back() == ']' &&
         is_literal_content(text.substr(1, text.size() - 2));
}

bool is_domain_or_literal(std::string_view text, utf8 beyond_ascii) {
  return is_domain(text, beyond_ascii) || is_address_literal(text);
}

}  // namespace smtpscope::wire
