#pragma once
// What a TLS engine tells its host.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/channel_binding.hpp"
#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// `recorded` goes on with a server that cannot be trusted; `established` says so and why.
enum class verification : std::uint8_t { demanded, recorded };

// Octets for the network, in this order.
struct send_ciphertext {
  std::string octets;
};
// One message of the handshake (also later: tickets, key updates), change_cipher_spec or alert; the first 200 of a
// session.
struct message_seen {
  message what;
};
// The header of one record (RFC 8446 §5.1, RFC 5246 §6.2.1): it comes before what it carried.
struct record_seen {
  direction dir = direction::client_to_server;
  std::uint8_t content = 0;   // as on the wire; under TLS 1.3 every encrypted record is 23
  std::uint16_t version = 0;  // as on the wire: 0x0301, 0x0303
  std::uint16_t length = 0;   // octets after the header
  protection cover = protection::clear;
};
// The certificates as the server sent them, its own first; at most 10. Not told when a session is resumed.
struct chain_received {
  std::vector<certificate> certificates;
};
// The handshake is done.
struct established {
  std::string version;  // "TLSv1.3"
  std::string suite;    // IANA's name
  std::string group;    // of the key exchange, by IANA's name; "" where there was none
  std::string alpn;     // the protocol agreed on; "" for none
  bool resumed = false;
  bool verified = false;             // the certificate, its chain and its name are to be trusted
  std::optional<refusal> refused{};  // why not; only with verification::recorded
  std::vector<certificate> chain{};  // the verified chain, own certificate first, anchor last; may be empty
  std::string anchor{};              // subject of the trusted certificate at the chain's end
  sasl::channel_binding binding{};
};
// Octets of the peer, decrypted.
struct data_received {
  std::string octets;
};
// RFC 8446 §6, RFC 5246 §7.2. `level` is "warning" or "fatal"; a description that is not known is "alert_99".
struct alert_seen {
  direction dir = direction::client_to_server;
  std::string level;
  std::string description;
};
// The peer will send nothing more (RFC 8446 §6.1).
struct close_notify_received {};
// The connection ended without a close_notify: what was received may not be all (RFC 8446 §6.1).
struct truncated {};
// The session is over; what is still to be sent (an alert) came before as send_ciphertext.
struct failed {
  code what = code::tls_protocol;
  std::optional<reason> why{};              // with tls_verify and tls_protocol
  std::string message{};                    // for people, in our words: what happened, what to do
  std::optional<std::size_t> failing{};     // with tls_verify: index into `certificates`
  std::vector<certificate> certificates{};  // with tls_verify: as the server sent them
};
// A session that a later engine may resume. It holds keys.
struct session_given {
  secret session;
};
// One line of NSS's key log format, with keys of this connection. Only where it was asked for.
struct key_log {
  std::string line;
};

using event = std::variant<send_ciphertext, message_seen, record_seen, chain_received, established, data_received,
                           alert_seen, close_notify_received, truncated, failed, session_given, key_log>;

}  // namespace smtpscope::tls
