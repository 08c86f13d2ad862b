#include "smtpscope/wire/line_reader.hpp"

namespace smtpscope::wire {

void line_reader::append(std::string_view bytes) {
  // Moving the rest to the front only when at least half is used keeps the cost linear.
  if (start_ == buffer_.size()) {
    buffer_.clear();
    start_ = scanned_ = 0;
  } else if (start_ >= buffer_.size() / 2) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<result<std::string>> line_reader::next() {
  for (;;) {
    const std::size_t lf = buffer_.find('\n', scanned_);
    if (lf == std::string::npos) {
      scanned_ = buffer_.size();
      break;
    }
    scanned_ = lf + 1;
    if (lf == start_ || buffer_[lf - 1] != '\r') continue;  // RFC 5321 §2.3.8: a lone LF ends nothing
    const std::size_t begin = start_;
    start_ = lf + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    if (start_ - begin > max_)
      return error{errc::line_too_long, "a line is longer than " + std::to_string(max_) + " octets"};
    return buffer_.substr(begin, start_ - begin);
  }
  // No whole line. What cannot become a legal line any more is not kept, except for a CR that may
  // be the first half of its end.
  const std::size_t unfinished = buffer_.size() - start_;
  if (!skipping_ && unfinished < max_) return std::nullopt;
  const bool cr = unfinished > 0 && buffer_.back() == '\r';
  buffer_.assign(cr ? "\r" : "");
  start_ = 0;
  scanned_ = buffer_.size();
  if (skipping_) return std::nullopt;
  skipping_ = true;
  return error{errc::line_too_long, "a line is longer than " + std::to_string(max_) + " octets"};
}

std::string_view line_reader::buffered() const noexcept { return std::string_view(buffer_).substr(start_); }

std::string line_reader::take_all() {
  std::string rest = buffer_.substr(start_);
  buffer_.clear();
  start_ = scanned_ = 0;
  skipping_ = false;
  return rest;
}

}  // namespace smtpscope::wire
