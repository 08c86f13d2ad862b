#pragma once
// An IP address as a value, without sockets. IPv4 is held in its IPv4-mapped form (RFC 4291
// §2.5.5.2), so that ::ffff:192.0.2.1 and 192.0.2.1 are one address and cannot be told apart by a
// check that looks at one of them only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smtpscope::tunnel {

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

// What an address is for, as far as a relay cares (IANA special-purpose address registries).
enum class address_class : std::uint8_t {
  global,
  unspecified,  // 0.0.0.0/8, ::
  loopback,
  link_local,   // 169.254.0.0/16, fe80::/10: also where clouds keep their credentials
  private_use,  // RFC 1918, RFC 4193, site-local
  shared,       // 100.64.0.0/10, RFC 6598
  translated,   // NAT64 and 6to4: an IPv4 address in disguise
  multicast,
  broadcast,
  reserved,  // documentation, benchmarks, tunnels, future use
};

// Unwraps NAT64 (RFC 6052, RFC 8215) and 6to4 (RFC 3056): an address that stands for a private one
// is of that class, one that stands for a global one is `translated`.
[[nodiscard]] address_class classify(const ip_address& address) noexcept;

// "a loopback address", "a private address", …
[[nodiscard]] std::string_view describe(address_class c) noexcept;

}  // namespace smtpscope::tunnel
