#pragma once
// Control frames of the tunnel: one JSON object in one text frame. relay/README.md describes them.
//
// Values in, text out, and back: parse(format(x)) == x. Members a frame does not know are ignored,
// so that a newer peer may say more; a member it knows must be of its kind.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tls/terms.hpp"
#include "smtpscope/tunnel/codes.hpp"
#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::tunnel {

// --- page → relay ---------------------------------------------------------------------------

// Who does TLS with the server, and when: `none` is a raw pipe until start_tls.
enum class tls_mode : std::uint8_t { none, implicit };

struct auth {
  secret token;
};
struct open {
  std::string host;       // as the page wrote it
  std::int64_t port = 0;  // as the page wrote it: policy judges the range
  tls_mode tls = tls_mode::none;
};
struct start_tls {};
struct credit {
  std::uint64_t bytes = 0;  // at least 1
};
struct page_eof {};

using page_frame = std::variant<auth, open, start_tls, credit, page_eof>;

// Error: malformed_frame (too large, too deep, not JSON, unknown op, a member missing or of the
// wrong kind).
[[nodiscard]] result<page_frame> parse_page_frame(std::string_view text);
[[nodiscard]] std::string format(const page_frame& frame);

// --- relay → page ---------------------------------------------------------------------------

// Whose server a destination is: the relay's own embedded mailbox may be reached on loopback.
enum class destination_kind : std::uint8_t { remote, mailbox };

// What a tunnel may carry there: anything, or TLS of the page's own and nothing else.
enum class payload : std::uint8_t { any, ciphertext };

struct destination {
  std::string host;
  std::uint16_t port = 0;
  destination_kind kind = destination_kind::remote;
  payload carries = payload::any;

  friend bool operator==(const destination&, const destination&) = default;
};

// Whether the relay wants a token before `open`.
enum class token_demand : std::uint8_t { none, required };

struct hello {
  int version = 1;
  limits bounds;
  std::vector<destination> destinations;
  token_demand token = token_demand::none;
};
struct resolved {
  std::vector<std::string> addresses;
  microseconds us{0};
};
struct connected {
  std::string address;
  std::uint16_t port = 0;
  microseconds us{0};
};

using tls::certificate;
using tls::direction;
// A message of the handshake, or one after it, with what it says; its octets are those before encryption.
using handshake_message = tls::message;

struct tls_report {
  std::string version;  // "TLSv1.3"
  std::string suite;
  std::string group;  // key exchange; "" where the suite has none
  bool verified = false;
  std::vector<std::string> chain;  // base64 DER, the server's certificate first
  std::vector<certificate> certificates;
  std::string anchor;  // subject of the trusted certificate at the end of the verified chain
  microseconds us{0};
  std::vector<handshake_message> messages;
};

// What TLS said after its handshake: tickets, new keys, alerts. Comes before the octets that followed it.
struct tls_messages {
  std::vector<handshake_message> messages;
};

struct server_eof {};

enum class party : std::uint8_t { page, server, relay };

struct closed {
  party by = party::relay;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
};
struct draining {
  milliseconds deadline{0};
};
struct failure {
  stage at = stage::policy;
  code what = code::bad_message;
  std::string message;  // a sentence for people, in our words
  retry again = retry::no;
  std::optional<tls_reason> reason;           // with tls_verify and tls_protocol
  std::vector<certificate> certificates;      // with tls_verify: what the server showed
  std::vector<handshake_message> messages{};  // at stage tls: of the handshake so far
  std::optional<std::size_t> failing{};       // with tls_verify: index into `certificates`
};

using relay_frame =
    std::variant<hello, resolved, connected, tls_report, tls_messages, server_eof, closed, draining, failure>;

[[nodiscard]] std::string format(const relay_frame& frame);
// Error: malformed_frame. A certificate chain is long, so size is the transport's business here.
[[nodiscard]] result<relay_frame> parse_relay_frame(std::string_view text);

}  // namespace smtpscope::tunnel
