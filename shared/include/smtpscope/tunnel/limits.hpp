#pragma once
// What one tunnel may take. Defaults with their reasons; the relay tells the page all of them.

#include <cstddef>
#include <cstdint>

#include "smtpscope/base/time.hpp"

namespace smtpscope::tunnel {

// A control frame: the largest, a certificate chain, goes the other way and is not bounded by it.
inline constexpr std::size_t control_frame_octets = 4096;
inline constexpr int control_frame_depth = 4;
// Of the relay's frames, which the page need not fear: what a message of TLS says has lists in lists.
inline constexpr int relay_frame_depth = 8;
// The most that a binary message may be allowed in either direction, and what is read at a time.
inline constexpr std::size_t data_frame_octets = 64 * 1024;
// Credit the relay starts with, in octets: a few round trips of an SMTP dialogue, no more.
inline constexpr std::uint64_t initial_credit = 256 * 1024;
// Credit beyond this is a page that has lost count.
inline constexpr std::uint64_t credit_ceiling = std::uint64_t{1} << 48;

struct limits {
  milliseconds handshake{5'000};  // HTTP request to WebSocket
  milliseconds open{10'000};      // hello to open
  milliseconds resolve{10'000};
  milliseconds connect{10'000};
  milliseconds tls{10'000};
  milliseconds idle{660'000};  // RFC 5321 §4.5.3.2.6: a server may take 10 min after the final dot
  milliseconds session{1'800'000};
  milliseconds ping{25'000};                          // under the minute after which proxies call a connection idle
  milliseconds half_closed{30'000};                   // for the page's last words after the server's eof
  milliseconds closing{5'000};                        // for the WebSocket's close handshake
  std::uint64_t bytes_up = std::uint64_t{60} << 20;   // a 35 MiB message in base64, and room
  std::uint64_t bytes_down = std::uint64_t{4} << 20;  // replies are short
  std::uint64_t header = 8 * 1024;                    // octets of an HTTP request's header
  std::uint64_t data_frame = data_frame_octets;       // octets of a binary message, at most data_frame_octets
  // From the page, a second; so many may also come at once. Many times what a page sends, little work for the relay.
  std::uint64_t frames_per_second = 50'000;
  std::uint64_t fragments_per_second = 5'000;  // frames of messages in pieces
  // Tunnels that stand at once: in all, from one address (IPv6: from one /64), to one destination; and that begin
  // in a minute from one address. A class of 30 shares one address.
  std::uint64_t connections = 1024;
  std::uint64_t connections_per_address = 128;
  std::uint64_t connections_per_destination = 512;
  std::uint64_t new_per_minute = 300;
};

}  // namespace smtpscope::tunnel
