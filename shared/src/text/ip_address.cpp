#include "smtpscope/text/ip_address.hpp"

#include <algorithm>
#include <cstddef>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::text {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t groups_in_v6 = 8;

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view digits = text.substr(0, end);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    unsigned value = 0;
    for (const char c : digits) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) return std::nullopt;
    octets[i] = static_cast<std::uint8_t>(value);
    const bool last = i + 1 == octets.size();
    if (last != (end == text.size())) return std::nullopt;
    if (!last) text.remove_prefix(end + 1);
  }
  return octets;
}

std::optional<std::uint16_t> parse_group(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    const char low = to_lower(c);
    if (is_digit(low))
      value = value * 16 + static_cast<unsigned>(low - '0');
    else if (low >= 'a' && low <= 'f')
      value = value * 16 + static_cast<unsigned>(low - 'a' + 10);
    else
      return std::nullopt;
  }
  return static_cast<std::uint16_t>(value);
}

struct group_run {
  std::array<std::uint16_t, groups_in_v6> values{};
  std::size_t count = 0;
};

enum class tail : std::uint8_t { no_v4, may_be_v4 };

// Groups between colons, the last possibly a dotted quad. "" is a run of none.
std::optional<group_run> parse_run(std::string_view text, tail end_of_run) {
  group_run run;
  if (text.empty()) return run;
  for (;;) {
    const std::size_t colon = text.find(':');
    const bool last = colon == std::string_view::npos;
    const std::string_view piece = text.substr(0, last ? text.size() : colon);
    if (last && end_of_run == tail::may_be_v4 && piece.find('.') != std::string_view::npos) {
      const auto quad = parse_v4(piece);
      if (!quad || run.count + 2 > groups_in_v6) return std::nullopt;
      run.values[run.count++] = static_cast<std::uint16_t>((*quad)[0] << 8 | (*quad)[1]);
      run.values[run.count++] = static_cast<std::uint16_t>((*quad)[2] << 8 | (*quad)[3]);
      return run;
    }
    const auto group = parse_group(piece);
    if (!group || run.count == groups_in_v6) return std::nullopt;
    run.values[run.count++] = *group;
    if (last) return run;
    text.remove_prefix(colon + 1);
  }
}

std::optional<ip_address> parse_v6(std::string_view text) {
  const std::size_t gap = text.find("::");
  std::optional<group_run> head;
  std::optional<group_run> rest = group_run{};
  if (gap == std::string_view::npos) {
    head = parse_run(text, tail::may_be_v4);
    if (!head || head->count != groups_in_v6) return std::nullopt;
  } else {
    head = parse_run(text.substr(0, gap), tail::no_v4);
    rest = parse_run(text.substr(gap + 2), tail::may_be_v4);
    if (!head || !rest || head->count + rest->count >= groups_in_v6)
      return std::nullopt;  // "::" stands for one at least
  }
  std::array<std::uint16_t, groups_in_v6> groups{};
  std::copy_n(head->values.begin(), head->count, groups.begin());
  std::copy_n(rest->values.begin(), rest->count, groups.end() - static_cast<std::ptrdiff_t>(rest->count));
  ip_address address;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    address.octets[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.octets[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  return address;
}

std::string format_v6(const ip_address& address) {
  std::array<unsigned, groups_in_v6> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = static_cast<unsigned>(address.octets[2 * i] << 8 | address.octets[2 * i + 1]);
  // RFC 5952 §4.2: the first longest run of two or more zero groups becomes "::".
  std::size_t best = groups.size();
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < groups.size();) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > best_length) best = i, best_length = end - i;
    i = end + 1;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    for (int shift = 12, started = 0; shift >= 0; shift -= 4) {
      const unsigned nibble = groups[i] >> shift & 0xf;
      if (nibble != 0 || started != 0 || shift == 0) out += digits[nibble], started = 1;
    }
  }
  return out;
}

}  // namespace

ip_address ip_address::v4(std::array<std::uint8_t, 4> octets) noexcept {
  ip_address address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.octets.begin());
  std::copy(octets.begin(), octets.end(), address.octets.begin() + mapped_prefix.size());
  return address;
}

bool ip_address::is_v4() const noexcept {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets.begin());
}

std::array<std::uint8_t, 4> ip_address::v4_octets() const noexcept {
  return {octets[12], octets[13], octets[14], octets[15]};
}

std::optional<ip_address> parse_ip_address(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_v6(text);
  const auto quad = parse_v4(text);
  if (!quad) return std::nullopt;
  return ip_address::v4(*quad);
}

std::string format(const ip_address& address) {
  if (!address.is_v4()) return format_v6(address);
  std::string out;
  for (const std::uint8_t octet : address.v4_octets()) {
    if (!out.empty()) out += '.';
    out += std::to_string(octet);
  }
  return out;
}

}  // namespace smtpscope::text
