#include "smtpscope/text/quoted_printable.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

void append_escaped(std::string& out, char c) {
  const unsigned octet = static_cast<unsigned char>(c);
  out += '=';
  out += to_hex_digit(octet >> 4);
  out += to_hex_digit(octet);
}

// Encodes one line without its line break.
void encode_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    const std::size_t octets = is_ascii(c) ? 1 : first_code_point(line.substr(i)).octets;
    const bool last = i + octets == line.size();
    const bool blank = c == ' ' || c == '\t';
    const bool from = c == 'F' && i == 0 && line.substr(0, 5) == "From ";
    const bool plain = !from && (blank ? !last : c > ' ' && c < 127 && c != '=');
    const std::size_t width = plain ? 1 : 3 * octets;
    // A soft line break needs a place for its "=".
    if (column + width > limits::encoded_line - (last ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    if (plain) {
      out += c;
    } else {
      for (const char octet : line.substr(i, octets)) append_escaped(out, octet);
    }
    column += width;
    i += octets;
  }
}

// Decodes the escape or soft line break at the front of `rest` and removes it. False when there is
// none; then only the "=" is removed and copied.
bool take_escape(std::string& out, std::string_view& rest) {
  if (rest.size() >= 3 && hex_digit(rest[1]) >= 0 && hex_digit(rest[2]) >= 0) {
    out += static_cast<char>(static_cast<unsigned char>(hex_digit(rest[1]) << 4 | hex_digit(rest[2])));
    rest.remove_prefix(3);
    return true;
  }
  const std::size_t end = std::min(rest.find_first_not_of(" \t", 1), rest.size());  // RFC 2045 §6.7 (3)
  const std::string_view line_end = rest.substr(end);
  if (line_end.empty() || line_end.front() == '\n' || line_end.substr(0, 2) == "\r\n") {
    rest.remove_prefix(end + (line_end.empty() ? 0 : line_end.front() == '\n' ? 1 : 2));
    return true;
  }
  out += '=';
  rest.remove_prefix(1);
  return false;
}

// True when all of `text` was legal.
bool decode(std::string& out, std::string_view text) {
  bool legal = true;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t special = std::min(text.find_first_of("=\r\n"), text.size());
    std::string_view plain = text.substr(0, special);
    text.remove_prefix(special);
    // White space that transport may have added at the end of a line is no content.
    if (text.empty() || text.front() != '=') plain = plain.substr(0, plain.find_last_not_of(" \t") + 1);
    out.append(plain);
    if (text.empty()) break;
    if (text.front() == '=') {
      legal = take_escape(out, text) && legal;
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return legal;
}

}  // namespace

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char low = to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

char to_hex_digit(unsigned value) noexcept { return "0123456789ABCDEF"[value & 15]; }

std::string quoted_printable_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (;;) {
    const std::size_t crlf = text.find("\r\n");
    encode_line(out, text.substr(0, crlf));
    if (crlf == std::string_view::npos) return out;
    out += "\r\n";
    text.remove_prefix(crlf + 2);
  }
}

result<std::string> quoted_printable_decode(std::string_view text) {
  std::string out;
  if (!decode(out, text))
    return error{errc::invalid_encoding, "an \"=\" is followed by neither two digits nor a line end"};
  return out;
}

std::string quoted_printable_read(std::string_view text) {
  std::string out;
  decode(out, text);
  return out;
}

}  // namespace smtpscope::text
