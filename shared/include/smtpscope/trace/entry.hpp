#pragma once
// One thing that happened in a session. A trace is an append-only list of these; the state at
// entry n is replay(entries[0..n]) and nothing else ever needs asking.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/wire/field.hpp"

namespace smtpscope::trace {

enum class layer : std::uint8_t { dns, tcp, tls, smtp, mime, queue, sim, note };
inline constexpr std::size_t layer_count = 8;

enum class kind : std::uint8_t {
  // transport
  resolving,        // note of what is to be reached: host, port, TLS mode
  resolved,         // addresses
  connected,        // address, port
  tls_started,      // handshake begins (data.implicit)
  tls_message,      // a message of TLS itself: data.type, data.content_type, data.encrypted
  tls_established,  // version, suite, group, verified, chain
  transport_error,  // data.stage, data.code, data.message
  // SMTP
  greeting,
  command,
  reply,
  sasl_challenge,  // a 334
  sasl_response,
  content,         // a piece of the message, dots stuffed
  end_of_content,  // the line that is one dot
  timeout,
  cancelled,
  // about the session
  result,     // delivered, partly, failed, unknown; recipients
  diagnosis,  // cause, evidence, fix
  closed,     // by whom
  note,
};
inline constexpr std::size_t kind_count = 20;

enum class direction : std::uint8_t { client_to_server, server_to_client };

// Parts of a session as a reader thinks of it.
enum class chapter : std::uint8_t { resolve, connect, secure, greet, login, envelope, message, done };
inline constexpr std::size_t chapter_count = 8;

// Title, one sentence and a source: what an entry means.
struct explanation {
  std::string title;
  std::string text;
  std::string rfc;  // "RFC 5321 §4.1.1.1"; "" where no RFC speaks of it
};

struct entry {
  std::uint64_t sequence = 0;  // from 0, without gaps
  session_time time{0};
  trace::layer layer = layer::smtp;
  trace::kind kind = kind::note;
  trace::chapter chapter = chapter::connect;
  std::optional<trace::direction> direction;                  // of `bytes`
  bool secure = false;                                        // inside TLS
  std::optional<std::pair<std::string, std::string>> client;  // state names before and after
  std::optional<std::pair<std::string, std::string>> server;
  std::string bytes;  // exact, but for `masked` ranges
  std::vector<wire::field> fields;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> masked;  // [begin, end) replaced by asterisks
  json data = json::object();                                   // by kind; see the schema
  std::optional<explanation> explain;
};

[[nodiscard]] std::string_view name(layer l) noexcept;
[[nodiscard]] std::string_view name(kind k) noexcept;
[[nodiscard]] std::string_view name(direction d) noexcept;  // "c2s", "s2c"
[[nodiscard]] std::string_view name(chapter c) noexcept;

// First line of a trace file.
struct header {
  int version = 1;
  std::string mode;     // "simulated", "live"
  std::string title;    // for people: "Sending through smtp.gmail.com:587"
  std::string started;  // ISO 8601, UTC, given by the host
};

}  // namespace smtpscope::trace
