#include "smtpscope/tunnel/admission.hpp"

#include <gtest/gtest.h>

namespace smtpscope::tunnel {
namespace {

ip_address address(std::string_view text) { return parse_ip_address(text).value(); }
constexpr microseconds second{1'000'000};

class Admission : public testing::Test {
 protected:
  Admission() {
    bounds_.connections = 4;
    bounds_.connections_per_address = 2;
    bounds_.connections_per_destination = 1;
    bounds_.new_per_minute = 3;
  }
  limits bounds_;
  admission counts_{bounds_};
};

TEST_F(Admission, CountsAddressesApartAndAllTogether) {
  EXPECT_EQ(counts_.enter(address("192.0.2.1"), second), admitted::yes);
  EXPECT_EQ(counts_.enter(address("::ffff:192.0.2.1"), second), admitted::yes) << "the same address";
  EXPECT_EQ(counts_.enter(address("192.0.2.1"), second), admitted::address_full);
  EXPECT_EQ(counts_.enter(address("192.0.2.2"), second), admitted::yes);
  EXPECT_EQ(counts_.enter(address("192.0.2.3"), second), admitted::yes);
  EXPECT_EQ(counts_.enter(address("192.0.2.4"), second), admitted::full);
  counts_.leave(address("192.0.2.1"));
  EXPECT_EQ(counts_.standing(), 3U);
  EXPECT_EQ(counts_.enter(address("192.0.2.1"), second), admitted::yes);
}

TEST_F(Admission, ANetworkOf64BitsIsOneAddress) {
  EXPECT_EQ(counts_.enter(address("2001:db8:0:1::1"), second), admitted::yes);
  EXPECT_EQ(counts_.enter(address("2001:db8:0:1:ffff::2"), second), admitted::yes);
  EXPECT_EQ(counts_.enter(address("2001:db8:0:1::3"), second), admitted::address_full);
  EXPECT_EQ(counts_.enter(address("2001:db8:0:2::1"), second), admitted::yes);
}

TEST_F(Admission, TakesSoManyAMinuteAndMoreAsTimePasses) {
  const auto visit = [&](microseconds now) {
    const admitted answer = counts_.enter(address("192.0.2.1"), now);
    if (answer == admitted::yes) counts_.leave(address("192.0.2.1"));
    return answer;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(visit(second), admitted::yes);
  EXPECT_EQ(visit(second), admitted::too_often);
  EXPECT_EQ(visit(20 * second), admitted::too_often) << "one comes back every 20 seconds";
  EXPECT_EQ(visit(21 * second), admitted::yes);
  EXPECT_EQ(visit(21 * second), admitted::too_often);
  EXPECT_EQ(visit(200 * second), admitted::yes);
}

TEST_F(Admission, ThisMachineIsCountedInAllOnly) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(counts_.enter(std::nullopt, second), admitted::yes);
  EXPECT_EQ(counts_.enter(std::nullopt, second), admitted::full);
  counts_.leave(std::nullopt);
  EXPECT_EQ(counts_.enter(std::nullopt, second), admitted::yes);
  EXPECT_EQ(counts_.remembered(), 0U);
}

TEST_F(Admission, CountsDestinationsApart) {
  EXPECT_TRUE(counts_.enter_destination("a.example:25"));
  EXPECT_FALSE(counts_.enter_destination("a.example:25"));
  EXPECT_TRUE(counts_.enter_destination("a.example:26"));
  counts_.leave_destination("a.example:25");
  EXPECT_TRUE(counts_.enter_destination("a.example:25"));
}

TEST_F(Admission, ForgetsWhoIsAsGoodAsNew) {
  for (int i = 0; i < 200; ++i) {
    const ip_address from = ip_address::v4({192, 0, 2, static_cast<std::uint8_t>(i)});
    ASSERT_EQ(counts_.enter(from, second), admitted::yes);
    counts_.leave(from);
  }
  EXPECT_EQ(counts_.remembered(), 200U);
  ASSERT_EQ(counts_.enter(address("198.51.100.1"), 200 * second), admitted::yes);
  EXPECT_EQ(counts_.remembered(), 1U);
}

TEST_F(Admission, AFloodOfAddressesIsNotRemembered) {
  for (unsigned i = 0; i < 200'000; ++i) {
    ip_address from = address("2001:db8::");
    for (std::size_t o = 0; o < 4; ++o) from.octets[4 + o] = static_cast<std::uint8_t>(i >> (8 * o));
    ASSERT_EQ(counts_.enter(from, second), admitted::yes);
    counts_.leave(from);
  }
  EXPECT_LE(counts_.remembered(), std::size_t{1} << 16);
}

}  // namespace
}  // namespace smtpscope::tunnel
