#include "smtpscope/wire/capabilities.hpp"

#include <algorithm>
#include <charconv>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::wire {
namespace {

// Calls `use` with every word between spaces.
template <class Use>
void for_each_word(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t space = std::min(text.find_first_of(" \t"), text.size());
    if (space > 0) use(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
}

void add_mechanisms(capabilities& c, std::string_view text) {
  for_each_word(text, [&](std::string_view word) {
    if (!c.offers_mechanism(word)) c.auth.push_back(text::to_upper(word));
  });
}

// RFC 1870 §3: no number, or 0, means no fixed limit; so does one that is not a number.
std::uint64_t parse_size(std::string_view text) noexcept {
  std::uint64_t value = 0;
  text = text.substr(0, text.find(' '));
  const char* end = text.data() + text.size();
  const auto [ptr, ec] = std::from_chars(text.data(), end, value);
  return ec == std::errc() && ptr == end ? value : 0;
}

// RFC 9422 §4: %x31-39 0*5DIGIT.
std::optional<std::uint32_t> parse_limit(std::string_view text) noexcept {
  if (text.empty() || text.size() > 6 || text.front() == '0') return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (!text::is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

// One NAME or NAME=value; false when it is neither. A value that breaks the rules of its own name is
// no limit, and a name that comes again changes nothing: the first word stands.
bool add_limit(server_limits& limits, std::string_view word) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(std::min(equals + 1, word.size()));
  const auto is_name = [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; };
  const auto is_value = [](char c) { return c > ' ' && c < 127 && c != ';'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name)) return false;
  if (equals < word.size() && value.empty()) return false;
  if (!std::all_of(value.begin(), value.end(), is_value)) return false;
  const auto set = [&](std::string_view known, std::optional<std::uint32_t>& limit) {
    if (text::iequals(name, known) && !limit) limit = parse_limit(value);
  };
  set("MAILMAX", limits.mailmax);
  set("RCPTMAX", limits.rcptmax);
  set("RCPTDOMAINMAX", limits.rcptdomainmax);
  return true;
}

// RFC 9422 §3: a list that is not legal as a whole says nothing at all.
std::optional<server_limits> parse_limits(std::string_view text) {
  server_limits limits;
  bool legal = true;
  for_each_word(text, [&](std::string_view word) { legal = legal && add_limit(limits, word); });
  if (!legal) return std::nullopt;
  return limits;
}

void add_line(capabilities& c, std::string_view line, const std::vector<std::string>& without) {
  const std::size_t split = std::min(line.find_first_of(" ="), line.size());
  const std::string_view keyword = line.substr(0, split);
  const std::string_view rest = line.substr(std::min(split + 1, line.size()));
  for (const std::string& refused : without)
    if (text::iequals(keyword, refused)) return;
  if (text::iequals(keyword, "AUTH")) return add_mechanisms(c, rest);
  if (split < line.size() && line[split] == '=') return;  // only AUTH was ever written with "="
  const auto is = [&](std::string_view known) { return text::iequals(keyword, known); };
  if (is("STARTTLS"))
    c.starttls = true;
  else if (is("8BITMIME"))
    c.eight_bit_mime = true;
  else if (is("PIPELINING"))
    c.pipelining = true;
  else if (is("ENHANCEDSTATUSCODES"))
    c.enhanced_status_codes = true;
  else if (is("SMTPUTF8"))
    c.smtputf8 = true;
  else if (is("CHUNKING"))
    c.chunking = true;
  else if (is("BINARYMIME"))
    c.binarymime = true;
  else if (is("DSN"))
    c.dsn = true;
  else if (is("REQUIRETLS"))
    c.requiretls = true;
  else if (is("LIMITS"))
    c.limits = parse_limits(rest);
  else if (is("SIZE"))
    c.size = parse_size(rest);
}

}  // namespace

capabilities capabilities::parse(const reply& ehlo, const std::vector<std::string>& without) {
  capabilities c;
  if (!ehlo.positive()) return c;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    c.lines.push_back(ehlo.lines[i]);
    add_line(c, ehlo.lines[i], without);
  }
  c.binarymime = c.binarymime && c.chunking;  // RFC 3030 §3: offered only together with CHUNKING
  return c;
}

bool capabilities::offers_mechanism(std::string_view mechanism) const noexcept {
  return std::any_of(auth.begin(), auth.end(),
                     [&](const std::string& offered) { return text::iequals(offered, mechanism); });
}

}  // namespace smtpscope::wire
