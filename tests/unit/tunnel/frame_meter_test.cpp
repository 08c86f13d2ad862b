#include "smtpscope/tunnel/frame_meter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smtpscope::tunnel {
namespace {

using namespace std::string_literals;
using verdict = frame_meter::verdict;

std::span<const std::byte> octets(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
constexpr microseconds begin{5'000'000};

// A masked frame.
std::string frame(int first, std::size_t size) {
  std::string out(1, static_cast<char>(first));
  const int extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
  out += static_cast<char>(0x80 | (extended == 0 ? static_cast<int>(size) : extended == 2 ? 126 : 127));
  for (int i = extended - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i) & 0xff);
  return out + "mask" + std::string(size, 'p');
}

TEST(FrameMeter, CountsFramesOfEverySizeHoweverTheyAreCut) {
  const std::string all = frame(0x82, 0) + frame(0x82, 125) + frame(0x82, 126) + frame(0x81, 65535) +
                          frame(0x82, 65536) + frame(0x89, 3) + "\x8a\x02hi"s /* unmasked */;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}, all.size()}) {
    frame_meter enough(7, 1);
    frame_meter one_less(6, 1);
    verdict most = verdict::fine;
    verdict fewer = verdict::fine;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      most = enough.take(octets(std::string_view(all).substr(at, piece)), begin);
      fewer = one_less.take(octets(std::string_view(all).substr(at, piece)), begin);
    }
    EXPECT_EQ(most, verdict::fine) << piece;
    EXPECT_EQ(fewer, verdict::too_many_frames) << piece;
  }
}

TEST(FrameMeter, CountsFragmentsApart) {
  frame_meter meter(100, 3);
  EXPECT_EQ(
      meter.take(octets(frame(0x02, 1) + frame(0x89, 0) + frame(0x00, 1) + frame(0x80, 1) + frame(0x82, 9)), begin),
      verdict::fine);
  EXPECT_EQ(meter.take(octets(frame(0x01, 0)), begin), verdict::too_many_fragments);
}

TEST(FrameMeter, TakesMoreAsTimePasses) {
  frame_meter meter(10, 10);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(meter.take(octets(frame(0x82, 1)), begin), verdict::fine);
  ASSERT_EQ(meter.take(octets(frame(0x82, 1)), begin + microseconds(100'000)), verdict::fine) << "a tenth of a second";
  EXPECT_EQ(meter.take(octets(frame(0x82, 1)), begin + microseconds(100'001)), verdict::too_many_frames);
  EXPECT_EQ(meter.take({}, begin + microseconds(9'000'000)), verdict::too_many_frames) << "it stays";
}

TEST(FrameMeter, RefusesALengthWithItsHighestBit) {
  for (const char* second : {"\xff", "\x7f"}) {
    frame_meter meter(10, 10);
    EXPECT_EQ(meter.take(octets("\x82"s + second + "\x80"), begin), verdict::length_too_long);
  }
  frame_meter meter(10, 10);
  EXPECT_EQ(meter.take(octets("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask"s), begin), verdict::fine)
      << "too large for us, but a length";
}

}  // namespace
}  // namespace smtpscope::tunnel
