#pragma once
// Watches the headers of a page's WebSocket frames (RFC 6455 §5.2) as their octets come: how many there
// are, and the one mistake that Beast 1.81 lets pass. Everything else about frames is Beast's to judge.
//
// Empty fragments and control frames never reach the bridge, so it cannot count them itself.

#include <cstddef>
#include <cstdint>
#include <span>

#include "smtpscope/base/time.hpp"

namespace smtpscope::tunnel {

class frame_meter {
 public:
  enum class verdict : std::uint8_t {
    fine,
    too_many_frames,     // more than the rate allows
    too_many_fragments,  // of messages in pieces; likewise
    length_too_long,     // the highest bit of a length of 64 bits is set
  };

  // Rates a second; so many may also come at once.
  frame_meter(std::uint64_t frames_per_second, std::uint64_t fragments_per_second) noexcept;

  // Octets in order, cut anywhere; `now` never decreases. A verdict that is not fine stays.
  verdict take(std::span<const std::byte> octets, microseconds now) noexcept;

 private:
  // A bucket that fills at `rate` a second up to `rate`.
  struct bucket {
    double rate;
    double left;
    [[nodiscard]] bool take_one() noexcept;
    void fill(double seconds) noexcept;
  };
  void take_header(std::uint8_t octet) noexcept;
  void header_complete() noexcept;

  bucket frames_;
  bucket fragments_;
  microseconds filled_{-1};
  verdict verdict_ = verdict::fine;
  std::uint8_t column_ = 0;        // octets of the present header
  std::uint8_t size_ = 2;          // of the present header, as far as known
  std::uint8_t length_begin_ = 0;  // where an extended length begins and ends
  std::uint8_t length_end_ = 0;
  bool fragment_ = false;  // the present frame is a part of a message
  std::uint64_t length_ = 0;
  std::uint64_t payload_ = 0;  // octets of payload still to come
};

}  // namespace smtpscope::tunnel
