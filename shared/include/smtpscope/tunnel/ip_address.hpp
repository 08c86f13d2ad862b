#pragma once
// What an IP address is for, as far as a relay cares.

#include <cstdint>
#include <string_view>

#include "smtpscope/text/ip_address.hpp"

namespace smtpscope::tunnel {

using text::format;
using text::ip_address;
using text::parse_ip_address;

// IANA special-purpose address registries.
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
