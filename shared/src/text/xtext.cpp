#include "smtpscope/text/xtext.hpp"

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

// -1 for what is no upper-case hexadecimal digit.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// xchar of RFC 3461 §4: "!" to "~" without "+" and "=".
constexpr bool is_xchar(char c) noexcept { return c > ' ' && c < 127 && c != '+' && c != '='; }

error wrong(const char* detail) { return {errc::invalid_encoding, detail}; }

void append_code_point(std::string& out, char32_t value) {
  out += "\\x{";
  int shift = value > 0xFFFFF ? 20 : value > 0xFFFF ? 16 : value > 0xFFF ? 12 : value > 0xFF ? 8 : 4;
  for (; shift >= 0; shift -= 4) out += hex_digits[value >> static_cast<unsigned>(shift) & 0xFU];
  out += '}';
}

// Takes "\x{HEX}" from the front: at least two digits, no needless zero, no surrogate, and nothing
// that could stand for itself (RFC 6533 §3, HEXPOINT).
bool take_code_point(std::string_view& text, std::string& out) {
  const std::size_t close = text.substr(0, 10).find('}');
  if (text.substr(0, 3) != "\\x{" || close == std::string_view::npos) return false;
  const std::string_view digits = text.substr(3, close - 3);
  if (digits.size() < 2 || digits.size() > 6 || (digits.size() > 2 && digits.front() == '0')) return false;
  char32_t value = 0;
  for (const char c : digits) {
    if (hex_value(c) < 0) return false;
    value = value << 4 | static_cast<char32_t>(hex_value(c));
  }
  const bool needed = value == ' ' || value == '+' || value == '=' || value == '\\' || value >= 0xA0;
  if (!needed || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
  append_utf8(out, value);
  text.remove_prefix(close + 1);
  return true;
}

}  // namespace

std::string xtext_encode(std::string_view octets) {
  std::string out;
  out.reserve(octets.size());
  for (const char c : octets) {
    if (is_xchar(c)) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '+';
    out += hex_digits[octet >> 4U];
    out += hex_digits[octet & 0xFU];
  }
  return out;
}

result<std::string> xtext_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      if (!is_xchar(text[i])) return wrong("a character stands in the xtext that must be written as + and two digits");
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return wrong("a + in the xtext is not followed by two upper-case hexadecimal digits");
    out += static_cast<char>(static_cast<unsigned char>(high << 4 | low));
    i += 2;
  }
  return out;
}

std::string unitext_encode(std::string_view address, unitext form) {
  std::string out;
  out.reserve(address.size());
  while (!address.empty()) {
    const code_point c = first_code_point(address);
    const bool itself = c.value < 0x80 ? is_xchar(address.front()) && c.value != '\\' : form == unitext::utf8;
    if (itself)
      out.append(address.substr(0, c.octets));
    else
      append_code_point(out, c.value);
    address.remove_prefix(c.octets);
  }
  return out;
}

result<std::string> unitext_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() == '\\') {
      if (!take_code_point(text, out)) return wrong("a \\ in the address is not the start of a legal \\x{HEX}");
      continue;
    }
    const code_point c = first_code_point(text);
    const bool legal = c.value < 0x80 ? is_xchar(text.front()) : c.state == code_point::kind::valid && c.value >= 0xA0;
    if (!legal) return wrong("a character stands in the address that must be written as \\x{HEX}");
    out.append(text.substr(0, c.octets));
    text.remove_prefix(c.octets);
  }
  return out;
}

}  // namespace smtpscope::text
