#include "smtpscope/mime/reader.hpp"

#include <algorithm>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/charset.hpp"
#include "smtpscope/text/encoded_word.hpp"
#include "smtpscope/text/parameter.hpp"
#include "smtpscope/text/quoted_printable.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::size_t longest_shown_value = 64 * 1024;  // of one header field

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// UTF-8 that is safe to show: a tab is a space, other control characters become U+FFFD.
std::string shown(std::string_view value) {
  std::string out;
  for (const char c : text::to_valid_utf8(value)) {
    if (c == '\t')
      out += ' ';
    else if (text::is_control(c))
      text::append_utf8(out, 0xFFFD);
    else
      out += c;
  }
  return out;
}

// RFC 5322 §2.2.3: unfolding takes the line ends away and leaves the blanks.
std::string unfolded(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool line_end = value[i] == '\n' || value.substr(i, 2) == "\r\n";
    if (!line_end)
      out += value[i];
    else if (value[i] == '\r')
      ++i;
  }
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  out.erase(0, std::min(out.find_first_not_of(" \t"), out.size()));
  return out;
}

// Offset behind the line that begins at `begin`, with its line end.
std::size_t line_end(std::string_view text, std::size_t begin) noexcept {
  const std::size_t lf = text.find('\n', begin);
  return lf == std::string_view::npos ? text.size() : lf + 1;
}

bool is_empty_line(std::string_view line) noexcept { return line == "\n" || line == "\r\n"; }

// Length of the field name at the front of `line`, 0 when there is none.
std::size_t name_length(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] != ':' && line[n] != '\n' && !is_blank(line[n])) ++n;
  std::size_t colon = n;
  while (colon < line.size() && is_blank(line[colon])) ++colon;  // obsolete: a blank before the colon
  return n > 0 && colon < line.size() && line[colon] == ':' ? n : 0;
}

// A header field that begins somewhere: length of its name, 0 when there is none, and the offset behind it.
struct field_range {
  std::size_t name = 0;
  std::size_t end = 0;
};
field_range field_at(std::string_view text, std::size_t begin) noexcept {
  const std::size_t first_end = line_end(text, begin);
  field_range field{name_length(text.substr(begin, first_end - begin)), first_end};
  if (field.name == 0) return field;
  while (field.end < text.size() && is_blank(text[field.end])) field.end = line_end(text, field.end);
  return field;
}

// Where the header begins: mailbox files put a line before a message.
std::size_t first_line(std::string_view text, std::size_t begin) noexcept {
  return text.substr(begin, 5) == "From " ? line_end(text, begin) : begin;
}

std::string value_of(std::string_view field, std::size_t colon) {
  return unfolded(field.substr(colon + 1, longest_shown_value));
}

// Where a part lies and what its header says, as read so far.
class tree_reader {
 public:
  tree_reader(std::string_view message, message_tree& out) : message_(message), parts_(out.parts) {}

  void read(std::size_t begin, std::size_t end, int parent, int depth, std::string_view default_type) {
    const std::size_t index = parts_.size();
    parts_.emplace_back();
    read_part& part = parts_.back();
    part.begin = static_cast<std::uint32_t>(begin);
    part.end = static_cast<std::uint32_t>(end);
    part.parent = parent;
    std::string content_type(default_type);
    std::string disposition;
    part.body_begin = static_cast<std::uint32_t>(read_headers_of(part, content_type, disposition));
    const std::string boundary = describe(part, content_type, disposition, default_type);
    if (depth >= read_depth) return;
    // `part` may move when children are added.
    const std::size_t body = part.body_begin;
    if (part.media_type == "message/rfc822" && has_plain_body(part)) {
      if (parts_.size() < read_parts) read(body, end, static_cast<int>(index), depth + 1, "text/plain");
    } else if (!boundary.empty()) {
      const bool digest = part.media_type == "multipart/digest";
      read_children(body, end, boundary, static_cast<int>(index), depth, digest ? "message/rfc822" : "text/plain");
    }
  }

 private:
  // Reads fields up to the empty line or the first line that is none; returns where the body begins.
  std::size_t read_headers_of(read_part& part, std::string& content_type, std::string& disposition) {
    const std::string_view text = message_.substr(0, part.end);
    std::size_t at = first_line(text, part.begin);
    while (at < text.size()) {
      const field_range field = field_at(text, at);
      if (field.name == 0) return is_empty_line(text.substr(at, field.end - at)) ? field.end : at;
      add_header(part, at, field.name, field.end, content_type, disposition);
      at = field.end;
    }
    return at;
  }

  void add_header(read_part& part, std::size_t begin, std::size_t name, std::size_t end, std::string& content_type,
                  std::string& disposition) {
    if (part.headers.size() >= read_headers) return;
    const std::string_view field = message_.substr(begin, end - begin);
    const std::size_t colon = field.find(':');
    const std::string value = value_of(field, colon);
    header_field h;
    h.name = shown(field.substr(0, name));
    h.value = shown(text::decode_words(value));
    h.begin = static_cast<std::uint32_t>(begin);
    h.end = static_cast<std::uint32_t>(end);
    // The first of each counts. Parameters are read before encoded words are decoded: those could
    // bring quotation marks and semicolons that are none.
    const auto first = [&](std::string_view known) {
      return text::iequals(h.name, known) && part.header(known).empty();
    };
    if (first("Content-Type")) content_type = value;
    if (first("Content-Disposition")) disposition = value;
    part.headers.push_back(std::move(h));
  }

  // Fills in what the header says about the body, and returns the boundary of a multipart.
  static std::string describe(read_part& part, const std::string& content_type, const std::string& disposition,
                              std::string_view default_type) {
    std::string type;
    std::string boundary;
    part.charset = "us-ascii";
    for (const text::parameter& p : text::parse_parameters(content_type, type)) {
      if (p.attribute == "charset") part.charset = text::to_lower(shown(p.value));
      if (p.attribute == "boundary") boundary = p.value;
      if (p.attribute == "name") part.file_name = shown(text::decode_words(p.value));
    }
    const std::size_t slash = type.find('/');
    const bool legal = slash != std::string::npos && text::is_token(std::string_view(type).substr(0, slash)) &&
                       text::is_token(std::string_view(type).substr(slash + 1));
    part.media_type = legal ? text::to_lower(type) : std::string(default_type);
    std::string place;
    for (const text::parameter& p : text::parse_parameters(disposition, place))
      if (p.attribute == "filename" && !p.value.empty()) part.file_name = shown(text::decode_words(p.value));
    std::string encoding;
    (void)text::parse_parameters(part.header("Content-Transfer-Encoding"), encoding);
    part.encoding = encoding.empty() ? "7bit" : text::to_lower(encoding);
    std::string_view id = part.header("Content-ID");
    if (!id.empty() && id.front() == '<') id.remove_prefix(1);
    part.content_id = id.substr(0, id.find('>'));
    if (part.media_type.substr(0, 10) != "multipart/") boundary.clear();
    return boundary;
  }

  // RFC 2045 §6.4: parts that hold parts are never encoded; one that claims to be is left alone.
  static bool has_plain_body(const read_part& part) noexcept {
    return part.encoding == "7bit" || part.encoding == "8bit" || part.encoding == "binary";
  }

  // A delimiter line (RFC 2046 §5.1.1).
  struct delimiter {
    std::size_t begin = std::string_view::npos;  // of the two hyphens
    std::size_t end = 0;                         // behind its line end
    enum class kind { between, last } what = kind::between;
  };

  [[nodiscard]] delimiter find_delimiter(std::size_t from, std::size_t end, const std::string& mark) const noexcept {
    const std::string_view text = message_.substr(0, end);
    for (std::size_t at = text.find(mark, from); at != std::string_view::npos; at = text.find(mark, at + 1)) {
      if (at != from && text[at - 1] != '\n') continue;
      delimiter found;
      found.begin = at;
      std::size_t rest = at + mark.size();
      if (text.substr(rest, 2) == "--") {
        found.what = delimiter::kind::last;
        rest += 2;
      }
      found.end = line_end(text, rest);
      std::string_view tail = text.substr(rest, found.end - rest);
      tail = tail.substr(0, tail.find_last_not_of(" \t\r\n") + 1);
      if (tail.empty() || found.what == delimiter::kind::last) return found;
    }
    return {};
  }

  // Offset of the line end before a delimiter, which belongs to the delimiter.
  [[nodiscard]] std::size_t without_line_end(std::size_t begin, std::size_t end) const noexcept {
    if (end > begin && message_[end - 1] == '\n') --end;
    if (end > begin && message_[end - 1] == '\r') --end;
    return end;
  }

  void read_children(std::size_t begin, std::size_t end, const std::string& boundary, int parent, int depth,
                     std::string_view default_type) {
    const std::string mark = "--" + boundary;
    delimiter open = find_delimiter(begin, end, mark);
    while (open.begin != std::string_view::npos && open.what == delimiter::kind::between &&
           parts_.size() < read_parts) {
      const delimiter next = find_delimiter(open.end, end, mark);
      // A message that was cut off has no last delimiter.
      const std::size_t child_end = next.begin == std::string_view::npos ? end : without_line_end(open.end, next.begin);
      read(open.end, child_end, parent, depth + 1, default_type);
      open = next;
    }
  }

  std::string_view message_;
  std::vector<read_part>& parts_;
};

}  // namespace

std::string_view read_part::header(std::string_view name) const noexcept {
  for (const header_field& h : headers)
    if (text::iequals(h.name, name)) return h.value;
  return {};
}

std::string first_header(std::string_view message, std::string_view name) {
  std::size_t at = first_line(message, 0);
  while (at < message.size()) {
    const field_range field = field_at(message, at);
    if (field.name == 0) break;
    const std::string_view text = message.substr(at, field.end - at);
    if (text::iequals(text.substr(0, field.name), name))
      return shown(text::decode_words(value_of(text, text.find(':'))));
    at = field.end;
  }
  return {};
}

message_tree read(std::string_view message) {
  message_tree tree;
  tree_reader(message, tree).read(0, message.size(), -1, 0, "text/plain");
  return tree;
}

std::string decoded_body(std::string_view message, const part_range& part) {
  if (part.body_begin > part.end || part.end > message.size()) return {};
  const std::string_view body = message.substr(part.body_begin, part.end - part.body_begin);
  if (part.encoding == "base64") return text::base64_read(body);
  if (part.encoding == "quoted-printable") return text::quoted_printable_read(body);
  return std::string(body);
}

std::string decoded_text(std::string_view message, const read_part& part) {
  const std::string body = decoded_body(message, part);
  return text::to_utf8(body, part.charset).value_or(text::to_valid_utf8(body));
}

}  // namespace smtpscope::mime
