#include "smtpscope/mime/date.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace smtpscope::mime {
namespace {

TEST(Date, IsWrittenAsTheStandardWants) {
  const struct {
    std::int64_t seconds;
    int offset;
    const char* text;
  } table[] = {
      {0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"},
      {895754009, -420, "Thu, 21 May 1998 05:33:29 -0700"},
      {-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"},
      {951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"},
      {951868800, 0, "Wed, 1 Mar 2000 00:00:00 +0000"},
      {1709164799, 0, "Wed, 28 Feb 2024 23:59:59 +0000"},
      {1709164800, 0, "Thu, 29 Feb 2024 00:00:00 +0000"},
      {1735689599, 0, "Tue, 31 Dec 2024 23:59:59 +0000"},
      {1735689599, 60, "Wed, 1 Jan 2025 00:59:59 +0100"},
      {1790509578, 330, "Sun, 27 Sep 2026 17:16:18 +0530"},
      {1735689600, -1439, "Tue, 31 Dec 2024 00:01:00 -2359"},
      {1735689600, 1439, "Wed, 1 Jan 2025 23:59:00 +2359"},
      {4107542400, 0, "Mon, 1 Mar 2100 00:00:00 +0000"},
      {-2208988800, 0, "Mon, 1 Jan 1900 00:00:00 +0000"},
      {253402300799, 0, "Fri, 31 Dec 9999 23:59:59 +0000"},
  };
  for (const auto& row : table) {
    const auto date = format_date(row.seconds, row.offset);
    ASSERT_TRUE(date) << row.text;
    EXPECT_EQ(*date, row.text);
  }
}

TEST(Date, RefusesWhatNoDateCanBe) {
  using limits = std::numeric_limits<std::int64_t>;
  const struct {
    std::int64_t seconds;
    int offset;
  } table[] = {{0, 1440},        {0, -1440},        {limits::max(), 0}, {limits::min(), 0}, {limits::max(), 60},
               {-2208988801, 0}, {253402300800, 0}, {-2208988800, -1},  {253402300799, 1},  {0, limits::max() >> 32}};
  for (const auto& row : table) {
    const auto date = format_date(row.seconds, row.offset);
    ASSERT_FALSE(date);
    EXPECT_EQ(date.why().code, errc::invalid_argument);
    EXPECT_EQ(date.why().detail.substr(0, 4), "Date");
  }
}

}  // namespace
}  // namespace smtpscope::mime
