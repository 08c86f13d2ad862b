#include "smtpscope/tunnel/access_tokens.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::tunnel {
namespace {

constexpr std::size_t least_token_octets = 16;  // what nobody guesses: 96 bits in base64
constexpr std::size_t most_token_octets = 1024;

std::string_view next_word(std::string_view& line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

// So many digits at `at`.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned n = 0;
  for (const char c : text.substr(at, count)) {
    if (!text::is_digit(c)) return std::nullopt;
    n = n * 10 + static_cast<unsigned>(c - '0');
  }
  return n;
}

// RFC 3339 in UTC, in whole seconds: 2026-12-24T18:00:00Z.
std::optional<unix_seconds> read_time(std::string_view text) {
  namespace chrono = std::chrono;
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z')
    return std::nullopt;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  const chrono::year_month_day date(chrono::year(static_cast<int>(*year)), chrono::month(*month), chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  const auto days = chrono::sys_days(date).time_since_epoch().count();
  return unix_seconds{days} * 86400 + *hour * 3600 + *minute * 60 + *second;
}

bool is_origin(std::string_view text) {
  if (text == "-") return true;
  const std::string_view scheme = text.substr(0, text.find("://"));
  return (scheme == "https" || scheme == "http") && text.size() > scheme.size() + 3 &&
         text.find('/', scheme.size() + 3) == std::string_view::npos && text.find('*') == std::string_view::npos;
}

result<access_token> read_line(std::string_view line) {
  const auto wrong = [](const char* what) { return error{errc::invalid_argument, what}; };
  access_token one;
  one.name = next_word(line);
  one.token = secret(std::string(next_word(line)));
  const std::string_view until = next_word(line);
  if (until.empty()) return wrong("write NAME TOKEN UNTIL ORIGIN, separated by spaces");
  const std::size_t octets = one.token.reveal().size();
  if (octets < least_token_octets || octets > most_token_octets)
    return wrong("a token has 16 to 1024 characters, made by chance: openssl rand -base64 24");
  const auto end = read_time(until);
  if (!end) return wrong("write the token's end as 2026-12-24T18:00:00Z, in UTC");
  one.until = *end;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    if (!is_origin(word)) return wrong("write each origin as https://mail.example, or - for programs that send none");
    one.origins.emplace_back(word);
  }
  if (one.origins.empty()) return wrong("name the origins whose pages may use the token, such as https://mail.example");
  return one;
}

}  // namespace

result<access_tokens> access_tokens::parse(std::string_view text) {
  access_tokens tokens;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::string_view rest = line;
    const std::string_view first = next_word(rest);
    if (first.empty() || first.front() == '#') continue;
    auto one = read_line(line);
    const std::string where = "line " + std::to_string(number) + ": ";
    if (!one) return error{errc::invalid_argument, where + one.why().detail};
    for (const access_token& other : tokens.all_)
      if (other.name == one->name || other.token.equals(one->token.reveal()))
        return error{errc::invalid_argument, where + "a name or token stands here a second time"};
    tokens.all_.push_back(std::move(*one));
  }
  if (tokens.all_.empty()) return error{errc::invalid_argument, "there is no token in it"};
  return tokens;
}

access_tokens::judgement access_tokens::judge(std::string_view token, std::string_view origin, unix_seconds now) const {
  const access_token* found = nullptr;
  for (const access_token& one : all_)  // all of them, whichever it is
    if (one.token.equals(token)) found = &one;
  if (found == nullptr) return {};
  if (now >= found->until) return {token_verdict::expired, found->name};
  if (std::find(found->origins.begin(), found->origins.end(), origin) == found->origins.end())
    return {token_verdict::other_origin, found->name};
  return {token_verdict::good, found->name};
}

}  // namespace smtpscope::tunnel
