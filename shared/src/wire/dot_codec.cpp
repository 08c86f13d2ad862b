#include "smtpscope/wire/dot_codec.hpp"

#include <algorithm>

namespace smtpscope::wire {

// RFC 5321 §4.5.2. The stuffer jumps from dot to dot and looks at what precedes it: bodies in
// base64 have no dots, and then this is one search and one copy.
std::string dot_stuffer::stuff(std::string_view piece) {
  std::string out;
  if (piece.empty()) return out;
  out.reserve(piece.size() + 16);
  std::size_t copied = 0;
  for (std::size_t dot = piece.find('.'); dot != std::string_view::npos; dot = piece.find('.', dot + 1)) {
    const bool first_of_line = dot == 0   ? at_ == at::line_start
                               : dot == 1 ? at_ == at::after_cr && piece[0] == '\n'
                                          : false;
    if (!first_of_line && !(dot >= 2 && piece[dot - 2] == '\r' && piece[dot - 1] == '\n')) continue;
    out.append(piece.substr(copied, dot - copied));
    out += '.';
    copied = dot;
  }
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
