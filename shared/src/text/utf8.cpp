#include "smtpscope/text/utf8.hpp"

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::text {
namespace {

constexpr char32_t replacement = 0xFFFD;

constexpr char32_t octet(char c) noexcept { return static_cast<unsigned char>(c); }
constexpr bool is_surrogate(char32_t v) noexcept { return v >= 0xD800 && v <= 0xDFFF; }

}  // namespace

code_point first_code_point(std::string_view text) noexcept {
  constexpr code_point invalid{replacement, 1, code_point::kind::invalid};
  const char32_t lead = octet(text.front());
  if (lead < 0x80) return {lead, 1, code_point::kind::valid};
  const std::size_t octets = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < octets) return invalid;
  char32_t value = lead & (0x7FU >> octets);
  for (std::size_t i = 1; i < octets; ++i) {
    if ((octet(text[i]) & 0xC0U) != 0x80) return invalid;
    value = value << 6 | (octet(text[i]) & 0x3FU);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[octets] || value > 0x10FFFF || is_surrogate(value)) return invalid;
  return {value, octets, code_point::kind::valid};
}

bool is_utf8(std::string_view text) noexcept {
  if (all_ascii(text)) return true;
  while (!text.empty()) {
    const code_point c = first_code_point(text);
    if (c.state == code_point::kind::invalid) return false;
    text.remove_prefix(c.octets);
  }
  return true;
}

void append_utf8(std::string& out, char32_t value) {
  if (value > 0x10FFFF || is_surrogate(value)) value = replacement;
  const auto put = [&out](char32_t v) { out += static_cast<char>(static_cast<unsigned char>(v)); };
  if (value < 0x80) return put(value);
  if (value < 0x800) {
    put(0xC0 | value >> 6);
  } else {
    if (value < 0x10000) {
      put(0xE0 | value >> 12);
    } else {
      put(0xF0 | value >> 18);
      put(0x80 | (value >> 12 & 0x3F));
    }
    put(0x80 | (value >> 6 & 0x3F));
  }
  put(0x80 | (value & 0x3F));
}

std::string to_valid_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const code_point c = first_code_point(text);
    append_utf8(out, c.value);
    text.remove_prefix(c.octets);
  }
  return out;
}

}  // namespace smtpscope::text
