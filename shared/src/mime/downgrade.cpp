#include "smtpscope/mime/downgrade.hpp"

#include <algorithm>
#include <vector>

#include "body.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/parameter.hpp"
#include "smtpscope/text/quoted_printable.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::string_view crlf = "\r\n";

bool has_long_line(std::string_view text) noexcept {
  while (text.size() > limits::header_line_must) {
    const std::size_t end = text.find_first_of("\r\n");
    if (std::min(end, text.size()) > limits::header_line_must) return true;
    text.remove_prefix(end + 1);
  }
  return false;
}

bool has_bare_line_end(std::string_view text) noexcept {
  for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos; at = text.find_first_of("\r\n", at)) {
    if (text.substr(at, 2) != crlf) return true;
    at += 2;
  }
  return false;
}

bool has_bare_cr(std::string_view text) noexcept {
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
    if (text.substr(at, 2) != crlf) return true;
  return false;
}

// Without the line ends, which only a part can judge.
transport_form width(std::string_view text) noexcept {
  if (text.find('\0') != std::string_view::npos || has_long_line(text)) return transport_form::binary;
  return text::all_ascii(text) ? transport_form::seven_bit : transport_form::eight_bit;
}

std::string_view body_of(std::string_view message, const part_range& part) noexcept {
  return message.substr(part.body_begin, part.end - part.body_begin);
}

transport_form width_of_leaf(std::string_view message, const read_part& leaf) noexcept {
  const std::string_view body = body_of(message, leaf);
  return leaf.encoding == "binary" && has_bare_line_end(body) ? transport_form::binary : width(body);
}

std::string_view label(transport_form form) noexcept {
  switch (form) {
    case transport_form::seven_bit: return "7bit";
    case transport_form::eight_bit: return "8bit";
    case transport_form::binary: return "binary";
  }
  return "binary";
}

bool is_multipart(const read_part& p) noexcept { return p.media_type.substr(0, 10) == "multipart/"; }
bool is_message(const read_part& p) noexcept { return p.media_type.substr(0, 8) == "message/"; }

error cannot(const char* why) { return {errc::unsupported, why}; }

// Whether the label of a part claims more than `carries`.
bool is_labelled_wider(const read_part& p, transport_form carries) noexcept {
  return (p.encoding == "8bit" && carries < transport_form::eight_bit) ||
         (p.encoding == "binary" && carries < transport_form::binary);
}

// Encodings of which the octets behind them are known.
bool is_known_encoding(std::string_view encoding) noexcept {
  for (const std::string_view known : {"7bit", "8bit", "binary", "quoted-printable", "base64"})
    if (encoding == known) return true;
  return false;
}

class converter {
 public:
  converter(std::string_view message, transport_form carries)
      : message_(message), carries_(carries), parts_(read(message).parts) {}

  result<std::string> convert() {
    if (parts_.size() >= read_parts) return error{errc::invalid_argument, "the message has more parts than are read"};
    if (status ok = write(0); !ok) return ok.why();
    // Whatever was overlooked does not leave as something it is not.
    if (needed_form(out_) > carries_) return cannot("the message cannot be written in a narrower form");
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<std::size_t> children_of(std::size_t index) const {
    std::vector<std::size_t> found;
    for (std::size_t i = index + 1;
         i < parts_.size() && parts_[i].begin >= parts_[index].begin && parts_[i].end <= parts_[index].end; ++i)
      if (parts_[i].parent == static_cast<int>(index)) found.push_back(i);
    return found;
  }

  status write(std::size_t index) {
    const read_part& part = parts_[index];
    if (status ok = check_header(part); !ok) return ok;
    if (part.media_type == "multipart/signed") return write_signed(part);
    const std::vector<std::size_t> children = children_of(index);
    if (children.empty()) return write_leaf(part);
    write_header(part, narrow_label(part));
    const std::size_t open = boundaries_.size();
    remember_boundary(part);
    std::size_t at = part.body_begin;
    for (std::size_t i = 0; i < children.size(); ++i) {
      write_before_child(part, at, parts_[children[i]].begin, i == 0);
      if (status ok = write(children[i]); !ok) return ok;
      at = parts_[children[i]].end;
    }
    write_behind_children(at, part.end);
    boundaries_.resize(open);
    return {};
  }

  // What the label of a part must become, "" when it may stay.
  [[nodiscard]] std::string_view narrow_label(const read_part& part) const noexcept {
    return is_labelled_wider(part, carries_) ? label(carries_) : std::string_view();
  }

  status check_header(const read_part& part) const {
    const std::string_view header = message_.substr(part.begin, part.body_begin - part.begin);
    if (part.headers.size() >= read_headers)
      return error{errc::invalid_argument, "a part has more header fields than are read"};
    if (header.find('\0') != std::string_view::npos || has_bare_cr(header))
      return error{errc::forbidden_character, "a NUL or a CR of its own stands in a header field"};
    if (carries_ == transport_form::seven_bit && !text::all_ascii(header))
      return cannot("a header field holds characters outside ASCII as they are, which only SMTPUTF8 carries");
    if (has_long_line(header)) return error{errc::invalid_header, "a line of the header is longer than 998 octets"};
    return {};
  }

  // What is signed is octets: a part written anew is another (RFC 1847 §2.1).
  status write_signed(const read_part& part) {
    const std::string_view body = body_of(message_, part);
    if (width(body) > carries_ || may_not_stay(body))
      return cannot("a part is signed, and encoding it anew would break the signature");
    write_header(part, narrow_label(part));
    out_ += with_crlf(body);
    return {};
  }

  status write_leaf(const read_part& part) {
    const std::string_view body = body_of(message_, part);
    if (width_of_leaf(message_, part) <= carries_ && !may_not_stay(body)) {
      write_header(part, narrow_label(part));
      out_ += with_crlf(body);
      return {};
    }
    if (is_multipart(part)) return cannot("a multipart is too wide, and its parts cannot be told apart");
    if (is_message(part) && part.media_type.substr(0, 14) != "message/global")
      return cannot("a part of the type message/* is too wide, and such a part is never encoded");
    if (!is_known_encoding(part.encoding)) return cannot("a part is too wide, and its encoding is not known");
    const bool is_text = part.media_type.substr(0, 5) == "text/";
    const std::string content = part.encoding == "base64"             ? text::base64_read(body)
                                : part.encoding == "quoted-printable" ? text::quoted_printable_read(body)
                                                                      : std::string(body);
    // Lines of text end in CRLF; octets that are no text, or say they are binary, are not touched. What
    // is a line is told after decoding: a CR of its own may stand within an encoded octet.
    const bool has_lines = is_text && part.encoding != "binary" && part.encoding != "base64";
    write_encoded(part, has_lines ? with_crlf(content) : content, is_text);
    return {};
  }

  // In quoted-printable where that is text and not longer, else in base64.
  void write_encoded(const read_part& part, std::string_view content, bool is_text) {
    if (is_text) {
      const std::string quoted = text::quoted_printable_encode(content);
      if (quoted.size() <= content.size() / 57 * 78 + 78 && !meets_boundary(quoted)) {
        write_header(part, "quoted-printable");
        out_ += quoted;
        return;
      }
    }
    write_header(part, "base64");
    std::string lines;
    text::append_base64_lines(lines, content);
    // The line end before a delimiter belongs to the delimiter.
    if (part.parent >= 0 && lines.size() >= 2) lines.resize(lines.size() - 2);
    out_ += lines;
  }

  // A CR of its own becomes a line end, behind which what was no delimiter may look like one.
  [[nodiscard]] bool may_not_stay(std::string_view body) const {
    return has_bare_cr(body) && meets_boundary(with_crlf(body));
  }

  // A soft line break may put what stood within a line at its start: no delimiter may come of that.
  [[nodiscard]] bool meets_boundary(std::string_view text) const noexcept {
    return std::any_of(boundaries_.begin(), boundaries_.end(), [text](const std::string& mark) {
      for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1))
        if (at == 0 || text[at - 1] == '\n') return true;
      return false;
    });
  }

  void remember_boundary(const read_part& part) {
    std::string type;
    for (const text::parameter& p : text::parse_parameters(part.header("Content-Type"), type))
      if (p.attribute == "boundary" && !p.value.empty()) boundaries_.push_back("--" + p.value);
  }

  // Delimiters: a CR of its own on such a line is a blank, not a line end.
  void write_gap(std::string_view gap) {
    if (!has_bare_cr(gap)) {
      out_ += with_crlf(gap);
      return;
    }
    std::string kept;
    for (std::size_t i = 0; i < gap.size(); ++i)
      if (gap[i] != '\r' || gap.substr(i, 2) == crlf) kept += gap[i];
    out_ += with_crlf(kept);
  }

  // From `begin` to where a child begins: a delimiter line, before the first child with what stands
  // before it.
  void write_before_child(const read_part& parent, std::size_t begin, std::size_t end, bool first) {
    std::string_view gap = message_.substr(begin, end - begin);
    if (first && is_multipart(parent) && (width(gap) > carries_ || has_bare_cr(gap))) {
      const std::size_t line = gap.substr(0, gap.size() - 1).rfind('\n');
      gap.remove_prefix(line == std::string_view::npos ? 0 : line + 1);
    }
    write_gap(gap);
  }

  // The last delimiter and what follows it.
  void write_behind_children(std::size_t begin, std::size_t end) {
    std::string_view gap = message_.substr(begin, end - begin);
    if (width(gap) > carries_ || has_bare_cr(gap)) {
      const std::size_t mark = gap.find("--");
      gap = gap.substr(0, std::min(gap.find('\n', mark), gap.size() - 1) + 1);
    }
    write_gap(gap);
  }

  // The header, its empty line included; with Content-Transfer-Encoding `encoding` unless that is "".
  void write_header(const read_part& part, std::string_view encoding) {
    if (encoding.empty()) {
      const std::string header = with_crlf(message_.substr(part.begin, part.body_begin - part.begin));
      out_ += header;
      // A body may begin with a line that is no field; what is written before it must not become one.
      const bool closed = header == crlf || (header.size() >= 4 && header.substr(header.size() - 4) == "\r\n\r\n");
      if (!closed && part.body_begin < part.end) out_ += crlf;
      return;
    }
    const std::size_t first = part.headers.empty() ? part.body_begin : part.headers.front().begin;
    const std::string_view before = message_.substr(part.begin, first - part.begin);  // a mailbox file's "From " line
    if (before.substr(0, 5) == "From ") write_line(before.substr(0, before.find('\n')));
    bool written = false;
    const auto write_encoding = [&] {
      if (!written) out_ += "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n";
      written = true;
    };
    for (const header_field& h : part.headers) {
      if (text::iequals(h.name, "Content-Transfer-Encoding"))
        write_encoding();
      else
        out_ += with_crlf(message_.substr(h.begin, h.end - h.begin));
    }
    const bool is_whole =
        part.parent < 0 || parts_[static_cast<std::size_t>(part.parent)].media_type == "message/rfc822";
    if (is_whole) write_mime_fields(part);
    write_encoding();
    out_ += crlf;
  }

  void write_line(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out_ += line;
    out_ += crlf;
  }

  // RFC 2045 §4: an encoding means something only in MIME. RFC 1428 has the charset for the rest.
  void write_mime_fields(const read_part& part) {
    if (part.header("MIME-Version").empty()) out_ += "MIME-Version: 1.0\r\n";
    if (!part.header("Content-Type").empty() || text::all_ascii(body_of(message_, part))) return;
    out_ += "Content-Type: text/plain; charset=";
    out_ += text::is_utf8(body_of(message_, part)) ? "utf-8\r\n" : "unknown-8bit\r\n";
  }

  std::string_view message_;
  transport_form carries_;
  std::vector<read_part> parts_;
  std::vector<std::string> boundaries_;  // "--" and the boundary of each multipart that is open
  std::string out_;
};

}  // namespace

transport_form needed_form(std::string_view message) {
  const transport_form form = width(message);
  if (form == transport_form::binary || !has_bare_line_end(message)) return form;
  const message_tree tree = read(message);
  const bool binary = std::any_of(tree.parts.begin(), tree.parts.end(), [&](const read_part& p) {
    return !is_multipart(p) && !is_message(p) && width_of_leaf(message, p) == transport_form::binary;
  });
  return binary ? transport_form::binary : form;
}

result<std::string> downgrade(std::string_view message, transport_form carries) {
  if (needed_form(message) <= carries) return std::string(message);
  return converter(message, carries).convert();
}

}  // namespace smtpscope::mime
