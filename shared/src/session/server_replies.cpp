#include "smtpscope/session/server_replies.hpp"

#include <algorithm>

namespace smtpscope::session {

namespace {

constexpr std::array<std::string_view, 15> value_names = {"host", "client", "client_name", "id",       "queue_id",
                                                          "time", "date",   "verb",        "argument", "from",
                                                          "to",   "octets", "limit",       "user",     "problem"};

void add_padded(std::string& out, std::int64_t number) {
  if (number < 10) out += '0';
  out += std::to_string(number);
}

}  // namespace

std::optional<reply_key> reply_key_named(std::string_view name) noexcept {
  for (const own_reply& r : own_replies)
    if (r.name == name) return r.key;
  return std::nullopt;
}

wire::reply own_template(reply_key key) {
  const own_reply& r = own(key);
  wire::reply out{r.code, std::nullopt, {std::string{r.text}}};
  if (r.subject != no_code)
    out.enhanced = wire::enhanced_code{static_cast<std::uint16_t>(r.code / 100), r.subject, r.detail};
  return out;
}

void reply_texts::set(reply_key key, wire::reply r) {
  for (entry& e : entries_)
    if (e.key == key) {
      e.reply = std::move(r);
      return;
    }
  entries_.push_back({key, std::move(r)});
}

const wire::reply* reply_texts::find(reply_key key) const noexcept {
  for (const entry& e : entries_)
    if (e.key == key) return &e.reply;
  return nullptr;
}

result<wire::reply> parse_reply_lines(const std::vector<std::string>& lines) {
  wire::reply_parser parser;
  std::string written;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    written += lines[i] + "\r\n";
    auto parsed = parser.feed(lines[i] + "\r\n", wire::reply_context::ordinary);
    if (!parsed) continue;
    if (!*parsed) return error{errc::invalid_argument, "\"" + lines[i] + "\": " + parsed->why().detail};
    if (i + 1 < lines.size()) break;
    if (wire::format_reply((*parsed)->value) != written)
      return error{errc::invalid_argument, "\"" + lines[i] + "\": the reply would not be sent as it is written"};
    return std::move((*parsed)->value);
  }
  return error{errc::invalid_argument, "a reply is its lines: \"250-\" before all but the last, \"250 \" before that"};
}

std::vector<std::string> reply_lines(const wire::reply& r) {
  std::vector<std::string> lines;
  const std::string bytes = wire::format_reply(r);
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find("\r\n", begin);
    lines.push_back(bytes.substr(begin, end - begin));
    begin = end + 2;
  }
  return lines;
}

bool is_reply_value(std::string_view name) noexcept {
  return std::find(value_names.begin(), value_names.end(), name) != value_names.end();
}

// Days to a date: Howard Hinnant's way with eras of 400 years, in years that begin in March.
std::string utc_date(std::int64_t unix_seconds) {
  const std::int64_t seconds = std::clamp<std::int64_t>(unix_seconds, 0, 253402300799);
  const std::int64_t days = seconds / 86400 + 719468;
  const std::int64_t era = days / 146097;
  const std::int64_t day_of_era = days % 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  constexpr std::string_view weekdays = "ThuFriSatSunMonTueWed";  // 1970 began on a Thursday
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::string out{weekdays.substr(static_cast<std::size_t>(seconds / 86400 % 7) * 3, 3)};
  out += ", ";
  add_padded(out, day_of_year - (153 * shifted + 2) / 5 + 1);
  out.append(" ").append(months.substr(static_cast<std::size_t>(month - 1) * 3, 3)).append(" ");
  out += std::to_string(year_of_era + era * 400 + (month <= 2 ? 1 : 0)) + " ";
  add_padded(out, seconds / 3600 % 24);
  out += ':';
  add_padded(out, seconds / 60 % 60);
  out += ':';
  add_padded(out, seconds % 60);
  return out + " +0000";
}

}  // namespace smtpscope::session
