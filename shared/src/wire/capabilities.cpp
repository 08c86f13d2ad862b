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

void add_line(capabilities& c, std::string_view line) {
  const std::size_t split = std::min(line.find_first_of(" ="), line.size());
  const std::string_view keyword = line.substr(0, split);
  const std::string_view rest = line.substr(std::min(split + 1, line.size()));
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
  else if (is("DSN"))
    c.dsn = true;
  else if (is("SIZE"))
    c.size = parse_size(rest);
}

}  // namespace

capabilities capabilities::parse(const reply& ehlo) {
  capabilities c;
  if (!ehlo.positive()) return c;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    c.lines.push_back(ehlo.lines[i]);
    add_line(c, ehlo.lines[i]);
  }
  return c;
}

bool capabilities::offers_mechanism(std::string_view mechanism) const noexcept {
  return std::any_of(auth.begin(), auth.end(),
                     [&](const std::string& offered) { return text::iequals(offered, mechanism); });
}

}  // namespace smtpscope::wire
