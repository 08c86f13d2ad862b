#include "labels.hpp"

#include <algorithm>

#include "smtpscope/mime/downgrade.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/parameter.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::size_t longest_boundary = 70;  // RFC 2046 §5.1.1

error wrong(const char* why) { return {errc::invalid_header, why}; }

// RFC 5322 §2.2.3: the value without line ends and the blanks around it.
std::string value_of(std::string_view field, std::size_t name) {
  std::string value;
  for (const char c : field.substr(name + 1))
    if (c != '\r' && c != '\n') value += c;
  value.erase(value.find_last_not_of(" \t") + 1);
  value.erase(0, value.find_first_not_of(" \t"));
  return value;
}

status check_header(std::string_view message, const read_part& part) {
  const std::string_view header = message.substr(part.begin, part.body_begin - part.begin);
  if (part.headers.size() >= read_headers)
    return error{errc::invalid_argument, "a part has more header fields than are read"};
  if (!text::all_ascii(header))
    return error{errc::unsupported, "a header field holds characters outside ASCII, which only SMTPUTF8 carries"};
  if (!is_seven_bit(header))
    return wrong("a header has a line of more than 998 octets, a NUL, or a CR or LF of its own");
  const bool closed = part.headers.empty()
                          ? header == "\r\n"
                          : part.headers.front().begin == part.begin && part.headers.back().end + 2 == part.body_begin;
  if (!closed) return wrong("a header holds a line that is no field, or does not end in an empty line");
  return {};
}

// RFC 2046 §5.1.1: bchars, of which the last is no space.
bool is_boundary(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_boundary && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return text::is_alnum(c) || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
         });
}

// Whether the attribute stands there once and in its plain form: of two, readers take either, and not
// all know those of RFC 2231.
bool is_named_once(std::string_view lower) noexcept {
  int n = 0;
  for (std::size_t at = lower.find("boundary"); at != std::string_view::npos; at = lower.find("boundary", at + 1)) {
    const std::size_t behind = lower.find_first_not_of(" \t", at + 8);
    if (behind == std::string_view::npos) continue;
    if (lower[behind] == '*') return false;
    if (lower[behind] == '=') ++n;
  }
  return n == 1;
}

status read_type(const std::string& value, const read_part& part, part_labels& out) {
  out.has_type = true;
  std::string type;
  const auto parameters = text::parse_parameters(value, type);
  if (text::to_lower(type) != part.media_type) return wrong("a Content-Type names no type");
  for (const text::parameter& p : parameters)
    if (p.attribute == "boundary" && is_boundary(p.value) && is_named_once(text::to_lower(value)))
      out.boundary = p.value;
  return {};
}

status read_encoding(const std::string& value, part_labels& out) {
  if (!text::iequals(value, "7bit") && !text::iequals(value, "8bit") && !text::iequals(value, "binary"))
    return error{errc::unsupported, "a part is too wide for what its Content-Transfer-Encoding says"};
  out.encoding = value;
  return {};
}

}  // namespace

result<part_labels> read_labels(std::string_view message, const read_part& part) {
  if (status ok = check_header(message, part); !ok) return ok.why();
  part_labels out;
  for (const header_field& h : part.headers) {
    const bool version = text::iequals(h.name, "MIME-Version");
    const bool type = text::iequals(h.name, "Content-Type");
    const bool encoding = text::iequals(h.name, "Content-Transfer-Encoding");
    if (!version && !type && !encoding) continue;
    const std::string_view field = message.substr(h.begin, h.end - h.begin);
    if (field[h.name.size()] != ':') return wrong("a blank stands between the name of a field of MIME and its colon");
    if (version ? out.has_version : type ? out.has_type : !out.encoding.empty())
      return wrong("a header names a field of MIME twice");
    const std::string value = value_of(field, h.name.size());
    if (value.empty()) return wrong("a header names a field of MIME without a value");
    if (version) out.has_version = true;
    if (type)
      if (status ok = read_type(value, part, out); !ok) return ok.why();
    if (encoding)
      if (status ok = read_encoding(value, out); !ok) return ok.why();
  }
  return out;
}

}  // namespace smtpscope::mime
