#include "smtpscope/text/parameter.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/charset.hpp"
#include "smtpscope/text/quoted_printable.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

// Pieces that are read of one field: looking them up is quadratic.
constexpr std::size_t parameter_pieces = 200;

// RFC 2231 §7: attribute-char.
bool is_attribute_char(char c) noexcept {
  return c > ' ' && c < 127 && std::string_view("*'%()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

// Values that every reader takes without quotation marks. A token may hold more, but some readers
// stumble over "*", "'" and "%", which RFC 2231 gave a meaning.
bool is_plain(std::string_view value) noexcept {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '+';
  });
}

std::string percent_encoded(std::string_view octets) {
  std::string out;
  for (const char c : octets) {
    const unsigned octet = static_cast<unsigned char>(c);
    if (is_attribute_char(c)) {
      out += c;
    } else {
      out += '%';
      out += to_hex_digit(octet >> 4);
      out += to_hex_digit(octet);
    }
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(static_cast<unsigned char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2])));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string ascii_form(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const code_point c = first_code_point(value);
    out += c.octets == 1 && c.state == code_point::kind::valid ? value.front() : '_';
    value.remove_prefix(c.octets);
  }
  return out;
}

// RFC 2231 §3 and §4: one piece, or numbered pieces when it is too long for a line.
void append_exact(std::vector<std::string>& out, std::string_view attribute, std::string_view value) {
  const std::string start = "UTF-8''";
  const std::string whole = std::string(attribute) + "*=" + start + percent_encoded(value);
  if (whole.size() <= limits::encoded_line) {
    out.push_back(whole);
    return;
  }
  for (std::size_t n = 0; !value.empty(); ++n) {
    std::string piece = std::string(attribute) + "*" + std::to_string(n) + "*=" + (n == 0 ? start : "");
    const std::size_t empty = piece.size();
    while (!value.empty()) {
      const std::size_t octets = first_code_point(value).octets;
      const std::string next = percent_encoded(value.substr(0, octets));
      if (piece.size() > empty && piece.size() + next.size() > limits::encoded_line) break;
      piece += next;
      value.remove_prefix(octets);
    }
    out.push_back(std::move(piece));
  }
}

// One piece as it stands: the attribute without its marks, the number of a continuation, and
// whether the value is percent-encoded.
struct piece {
  std::string attribute;
  int number = -1;  // -1: not a continuation
  enum class form { plain, exact } written = form::plain;
  std::string value;
};

void skip_blank(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

std::string take_value(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = text.substr(0, end);
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    text.remove_prefix(end);
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    if (text.front() != '\r' && text.front() != '\n') value += text.front();
    text.remove_prefix(1);
  }
  text.remove_prefix(std::min(text.find(';'), text.size()));
  return value;
}

// Takes "name*0*=" apart.
void set_name(piece& p, std::string_view name) {
  if (!name.empty() && name.back() == '*') {
    p.written = piece::form::exact;
    name.remove_suffix(1);
  }
  const std::size_t star = name.rfind('*');
  const std::string_view digits = star == std::string_view::npos ? "" : name.substr(star + 1);
  if (!digits.empty() && digits.size() <= 3 && std::all_of(digits.begin(), digits.end(), is_digit)) {
    p.number = 0;
    for (const char c : digits) p.number = p.number * 10 + (c - '0');
    name = name.substr(0, star);
  }
  p.attribute = to_lower(name);
}

std::vector<piece> split(std::string_view text) {
  std::vector<piece> pieces;
  while (!text.empty() && pieces.size() < parameter_pieces) {
    if (text.front() == ';') text.remove_prefix(1);
    skip_blank(text);
    const std::size_t end = std::min(text.find_first_of("=;"), text.size());
    std::string_view name = text.substr(0, end);
    name = name.substr(0, name.find_last_not_of(" \t\r\n") + 1);
    text.remove_prefix(end);
    if (text.empty() || text.front() == ';') continue;
    text.remove_prefix(1);
    skip_blank(text);
    piece p;
    p.value = take_value(text);
    set_name(p, name);
    if (is_token(p.attribute)) pieces.push_back(std::move(p));
  }
  return pieces;
}

// The first piece with this number, or nullptr.
const piece* numbered(const std::vector<const piece*>& parts, int number) {
  for (const piece* p : parts)
    if (p->number == number) return p;
  return nullptr;
}

// Joins the pieces of one attribute, whatever their order. Charset and language stand in the first
// (RFC 2231 §4.1). What follows a gap belongs to nothing; of pieces numbered alike the first counts.
std::string join(const std::vector<const piece*>& parts) {
  int number = parts.front()->number;
  for (const piece* p : parts) number = std::min(number, p->number);
  std::string charset;
  std::string octets;
  bool first = true;
  for (const piece* p = numbered(parts, number); p != nullptr; p = numbered(parts, ++number)) {
    std::string_view value = p->value;
    if (std::exchange(first, false) && p->written == piece::form::exact) {
      const std::size_t one = value.find('\'');
      const std::size_t two = one == std::string_view::npos ? one : value.find('\'', one + 1);
      if (two != std::string_view::npos) {
        charset = value.substr(0, one);
        value.remove_prefix(two + 1);
      }
    }
    octets += p->written == piece::form::exact ? percent_decoded(value) : std::string(value);
  }
  return to_utf8(octets, charset).value_or(to_valid_utf8(octets));
}

// The pieces that give the value: the exact form, else a continuation, else the plain one.
std::vector<const piece*> chosen(const std::vector<piece>& pieces, const std::string& attribute) {
  std::vector<const piece*> numbered;
  const piece* plain = nullptr;
  const piece* exact = nullptr;
  for (const piece& p : pieces) {
    if (p.attribute != attribute) continue;
    if (p.number >= 0) {
      numbered.push_back(&p);
    } else if (p.written == piece::form::exact) {
      exact = exact == nullptr ? &p : exact;
    } else {
      plain = plain == nullptr ? &p : plain;
    }
  }
  if (exact != nullptr) return {exact};
  if (!numbered.empty()) return numbered;
  return {plain};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 127 && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  });
}

std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<std::string> format_parameter(std::string_view attribute, std::string_view value) {
  const std::string start = std::string(attribute) + "=";
  if (is_plain(value)) return {start + std::string(value)};
  std::vector<std::string> out;
  // Readers that know both forms and take the first one shall take the exact one.
  if (!all_ascii(value)) append_exact(out, attribute, value);
  out.push_back(start + quoted_string(ascii_form(value)));
  return out;
}

std::vector<parameter> parse_parameters(std::string_view text, std::string& first) {
  skip_blank(text);
  const std::size_t end = std::min(text.find(';'), text.size());
  first = text.substr(0, end);
  first.erase(first.find_last_not_of(" \t\r\n") + 1);
  const std::vector<piece> pieces = split(text.substr(end));
  std::vector<parameter> out;
  for (const piece& p : pieces) {
    if (std::any_of(out.begin(), out.end(), [&](const parameter& done) { return done.attribute == p.attribute; }))
      continue;
    out.push_back({p.attribute, join(chosen(pieces, p.attribute))});
  }
  return out;
}

}  // namespace smtpscope::text
