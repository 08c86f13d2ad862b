#pragma once
// The words in which a tunnel says how it failed. They are the protocol: traces, the page and tests
// key on them, so names never change.

#include <cstdint>
#include <optional>
#include <string_view>

#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tunnel {

// Offered and required in Sec-WebSocket-Protocol.
inline constexpr std::string_view subprotocol = "smtpscope.tunnel.v1";

// How far the session had come.
enum class stage : std::uint8_t { policy, resolve, connect, tls, stream };

enum class code : std::uint8_t {
  bad_message,      // the page broke the protocol
  not_allowed,      // destination not on the list, or not properly written
  blocked_address,  // a destination's name stands for a private or reserved address
  name_not_found,
  refused,
  timeout,
  unreachable,
  reset,
  tls_verify,          // the certificate is not to be trusted, see tls_reason
  tls_protocol,        // no TLS, or none in common, see tls_reason
  starttls_plaintext,  // bytes in the clear after the answer to STARTTLS (RFC 3207 §6)
  throttled,
  quota,
  too_slow,
  token_required,  // `open` came without a token, and the relay asks for one
  token_refused,   // unknown, expired, or of pages from elsewhere
  draining,
};

// What was wrong with the certificate (tls_verify) or with the handshake (tls_protocol).
using tls_reason = tls::reason;

// WebSocket close codes in use (RFC 6455 §7.4.1 and its registry).
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol = 1002,
  policy = 1008,
  too_large = 1009,
  internal = 1011,
  restart = 1012,
  try_later = 1013,
};

// Whether the same attempt may succeed later without any change.
enum class retry : std::uint8_t { no, yes };

// The enumerators' own names, as they stand in frames.
[[nodiscard]] std::string_view name(stage s) noexcept;
[[nodiscard]] std::string_view name(code c) noexcept;
using tls::name;

// The enumerator of that name, or nothing.
[[nodiscard]] std::optional<stage> stage_named(std::string_view text) noexcept;
[[nodiscard]] std::optional<code> code_named(std::string_view text) noexcept;
[[nodiscard]] std::optional<tls_reason> tls_reason_named(std::string_view text) noexcept;

// With which the WebSocket closes after that error.
[[nodiscard]] close_code closes_with(code c) noexcept;
// Whether waiting helps against that error.
[[nodiscard]] retry retry_after(code c) noexcept;

}  // namespace smtpscope::tunnel
