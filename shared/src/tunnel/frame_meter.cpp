#include "smtpscope/tunnel/frame_meter.hpp"

#include <algorithm>

namespace smtpscope::tunnel {
namespace {

constexpr std::uint8_t fin = 0x80;
constexpr std::uint8_t masked = 0x80;
constexpr std::uint8_t length_of_16_bits = 126;
constexpr std::uint8_t length_of_64_bits = 127;
constexpr std::uint8_t mask_octets = 4;

}  // namespace

bool frame_meter::bucket::take_one() noexcept {
  if (left < 1) return false;
  left -= 1;
  return true;
}

void frame_meter::bucket::fill(double seconds) noexcept { left = std::min(rate, left + seconds * rate); }

frame_meter::frame_meter(std::uint64_t frames_per_second, std::uint64_t fragments_per_second) noexcept
    : frames_{static_cast<double>(frames_per_second), static_cast<double>(frames_per_second)},
      fragments_{static_cast<double>(fragments_per_second), static_cast<double>(fragments_per_second)} {}

frame_meter::verdict frame_meter::take(std::span<const std::byte> octets, microseconds now) noexcept {
  if (filled_.count() >= 0) {
    const double seconds = static_cast<double>((now - filled_).count()) / 1e6;
    frames_.fill(seconds);
    fragments_.fill(seconds);
  }
  filled_ = now;
  while (!octets.empty() && verdict_ == verdict::fine) {
    if (payload_ > 0) {
      const auto skipped = std::min<std::uint64_t>(payload_, octets.size());
      payload_ -= skipped;
      octets = octets.subspan(static_cast<std::size_t>(skipped));
      continue;
    }
    take_header(std::to_integer<std::uint8_t>(octets.front()));
    octets = octets.subspan(1);
  }
  return verdict_;
}

void frame_meter::take_header(std::uint8_t octet) noexcept {
  if (column_ == 0) {
    const std::uint8_t opcode = octet & 0x0f;
    fragment_ = opcode == 0 || ((octet & fin) == 0 && opcode < 8);
    size_ = 2;
    length_begin_ = length_end_ = 0;
  } else if (column_ == 1) {
    length_ = octet & 0x7f;
    const int extended = length_ == length_of_16_bits ? 2 : length_ == length_of_64_bits ? 8 : 0;
    if (extended > 0) {
      length_ = 0;
      length_begin_ = 2;
      length_end_ = static_cast<std::uint8_t>(2 + extended);
    }
    size_ = static_cast<std::uint8_t>(2 + extended + ((octet & masked) != 0 ? mask_octets : 0));
  } else if (column_ >= length_begin_ && column_ < length_end_) {
    if (column_ == length_begin_ && length_end_ - length_begin_ == 8 && (octet & 0x80) != 0)
      verdict_ = verdict::length_too_long;
    length_ = length_ << 8 | octet;
  }
  if (++column_ >= size_ && column_ >= 2) header_complete();
}

void frame_meter::header_complete() noexcept {
  column_ = 0;
  payload_ = length_;
  if (verdict_ != verdict::fine) return;
  if (!frames_.take_one())
    verdict_ = verdict::too_many_frames;
  else if (fragment_ && !fragments_.take_one())
    verdict_ = verdict::too_many_fragments;
}

}  // namespace smtpscope::tunnel
