#include "smtpscope/mime/date.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

namespace smtpscope::mime {
namespace {

constexpr std::array<std::string_view, 7> days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // from 1970-01-01
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t seconds_a_day = 86400;
constexpr std::int64_t first_second = -2208988800;  // 1900-01-01, the first year of RFC 5322 §3.3
constexpr std::int64_t last_second = 253402300799;  // the end of 9999
constexpr int largest_offset = 23 * 60 + 59;

struct civil_date {
  std::int64_t year;
  unsigned month;  // 1…12
  unsigned day;    // 1…31
};

// Gregorian date of a day counted from 1970-01-01. Counting years from March puts the leap day at
// the end, and 146097 days make 400 years.
civil_date to_civil(std::int64_t day) noexcept {
  const std::int64_t shifted = day + 719468;  // days since 0000-03-01
  const std::int64_t era = shifted / 146097;  // the caller's range keeps it positive
  const std::int64_t of_era = shifted % 146097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto march_month = static_cast<unsigned>((5 * of_year + 2) / 153);
  const auto day_of_month = static_cast<unsigned>(of_year - (153 * march_month + 2) / 5 + 1);
  const unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {era * 400 + year_of_era + (month <= 2 ? 1 : 0), month, day_of_month};
}

std::string two_digits(std::int64_t value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

result<std::string> format_date(std::int64_t unix_seconds, int utc_offset_minutes) {
  if (utc_offset_minutes < -largest_offset || utc_offset_minutes > largest_offset)
    return error{errc::invalid_argument, "Date: the offset from UTC is not within 23:59 hours"};
  constexpr auto slack = seconds_a_day;  // keeps the sum below from overflowing
  if (unix_seconds < first_second - slack || unix_seconds > last_second + slack)
    return error{errc::invalid_argument, "Date: the year is not within 1900 to 9999"};
  const std::int64_t local = unix_seconds + std::int64_t{utc_offset_minutes} * 60;
  if (local < first_second || local > last_second)
    return error{errc::invalid_argument, "Date: the year is not within 1900 to 9999"};
  const std::int64_t second = (local % seconds_a_day + seconds_a_day) % seconds_a_day;
  const std::int64_t day = (local - second) / seconds_a_day;
  const civil_date date = to_civil(day);
  const int offset = std::abs(utc_offset_minutes);
  std::string out(days[static_cast<std::size_t>((day % 7 + 7) % 7)]);
  out += ", " + std::to_string(date.day) + " ";
  out += months[date.month - 1];
  out += " " + std::to_string(date.year) + " " + two_digits(second / 3600) + ":" + two_digits(second / 60 % 60) + ":" +
         two_digits(second % 60);
  out += (utc_offset_minutes < 0 ? " -" : " +") + two_digits(offset / 60) + two_digits(offset % 60);
  return out;
}

}  // namespace smtpscope::mime
