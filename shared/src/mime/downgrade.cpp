#include "smtpscope/mime/downgrade.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "body.hpp"
#include "labels.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/quoted_printable.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::string_view crlf = "\r\n";

bool starts_with(std::string_view text, std::string_view front) noexcept {
  return text.substr(0, front.size()) == front;
}

bool has_bare_line_end(std::string_view text) noexcept {
  for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos; at = text.find_first_of("\r\n", at)) {
    if (text.substr(at, 2) != crlf) return true;
    at += 2;
  }
  return false;
}

error cannot(const char* why) { return {errc::unsupported, why}; }
error unclear(const char* why) { return {errc::invalid_argument, why}; }

// The line at the front of `text` when it is the delimiter `mark`, with its line end; else "".
std::string_view delimiter_line(std::string_view text, std::string_view mark) noexcept {
  if (!starts_with(text, mark)) return {};
  const std::size_t rest = std::min(text.find_first_not_of(" \t", mark.size()), text.size());
  if (rest < text.size() && text.substr(rest, 2) != crlf) return {};
  return text.substr(0, std::min(rest + 2, text.size()));
}

class converter {
 public:
  explicit converter(std::string_view message) : message_(message), parts_(read(message).parts) {}

  result<std::string> convert() {
    if (parts_.size() >= read_parts) return unclear("the message has more parts than are read");
    if (status ok = write(0); !ok) return ok.why();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const noexcept {
    return message_.substr(begin, end - begin);
  }

  [[nodiscard]] std::vector<std::size_t> children_of(std::size_t index) const {
    std::vector<std::size_t> found;
    for (std::size_t i = index + 1; i < parts_.size() && parts_[i].parent >= static_cast<int>(index); ++i)
      if (parts_[i].parent == static_cast<int>(index)) found.push_back(i);
    return found;
  }

  status write(std::size_t index) {
    const read_part& part = parts_[index];
    if (const std::string_view all = between(part.begin, part.end); is_seven_bit(all)) {
      out_ += all;
      return {};
    }
    const auto labels = read_labels(message_, part);
    if (!labels) return labels.why();
    // RFC 1847 §2.1, §2.2: what is signed or encrypted is octets, and written anew it is another.
    if (part.media_type == "multipart/signed") return cannot("a part is signed, and encoding it would break that");
    if (part.media_type == "multipart/encrypted")
      return cannot("an encrypted part is too wide, and may not be touched");
    const std::vector<std::size_t> children = children_of(index);
    if (starts_with(part.media_type, "multipart/")) return write_multipart(part, *labels, children);
    if (!children.empty()) {  // message/rfc822, of which one message is all
      write_header(part, *labels, "7bit");
      return write(children.front());
    }
    return write_leaf(part, *labels);
  }

  status write_multipart(const read_part& part, const part_labels& labels, const std::vector<std::size_t>& children) {
    const error broken =
        unclear("the delimiters of a multipart that is too wide are not clear: one is missing or doubtful");
    if (children.empty() || labels.boundary.empty()) return broken;
    write_header(part, labels, "7bit");
    boundaries_.push_back("--" + labels.boundary);
    const std::string& mark = boundaries_.back();
    if (!write_opening(between(part.body_begin, parts_[children.front()].begin), mark)) return broken;
    for (std::size_t i = 0; i < children.size(); ++i) {
      const std::size_t end = parts_[children[i]].end;
      if (status ok = write(children[i]); !ok) return ok;
      const bool last = i + 1 == children.size();
      const std::string_view gap = between(end, last ? part.end : parts_[children[i + 1]].begin);
      if (last ? !write_closing(gap, boundaries_.back()) : !write_delimiter(gap, boundaries_.back())) return broken;
    }
    boundaries_.pop_back();
    return {};
  }

  // What stands before the first part: text for nobody and a delimiter.
  bool write_opening(std::string_view gap, const std::string& mark) {
    if (gap.size() < mark.size() + 2) return false;
    const std::size_t line_end = gap.rfind(crlf, gap.size() - 3);
    const std::size_t begin = line_end == std::string_view::npos ? 0 : line_end + 2;
    if (delimiter_line(gap.substr(begin), mark).size() != gap.size() - begin) return false;
    out_ += is_seven_bit(gap.substr(0, begin)) ? gap : gap.substr(begin);
    return true;
  }

  // The line end before a delimiter belongs to it; behind an empty part there may be none.
  bool write_delimiter(std::string_view gap, const std::string& mark) {
    const std::string_view line = starts_with(gap, crlf) ? gap.substr(2) : gap;
    if (delimiter_line(line, mark).size() != line.size() || line.empty()) return false;
    out_ += gap;
    return true;
  }

  // The last delimiter, and text for nobody.
  bool write_closing(std::string_view gap, const std::string& mark) {
    const std::string_view line = starts_with(gap, crlf) ? gap.substr(2) : gap;
    const std::string_view found = delimiter_line(line, mark + "--");
    if (found.empty()) return false;
    const std::string_view rest = line.substr(found.size());
    out_ += gap.substr(0, gap.size() - (is_seven_bit(rest) ? 0 : rest.size()));
    return true;
  }

  status write_leaf(const read_part& part, const part_labels& labels) {
    // RFC 2046 §5.2.1 forbids to encode message/*, RFC 6532 §3.7 allows it for message/global.
    if (starts_with(part.media_type, "message/") && !starts_with(part.media_type, "message/global"))
      return cannot("a part of the type message/* is too wide, and such a part is never encoded");
    const std::string_view body = between(part.body_begin, part.end);
    const bool is_lines = starts_with(part.media_type, "text/") && !text::iequals(labels.encoding, "binary") &&
                          body.find('\0') == std::string_view::npos && !has_bare_line_end(body);
    if (is_lines) {
      const std::string quoted = text::quoted_printable_encode(body);
      if (quoted.size() <= body.size() / 57 * 78 + 78 && !meets_boundary(quoted)) {
        write_header(part, labels, "quoted-printable");
        out_ += quoted;
        return {};
      }
    }
    write_header(part, labels, "base64");
    text::append_base64_lines(out_, body);
    if (part.parent >= 0) out_.resize(out_.size() - 2);  // a delimiter brings its own line end
    return {};
  }

  // A soft line break may put what stood within a line at its start: no delimiter may come of that.
  [[nodiscard]] bool meets_boundary(std::string_view text) const noexcept {
    return std::any_of(boundaries_.begin(), boundaries_.end(), [text](const std::string& mark) {
      return starts_with(text, mark) || text.find("\n" + mark) != std::string_view::npos;
    });
  }

  // A message of its own, not a part of one.
  [[nodiscard]] bool is_whole(const read_part& part) const noexcept {
    return part.parent < 0 || parts_[static_cast<std::size_t>(part.parent)].media_type == "message/rfc822";
  }

  // The header, its empty line included, with Content-Transfer-Encoding `encoding`.
  void write_header(const read_part& part, const part_labels& labels, std::string_view encoding) {
    const std::string field = "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n";
    for (const header_field& h : part.headers) {
      if (!text::iequals(h.name, "Content-Transfer-Encoding"))
        out_ += between(h.begin, h.end);
      else
        out_ += text::iequals(labels.encoding, encoding) ? between(h.begin, h.end) : std::string_view(field);
    }
    // RFC 2045 §4: an encoding means something only in MIME.
    if (is_whole(part) && !labels.has_version) out_ += "MIME-Version: 1.0\r\n";
    if (is_whole(part) && !labels.has_type) write_type(between(part.body_begin, part.end));
    if (labels.encoding.empty() && encoding != "7bit") out_ += field;
    out_ += crlf;
  }

  // RFC 1428 has a charset for what does not say its own.
  void write_type(std::string_view body) {
    if (text::all_ascii(body)) return;
    out_ += "Content-Type: text/plain; charset=";
    out_ += text::is_utf8(body) ? "utf-8\r\n" : "unknown-8bit\r\n";
  }

  std::string_view message_;
  std::vector<read_part> parts_;
  std::vector<std::string> boundaries_;  // "--" and the boundary of each multipart that is open
  std::string out_;
};

}  // namespace

bool is_seven_bit(std::string_view message) noexcept {
  if (!text::all_ascii(message) || message.find('\0') != std::string_view::npos || has_bare_line_end(message))
    return false;
  while (message.size() > limits::header_line_must) {
    const std::size_t end = std::min(message.find('\n'), message.size() + 1);
    if (end > limits::header_line_must + 1) return false;
    message.remove_prefix(end + 1);
  }
  return true;
}

result<std::string> downgrade(std::string_view message) {
  if (is_seven_bit(message)) return std::string(message);
  return converter(message).convert();
}

}  // namespace smtpscope::mime
