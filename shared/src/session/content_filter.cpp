#include "smtpscope/session/content_filter.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::session {

// Clean content is only searched: for LFs, and between two of them for a CR. It is written anew only
// where something is to be normalised.
void content_filter::take(std::string& piece) {
  if (piece.empty()) return;
  scan_octets(piece);
  const std::string_view text = piece;
  const bool rewrite = rules_.newlines == bare_newlines::normalize;
  const std::uint64_t before = found_.bare_cr + found_.bare_lf;
  if (after_cr_ && text.front() != '\n') note_bare_cr();
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    for (std::size_t cr = text.substr(i, end - i).find('\r'); cr != std::string_view::npos;
         cr = text.substr(i, end - i).find('\r')) {
      line_ += cr + 1;
      i += cr + 1;
      if (i < text.size() && text[i] != '\n') note_bare_cr();
    }
    line_ += end - i;
    if (end == text.size()) break;
    const bool after_cr = end > 0 ? text[end - 1] == '\r' : after_cr_;
    if (!after_cr) ++found_.bare_lf;
    ++line_;
    if (after_cr || rewrite) end_line();
    i = end + 1;
  }
  found_.longest_line = std::max(found_.longest_line, line_);
  const bool ends_in_cr = text.back() == '\r';
  if (rewrite && found_.bare_cr + found_.bare_lf > before) normalize(piece);
  after_cr_ = ends_in_cr;
}

void content_filter::note_bare_cr() noexcept {
  ++found_.bare_cr;
  if (rules_.newlines == bare_newlines::normalize) end_line();
}

void content_filter::end_line() noexcept {
  found_.longest_line = std::max(found_.longest_line, line_);
  line_ = 0;
}

void content_filter::scan_octets(std::string_view piece) {
  found_.nul += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\0'));
  if (found_.eight_bit) return;
  unsigned char all = 0;
  for (const char c : piece) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  found_.eight_bit = all > 127;
}

// A CR that ends the piece is left as it is: whether its LF comes is seen in the next one.
void content_filter::normalize(std::string& piece) {
  std::string out;
  out.reserve(piece.size() + 16);
  if (after_cr_ && piece.front() != '\n') out += '\n';
  bool cr_before = after_cr_;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (c == '\n' && !cr_before) out += '\r';
    out += c;
    cr_before = c == '\r';
    if (cr_before && i + 1 < piece.size() && piece[i + 1] != '\n') out += '\n';
  }
  piece = std::move(out);
}

std::string_view content_filter::finish() {
  if (!std::exchange(after_cr_, false)) return {};
  ++found_.bare_cr;
  return rules_.newlines == bare_newlines::normalize ? "\n" : std::string_view{};
}

std::optional<reply_key> content_filter::problem() const noexcept {
  if (rules_.newlines == bare_newlines::reject && found_.bare_cr + found_.bare_lf > 0) return reply_key::bare_newline;
  if (rules_.nul == odd_content::reject && found_.nul > 0) return reply_key::nul_octet;
  if (rules_.long_lines == odd_content::reject && found_.longest_line > limits::text_line_octets)
    return reply_key::long_line;
  return std::nullopt;
}

}  // namespace smtpscope::session
