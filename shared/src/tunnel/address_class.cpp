#include <array>
#include <cstddef>

#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::tunnel {
namespace {

struct v4_row {
  std::array<std::uint8_t, 4> network;
  unsigned bits;
  address_class what;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry; the first row that fits counts.
constexpr v4_row v4_rows[] = {
    {{0, 0, 0, 0}, 8, address_class::unspecified},        {{10, 0, 0, 0}, 8, address_class::private_use},
    {{100, 64, 0, 0}, 10, address_class::shared},         {{127, 0, 0, 0}, 8, address_class::loopback},
    {{169, 254, 0, 0}, 16, address_class::link_local},    {{172, 16, 0, 0}, 12, address_class::private_use},
    {{192, 0, 0, 0}, 24, address_class::reserved},        {{192, 0, 2, 0}, 24, address_class::reserved},
    {{192, 88, 99, 0}, 24, address_class::reserved},      {{192, 168, 0, 0}, 16, address_class::private_use},
    {{198, 18, 0, 0}, 15, address_class::reserved},       {{198, 51, 100, 0}, 24, address_class::reserved},
    {{203, 0, 113, 0}, 24, address_class::reserved},      {{224, 0, 0, 0}, 4, address_class::multicast},
    {{255, 255, 255, 255}, 32, address_class::broadcast}, {{240, 0, 0, 0}, 4, address_class::reserved},
};

struct v6_row {
  std::array<std::uint8_t, 16> network;
  unsigned bits;
  address_class what;
  int v4_at;  // offset of the IPv4 address inside, or -1
};

// https://www.iana.org/assignments/iana-ipv6-special-registry; the first row that fits counts.
constexpr v6_row v6_rows[] = {
    {{}, 128, address_class::unspecified, -1},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, address_class::loopback, -1},
    {{}, 96, address_class::reserved, 12},  // IPv4-compatible, RFC 4291 §2.5.5.1
    {{0x00, 0x64, 0xff, 0x9b}, 96, address_class::translated, 12},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, address_class::translated, 12},
    {{0x20, 0x02}, 16, address_class::translated, 2},
    {{0x20, 0x01}, 23, address_class::reserved, -1},  // Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32, address_class::reserved, -1},
    {{0x3f, 0xff}, 20, address_class::reserved, -1},
    {{0xfc}, 7, address_class::private_use, -1},
    {{0xfe, 0x80}, 10, address_class::link_local, -1},
    {{0xfe, 0xc0}, 10, address_class::private_use, -1},
    {{0xff}, 8, address_class::multicast, -1},
    {{0x20}, 3, address_class::global, -1},  // all that is given out, RFC 4291 §2.5.4
    {{}, 0, address_class::reserved, -1},
};

template <std::size_t Size>
constexpr bool lies_in(const std::array<std::uint8_t, Size>& address, const std::array<std::uint8_t, Size>& network,
                       unsigned bits) noexcept {
  for (std::size_t i = 0; i < Size && bits > 0; ++i) {
    const unsigned here = bits < 8 ? bits : 8;
    const unsigned mask = 0xffU << (8 - here) & 0xffU;
    if (((address[i] ^ network[i]) & mask) != 0) return false;
    bits -= here;
  }
  return true;
}

address_class classify_v4(const std::array<std::uint8_t, 4>& octets) noexcept {
  for (const v4_row& row : v4_rows)
    if (lies_in(octets, row.network, row.bits)) return row.what;
  return address_class::global;
}

}  // namespace

address_class classify(const ip_address& address) noexcept {
  if (address.is_v4()) return classify_v4(address.v4_octets());
  for (const v6_row& row : v6_rows) {
    if (!lies_in(address.octets, row.network, row.bits)) continue;
    if (row.v4_at < 0) return row.what;
    const auto at = static_cast<std::size_t>(row.v4_at);
    const auto& o = address.octets;
    const address_class inner = classify_v4({o[at], o[at + 1], o[at + 2], o[at + 3]});
    return inner == address_class::global ? row.what : inner;
  }
  return address_class::reserved;
}

std::string_view describe(address_class c) noexcept {
  switch (c) {
    case address_class::global: return "a public address";
    case address_class::unspecified: return "an unspecified address";
    case address_class::loopback: return "a loopback address";
    case address_class::link_local: return "a link-local address";
    case address_class::private_use: return "a private address";
    case address_class::shared: return "an address of a provider's inner network";
    case address_class::translated: return "an IPv4 address in disguise (NAT64 or 6to4)";
    case address_class::multicast: return "a multicast address";
    case address_class::broadcast: return "the broadcast address";
    case address_class::reserved: return "a reserved address";
  }
  return "a reserved address";
}

}  // namespace smtpscope::tunnel
