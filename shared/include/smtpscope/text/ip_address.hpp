#pragma once
// An IP address as a value, without sockets. IPv4 is held in its IPv4-mapped form (RFC 4291
// §2.5.5.2), so that ::ffff:192.0.2.1 and 192.0.2.1 are one address and cannot be told apart by a
// check that looks at one of them only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smtpscope::text {

struct ip_address {
  std::array<std::uint8_t, 16> octets{};

  [[nodiscard]] static ip_address v4(std::array<std::uint8_t, 4> octets) noexcept;
  [[nodiscard]] bool is_v4() const noexcept;
  // Precondition: is_v4().
  [[nodiscard]] std::array<std::uint8_t, 4> v4_octets() const noexcept;

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

// Four decimal numbers without leading zeros, or RFC 4291 §2.2 text without zone or brackets.
// Nothing else: no 127.1, 2130706433 or 0x7f000001.
[[nodiscard]] std::optional<ip_address> parse_ip_address(std::string_view text);

// 192.0.2.1, or RFC 5952 text.
[[nodiscard]] std::string format(const ip_address& address);

}  // namespace smtpscope::text
