#include "smtpscope/session/content_filter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::session {

namespace {

struct tally {
  std::uint64_t cr = 0;
  std::uint64_t lf = 0;
  std::uint64_t pairs = 0;  // CRLF, by their LF
  std::uint64_t nul = 0;
  unsigned char all = 0;  // of all octets, or-ed
};

// Adds what stands in the `n` octets at `p`, at most 255; the octet before them is looked at too. A
// loop without branches on octets, which compilers turn into vector instructions.
void count_block(const char* p, std::size_t n, tally& into) noexcept {
  std::uint8_t cr = 0;
  std::uint8_t lf = 0;
  std::uint8_t pairs = 0;
  std::uint8_t nul = 0;
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t is_lf = p[i] == '\n';
    const std::uint8_t after_cr = *(p + i - 1) == '\r';
    cr = static_cast<std::uint8_t>(cr + (p[i] == '\r'));
    lf = static_cast<std::uint8_t>(lf + is_lf);
    pairs = static_cast<std::uint8_t>(pairs + (is_lf & after_cr));
    nul = static_cast<std::uint8_t>(nul + (p[i] == '\0'));
    all = static_cast<std::uint8_t>(all | static_cast<std::uint8_t>(p[i]));
  }
  into.cr += cr;
  into.lf += lf;
  into.pairs += pairs;
  into.nul += nul;
  into.all |= all;
}

// `piece` is not empty.
tally count(std::string_view piece, bool after_cr) noexcept {
  constexpr std::size_t block = 240;
  const char first[2] = {after_cr ? '\r' : 'x', piece.front()};
  tally t;
  count_block(first + 1, 1, t);
  for (std::size_t i = 1; i < piece.size(); i += block)
    count_block(piece.data() + i, std::min(block, piece.size() - i), t);
  return t;
}

}  // namespace

// How many newlines stand alone is told by numbers: of CRs, of LFs, and of LFs behind a CR. Content
// is written anew only where one is to be made whole.
void content_filter::take(std::string& piece) {
  if (piece.empty()) return;
  const tally t = count(piece, after_cr_);
  const bool ends_in_cr = piece.back() == '\r';  // its LF may come with the next piece
  const std::uint64_t bare_cr = t.cr + (after_cr_ ? 1 : 0) - (ends_in_cr ? 1 : 0) - t.pairs;
  const std::uint64_t bare_lf = t.lf - t.pairs;
  found_.bare_cr += bare_cr;
  found_.bare_lf += bare_lf;
  found_.nul += t.nul;
  found_.eight_bit = found_.eight_bit || t.all > 127;
  if (rules_.newlines == bare_newlines::normalize && bare_cr + bare_lf > 0) normalize(piece);
  measure_lines(piece);
  after_cr_ = ends_in_cr;
}

void content_filter::measure_lines(std::string_view piece) noexcept {
  std::size_t begin = 0;
  for (std::size_t lf = piece.find('\n'); lf != std::string_view::npos; lf = piece.find('\n', lf + 1)) {
    const bool after_cr = lf > 0 ? piece[lf - 1] == '\r' : after_cr_;
    if (!after_cr) continue;
    found_.longest_line = std::max<std::uint64_t>(found_.longest_line, line_ + lf + 1 - begin);
    line_ = 0;
    begin = lf + 1;
  }
  line_ += piece.size() - begin;
  found_.longest_line = std::max(found_.longest_line, line_);
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
