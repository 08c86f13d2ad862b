#include "smtpscope/wire/dot_codec.hpp"

#include <algorithm>

namespace smtpscope::wire {

namespace {

constexpr std::size_t block_octets = 512;
constexpr std::size_t blocks_at_once = 8;

// Made twice where the program can ask the processor which one it runs: vectors of 32 octets, not of 16.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SMTPSCOPE_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define SMTPSCOPE_WIDE_VECTORS
#endif

// Whether a dot follows an LF in the block at `p`; the octet before it is looked at too. A loop
// without branches, which compilers turn into vector instructions.
SMTPSCOPE_WIDE_VECTORS bool dot_after_lf(const char* p) noexcept {
  unsigned char found = 0;
  for (std::size_t i = 0; i < block_octets; ++i)
    found |= static_cast<unsigned char>(static_cast<unsigned char>(p[i] == '.') &
                                        static_cast<unsigned char>(*(p + i - 1) == '\n'));
  return found != 0;
}

// The first dot behind CRLF at or behind `from`, which is at least 2; npos where there is none.
//
// The library's search passes what has no dots, such as base64, at the rate of memory. Prose has
// dots in every line and would stop it at each, so from a dot on some blocks are looked at whole, and
// only where one holds a dot behind an LF, its lines are.
std::size_t next_stuffed(std::string_view piece, std::size_t from) noexcept {
  constexpr std::size_t npos = std::string_view::npos;
  for (;;) {
    std::size_t line = piece.find('\n', from - 1);
    for (std::size_t end = from + block_octets; line < end; line = piece.find('\n', line + 1)) {
      if (line + 1 >= piece.size()) return npos;
      if (piece[line + 1] == '.' && piece[line - 1] == '\r') return line + 1;
    }
    if (line == npos) return npos;
    from = line + 1;  // of the first LF that was not looked behind
    for (bool passed = true; passed;) {
      from = piece.find('.', from);
      if (from == npos) return npos;
      for (std::size_t n = 0; n < blocks_at_once && passed; ++n) {
        passed = from + block_octets <= piece.size() && !dot_after_lf(piece.data() + from);
        if (passed) from += block_octets;
      }
    }
  }
}

}  // namespace

// RFC 5321 §4.5.2. What precedes the first two octets is known from the piece before.
std::string dot_stuffer::stuff(std::string_view piece) {
  std::string out;
  if (piece.empty()) return out;
  out.reserve(piece.size() + 16);
  std::size_t copied = 0;
  const auto insert_dot = [&](std::size_t before) {
    out.append(piece.substr(copied, before - copied));
    out += '.';
    copied = before;
  };
  if (piece[0] == '.' && at_ == at::line_start) insert_dot(0);
  if (piece.size() > 1 && piece[1] == '.' && piece[0] == '\n' && at_ == at::after_cr) insert_dot(1);
  for (std::size_t dot = piece.size() > 2 ? next_stuffed(piece, 2) : std::string_view::npos;
       dot != std::string_view::npos; dot = next_stuffed(piece, dot + 1))
    insert_dot(dot);
  out.append(piece.substr(copied));
  const bool cr_before_last = piece.size() > 1 ? piece[piece.size() - 2] == '\r' : at_ == at::after_cr;
  if (piece.back() == '\r')
    at_ = at::after_cr;
  else
    at_ = piece.back() == '\n' && cr_before_last ? at::line_start : at::middle;
  return out;
}

std::string_view dot_stuffer::finish() noexcept {
  if (at_ == at::line_start) return {};
  at_ = at::line_start;
  return "\r\n";
}

// Content is copied in runs; a run is cut only where a stuffed dot is left out. Inside a line the
// next LF is searched, then the CRs before it: nothing is looked at octet by octet but the few
// octets after a dot at the start of a line and at the seams between pieces.
std::size_t dot_unstuffer::consume(std::string_view input, std::string& out) {
  std::size_t run = 0;  // start of content not yet copied
  std::size_t i = 0;
  const auto flush = [&](std::size_t end) { out.append(input.substr(run, end - run)); };
  while (i < input.size() && state_ != at::finished) {
    const char c = input[i];
    switch (state_) {
      case at::line_start:
        if (c == '.') {
          flush(i);
          run = ++i;
          state_ = at::dot;
        } else {
          state_ = at::middle;
        }
        break;
      case at::dot:
        if (c == '\r') {
          run = ++i;
          state_ = at::dot_cr;
        } else {
          state_ = at::middle;  // the dot was a stuffed one; what follows is content
        }
        break;
      case at::dot_cr:
        if (c == '\n') {
          ++i;
          state_ = at::finished;
        } else {
          out += '\r';  // content after all, and alone
          ++line_;
          state_ = at::after_cr;
        }
        run = i;
        break;
      case at::after_cr:
        if (c == '\n') {
          ++i;
          ++line_;
          longest_ = std::max(longest_, line_);
          line_ = 0;
          state_ = at::line_start;
        } else {
          bare_ = true;
          state_ = at::middle;
        }
        break;
      case at::middle: {
        const std::size_t lf = input.find('\n', i);
        const std::size_t end = lf == std::string_view::npos ? input.size() : lf;
        const std::size_t cr = input.substr(i, end - i).find('\r');
        const bool ends_in_cr = end > i && input[end - 1] == '\r';
        if (cr != std::string_view::npos && i + cr + 1 != end) bare_ = true;
        line_ += end - i;
        i = end;
        if (ends_in_cr) {
          state_ = at::after_cr;
        } else if (lf != std::string_view::npos) {
          bare_ = true;
          ++line_;
          ++i;
        }
        break;
      }
      case at::finished: break;
    }
  }
  if (run < i && state_ != at::finished) flush(i);
  longest_ = std::max(longest_, line_);
  return i;
}

}  // namespace smtpscope::wire
