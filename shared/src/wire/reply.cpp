#include "smtpscope/wire/reply.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::wire {
namespace {

constexpr std::size_t code_digits = 3;

error malformed(std::string detail) { return {errc::malformed_reply, std::move(detail)}; }

// Reads one number of RFC 3463 §2 (no leading zero, at most three digits) off the front.
std::optional<std::uint16_t> take_number(std::string_view& text) noexcept {
  std::size_t n = 0;
  unsigned value = 0;
  while (n < text.size() && n < 4 && text::is_digit(text[n]))
    value = value * 10 + static_cast<unsigned>(text[n++] - '0');
  if (n == 0 || n > 3 || (n > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(n);
  return static_cast<std::uint16_t>(value);
}

bool take_dot(std::string_view& text) noexcept {
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

struct found_code {
  enhanced_code code;
  std::size_t octets;  // without the space behind it
};

// RFC 2034 §4: the enhanced code stands first in the text and its class equals the code's first digit.
std::optional<found_code> find_enhanced(std::string_view text, int code) noexcept {
  std::string_view rest = text;
  const auto klass = take_number(rest);
  if (!klass || *klass != code / 100 || (*klass != 2 && *klass != 4 && *klass != 5) || !take_dot(rest))
    return std::nullopt;
  const auto subject = take_number(rest);
  if (!subject || !take_dot(rest)) return std::nullopt;
  const auto detail = take_number(rest);
  if (!detail || (!rest.empty() && rest.front() != ' ')) return std::nullopt;
  return found_code{{*klass, *subject, *detail}, text.size() - rest.size()};
}

// RFC 2034 §4 leaves enhanced codes out of the greeting and of replies to EHLO. Servers that
// refuse at that point send them all the same, so only positive replies there have none.
bool may_have_enhanced(int code, reply_context context) noexcept {
  return context == reply_context::ordinary || code >= 400;
}

// One line of a reply, taken apart; offsets count from the line's start.
struct line_parts {
  int code = 0;
  bool more = false;          // a hyphen: further lines follow
  std::size_t separator = 0;  // octets: 0 or 1
  std::optional<found_code> enhanced;
  std::string_view text;  // without the enhanced code
  std::size_t text_begin = 0;
};

result<line_parts> split_line(std::string_view line, reply_context context) {
  if (line.size() < 2 || line.substr(line.size() - 2) != "\r\n")
    return malformed("a line of the reply does not end in CRLF");
  const std::string_view content = line.substr(0, line.size() - 2);
  if (content.size() < code_digits || !std::all_of(content.begin(), content.begin() + code_digits, text::is_digit))
    return malformed("the reply does not begin with three digits");
  line_parts p;
  p.code = (content[0] - '0') * 100 + (content[1] - '0') * 10 + (content[2] - '0');
  if (p.code < 200 || p.code > 559) return malformed("the reply code is outside 200 to 559");
  if (content.size() > code_digits) {
    const char separator = content[code_digits];
    if (separator != ' ' && separator != '-')
      return malformed("the reply code is followed by neither a space nor a hyphen");
    p.separator = 1;
    p.more = separator == '-';
  }
  p.text_begin = code_digits + p.separator;
  p.text = content.substr(p.text_begin);
  if (std::any_of(p.text.begin(), p.text.end(), [](char c) { return text::is_control(c) && c != '\t'; }))
    return malformed("a control character stands in the reply");
  if (!may_have_enhanced(p.code, context)) return p;
  p.enhanced = find_enhanced(p.text, p.code);
  if (p.enhanced) {
    const std::size_t skip = std::min(p.enhanced->octets + 1, p.text.size());
    p.text_begin += skip;
    p.text.remove_prefix(skip);
  }
  return p;
}

class field_writer {
 public:
  field_writer(std::vector<field>& fields, std::size_t offset) : fields_(fields), offset_(offset) {}
  int add(std::size_t begin, std::size_t end, std::string_view what, int parent) {
    fields_.push_back({static_cast<std::uint32_t>(offset_ + begin), static_cast<std::uint32_t>(offset_ + end),
                       std::string(what), parent});
    return static_cast<int>(fields_.size()) - 1;
  }

 private:
  std::vector<field>& fields_;
  std::size_t offset_;
};

// RFC 5321 §4.1.1.1: ehlo-keyword, then its parameters. "AUTH=" is an old spelling of "AUTH ".
void add_extension(field_writer& out, const line_parts& p, int line) {
  const std::size_t end = p.text_begin + p.text.size();
  const int extension = out.add(p.text_begin, end, "extension", line);
  const std::size_t keyword = std::min(p.text.find_first_of(" ="), p.text.size());
  out.add(p.text_begin, p.text_begin + keyword, "keyword", extension);
  if (keyword + 1 < p.text.size()) out.add(p.text_begin + keyword + 1, end, "argument", extension);
}

// Appends the fields of a line that starts at `offset` of the whole reply.
void add_fields(std::vector<field>& fields, std::size_t offset, std::string_view line, const line_parts& p,
                bool extension) {
  field_writer out(fields, offset);
  const int whole = out.add(0, line.size(), "line", -1);
  out.add(0, code_digits, "code", whole);
  const std::size_t after_code = code_digits + p.separator;
  if (p.separator != 0) out.add(code_digits, after_code, "separator", whole);
  if (p.enhanced) out.add(after_code, after_code + p.enhanced->octets, "enhanced_code", whole);
  if (!p.text.empty()) {
    if (extension)
      add_extension(out, p, whole);
    else
      out.add(p.text_begin, p.text_begin + p.text.size(), "text", whole);
  }
  out.add(line.size() - 2, line.size(), "crlf", whole);
}

bool is_extension_line(reply_context context, int code, std::size_t lines_before) noexcept {
  return context == reply_context::ehlo && code / 100 == 2 && lines_before > 0;
}

}  // namespace

std::string enhanced_code::text() const {
  return std::to_string(klass) + "." + std::to_string(subject) + "." + std::to_string(detail);
}

std::string reply::text() const {
  std::string out;
  for (const std::string& line : lines) {
    if (!out.empty()) out += ' ';
    out += line;
  }
  return out;
}

std::optional<result<received_reply>> reply_parser::feed(std::string_view line, reply_context context) {
  const auto fail = [this](error why) {
    *this = reply_parser();
    return result<received_reply>(std::move(why));
  };
  auto parts = split_line(line, context);
  if (!parts) return fail(parts.why());
  if (inside() && parts->code != value_.code) return fail(malformed("the lines of one reply have different codes"));
  if (line.size() > limits::accepted_reply_line_octets || value_.lines.size() == limits::accepted_reply_lines ||
      bytes_.size() + line.size() > limits::accepted_reply_octets)
    return fail({errc::reply_too_long, "the reply is longer than " + std::to_string(limits::accepted_reply_lines) +
                                           " lines or " + std::to_string(limits::accepted_reply_octets) + " octets"});
  value_.code = parts->code;
  if (!value_.enhanced && parts->enhanced) value_.enhanced = parts->enhanced->code;
  add_fields(fields_, bytes_.size(), line, *parts, is_extension_line(context, parts->code, value_.lines.size()));
  value_.lines.emplace_back(parts->text);
  bytes_.append(line);
  if (parts->more) return std::nullopt;
  received_reply done{std::move(value_), std::move(bytes_), std::move(fields_)};
  *this = reply_parser();
  return result<received_reply>(std::move(done));
}

namespace {

// `line` with "?" for what may not be sent: controls, and octets that are no text.
std::string sendable(std::string_view line, utf8 beyond_ascii) {
  std::string out;
  for (;;) {
    std::size_t plain = 0;
    while (plain < line.size() && ((line[plain] >= ' ' && line[plain] < 0x7F) || line[plain] == '\t')) ++plain;
    out.append(line.substr(0, plain));
    line.remove_prefix(plain);
    if (line.empty()) return out;
    const text::code_point c = text::first_code_point(line);
    const bool control = c.value < ' ' || (c.value >= 0x7F && c.value < 0xA0);
    const bool legal = c.state == text::code_point::kind::valid && (c.value < 0x7F || beyond_ascii == utf8::allowed);
    out.append(legal && !control ? line.substr(0, c.octets) : std::string_view{"????", c.octets});
    line.remove_prefix(c.octets);
  }
}

// The end of a line that has room up to `at`, no code point cut in two.
std::size_t cut_before(std::string_view line, std::size_t at) noexcept {
  if (at >= line.size()) return line.size();
  while ((static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

}  // namespace

std::string format_reply(const reply& value, utf8 beyond_ascii) {
  const std::string code = std::to_string(value.code);
  std::string prefix;
  if (value.enhanced && value.enhanced->klass == value.code / 100) prefix = value.enhanced->text() + " ";
  const std::size_t room = limits::reply_line_octets - code.size() - 1 - prefix.size() - 2;
  std::string out;
  std::size_t last = 0;  // where the last line begins
  const auto add = [&](std::string_view words) {
    last = out.size();
    out.append(code).append("-").append(prefix).append(words).append("\r\n");
  };
  for (const std::string& line : value.lines) {
    const std::string words = sendable(line, beyond_ascii);
    std::size_t begin = 0;
    do {
      const std::size_t end = cut_before(words, begin + room);
      add(std::string_view(words).substr(begin, end - begin));
      begin = end;
    } while (begin < words.size());
  }
  if (out.empty()) add({});
  out[last + code.size()] = ' ';
  return out;
}

std::vector<field> reply_fields(std::string_view bytes, reply_context context) {
  std::vector<field> fields;
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < bytes.size(); ++lines) {
    const std::size_t crlf = bytes.find("\r\n", begin);
    if (crlf == std::string_view::npos) break;
    const std::string_view line = bytes.substr(begin, crlf + 2 - begin);
    const auto parts = split_line(line, context);
    if (!parts) break;
    add_fields(fields, begin, line, *parts, is_extension_line(context, parts->code, lines));
    begin = crlf + 2;
  }
  return fields;
}

}  // namespace smtpscope::wire
