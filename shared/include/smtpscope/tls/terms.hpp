#pragma once
// What is said about TLS, as plain data: by the engine of this layer, in frames of the tunnel, in
// traces. No OpenSSL here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/wire/field.hpp"

namespace smtpscope::tls {

enum class direction : std::uint8_t { client_to_server, server_to_client };

// RFC 8446 §5.1. The value is the one on the wire.
enum class content_type : std::uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

// How a connection failed.
enum class code : std::uint8_t {
  tls_verify,    // the certificate is not to be trusted
  tls_protocol,  // no TLS, or none in common
  reset,         // the connection ended during the handshake
};

// What was wrong with the certificate (tls_verify) or with the handshake (tls_protocol).
enum class reason : std::uint8_t {
  expired,
  not_yet_valid,
  self_signed,
  unknown_authority,
  incomplete_chain,  // the server did not send the certificate of the authority that issued its own
  name_mismatch,
  no_host_names,    // the certificate names no host at all where names are looked for (RFC 9525 §6.3)
  weak,             // key or signature too weak for today
  other,            // another fault of the certificate
  not_tls,          // the answer was not TLS at all: OpenSSL's "wrong version number"
  no_common_terms,  // no version, cipher or group in common
  alert,            // the peer refused with a TLS alert
  broken,           // another fault of the handshake or of a record
};

// The enumerators' own names, as they stand in frames and traces: "c2s" and "s2c" for directions.
[[nodiscard]] std::string_view name(direction d) noexcept;
[[nodiscard]] std::string_view name(content_type t) noexcept;
[[nodiscard]] std::string_view name(code c) noexcept;
[[nodiscard]] std::string_view name(reason r) noexcept;

// The enumerator of that name, or nothing.
[[nodiscard]] std::optional<direction> direction_named(std::string_view text) noexcept;
[[nodiscard]] std::optional<content_type> content_type_named(std::string_view text) noexcept;
[[nodiscard]] std::optional<reason> reason_named(std::string_view text) noexcept;

// One certificate for people. Text comes from the certificate, so it is the peer's; what the
// certificate lacks, or this build cannot read, is "".
struct certificate {
  std::string subject{};             // RFC 4514
  std::string issuer{};              // RFC 4514
  std::vector<std::string> names{};  // subject alternative names: host names and addresses, at most 100
  std::string not_before{};          // UTC, RFC 3339
  std::string not_after{};
  std::string serial{};     // hexadecimal
  std::string key{};        // "RSA 2048", "EC secp256r1", "Ed25519"
  std::string signature{};  // the algorithm by which the issuer signed: "ecdsa-with-SHA256"
  std::string sha256{};     // fingerprint of the DER, hexadecimal
  std::string der{};        // its octets

  friend bool operator==(const certificate&, const certificate&) = default;
};

// Why a certificate is not trusted.
struct refusal {
  reason why = reason::other;
  std::optional<std::size_t> failing{};  // index of the certificate at fault among those that are told
  certificate at_fault{};                // that one, or one that is not told: trusted here, or sent as one of very many
};

// Whether a message travelled inside a protected record.
enum class protection : std::uint8_t { clear, encrypted };

// A message of the handshake, a change_cipher_spec or an alert, as it was before encryption, and what
// it says: its parts as ranges of its octets, and their meaning for people.
struct message {
  std::string type{};  // RFC 8446 §4, RFC 5246 §7.4: "client_hello", "certificate_verify", …
  direction dir = direction::client_to_server;
  content_type content = content_type::handshake;
  protection cover = protection::clear;
  std::string octets{};  // with the message's own header, without that of the record
  std::vector<wire::field> fields{};
  json data = json::object();
  microseconds at{0};  // since the handshake began; 0 where its host has no clock
};

}  // namespace smtpscope::tls
