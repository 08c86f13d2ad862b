#pragma once
// Bytes in, whole lines out. A line ends at CRLF only; a CR or LF alone is content of the line,
// reported as such, so that nothing downstream can mistake it for an end (RFC 5321 §2.3.8).

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::wire {

class line_reader {
 public:
  // `max_line_octets` counts the CRLF; at least 3.
  explicit line_reader(std::size_t max_line_octets) noexcept : max_(max_line_octets) {}

  // Takes bytes of any length.
  void append(std::string_view bytes);

  // The next whole line with its CRLF, removed from the buffer; nothing while none is whole.
  // Error: line_too_long once, after which the rest of that line, up to and with its CRLF, is
  // dropped and the reader stays usable.
  [[nodiscard]] std::optional<result<std::string>> next();

  // Bytes received but not yet given out: a part of a line, or lines not yet asked for.
  [[nodiscard]] std::string_view buffered() const noexcept;

  // Removes and returns everything buffered (for a switch to another framing, or for TLS).
  [[nodiscard]] std::string take_all();

  // Changes the bound for lines not yet given out (SASL lines may be longer).
  void set_max(std::size_t max_line_octets) noexcept { max_ = max_line_octets; }

 private:
  std::string buffer_;
  std::size_t start_ = 0;    // first byte not yet given out
  std::size_t scanned_ = 0;  // no CRLF ends before this offset
  std::size_t max_;
  bool skipping_ = false;  // inside a line that was too long
};

}  // namespace smtpscope::wire
