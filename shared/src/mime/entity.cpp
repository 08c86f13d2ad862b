#include "entity.hpp"

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::size_t seed_characters = 40;  // leaves room for the rest of a boundary's 70 (RFC 2046 §5.1.1)

std::size_t estimated_size(const entity& e) noexcept {
  std::size_t size = e.fields.size() + e.body.size() + e.octets.size() / 57 * 78 + 256;
  for (const entity& child : e.children) size += estimated_size(child);
  return size;
}

class writer {
 public:
  explicit writer(composed& out) : out_(out.bytes), parts_(out.parts) {}

  // Writes one part; a body that must end a line gets its CRLF when it has none.
  void write(const entity& e, int parent) {
    const auto index = static_cast<int>(parts_.size());
    parts_.push_back(e.about);
    part(index).parent = parent;
    part(index).begin = here();
    out_ += e.fields;
    out_ += "\r\n";
    part(index).body_begin = here();
    if (!e.children.empty()) {
      write_children(e, index);
    } else if (!e.octets.empty()) {
      text::append_base64_lines(out_, e.octets);
      drop_line_end(part(index));
    } else {
      out_ += e.body;
      if (e.about.encoding == "base64") drop_line_end(part(index));
    }
    if (parent < 0) end_line(part(index).body_begin);
    part(index).end = here();
  }

 private:
  void write_children(const entity& e, int index) {
    for (const entity& child : e.children) {
      // The CRLF before a delimiter belongs to the delimiter (RFC 2046 §5.1.1); behind the headers
      // their empty line serves.
      if (here() != part(index).body_begin) out_ += "\r\n";
      out_ += "--" + e.boundary + "\r\n";
      write(child, index);
    }
    out_ += "\r\n--" + e.boundary + "--";
  }

  // Within a multipart the delimiter brings the last CRLF of base64.
  void drop_line_end(const part_range& about) {
    if (about.parent >= 0 && out_.size() > about.body_begin) out_.resize(out_.size() - 2);
  }

  void end_line(std::size_t body_begin) {
    if (out_.size() > body_begin && out_.back() != '\n') out_ += "\r\n";
  }

  [[nodiscard]] std::uint32_t here() const noexcept { return static_cast<std::uint32_t>(out_.size()); }
  [[nodiscard]] part_range& part(int index) noexcept { return parts_[static_cast<std::size_t>(index)]; }

  std::string& out_;
  std::vector<part_range>& parts_;
};

bool occurs(const entity& e, std::string_view text) noexcept {
  if (e.body.find(text) != std::string::npos) return true;
  for (const entity& child : e.children)
    if (occurs(child, text)) return true;
  return false;
}

}  // namespace

composed write_entity(const entity& root) {
  composed out;
  out.bytes.reserve(estimated_size(root));
  writer(out).write(root, -1);
  return out;
}

std::string free_boundary(const entity& root, std::string_view seed) {
  std::string stem = "=_";
  for (const char c : seed)
    if (text::is_alnum(c) && stem.size() < seed_characters) stem += c;
  std::string candidate = stem;
  for (int n = 1; occurs(root, candidate); ++n) candidate = stem + "." + std::to_string(n);
  return candidate;
}

}  // namespace smtpscope::mime
