#pragma once
// Watches one session of OpenSSL and tells what it sees: messages, records, certificates, why a
// certificate was refused.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include <openssl/ssl.h>

#include "smtpscope/tls/event.hpp"
#include "smtpscope/tls/handshake_view.hpp"

namespace smtpscope::tls {

// Written to during calls of the session it is attached to, so it must outlive that and not move.
struct observer {
  std::deque<event> seen{};
  verification verify = verification::demanded;
  std::vector<certificate> shown{};  // as the server sent them
  std::optional<refusal> refused{};
  microseconds (*clock)() = nullptr;  // its host's, by which messages have their time; none: they have no time
  microseconds begun{0};              // of that clock: what their time is counted from
  bool peer_speaks_tls = false;       // a record header of TLS came from the peer

  // A handshake has about twenty; a peer may send tickets and new keys without end, and each would be kept in a trace.
  static constexpr std::size_t most_messages = 200;
  std::size_t messages = 0;  // told so far; what follows the last that may be is not told

  handshake_viewer viewer{};
  protection last_record[2] = {protection::clear, protection::clear};   // by direction
  protection after_change[2] = {protection::clear, protection::clear};  // by direction: TLS 1.2's change_cipher_spec
};

// From here on `by` is told of everything; it takes the session's app data.
void observe(SSL& session, observer& by);
// After the handshake: from here on messages only are told, as the records of a long session would add up.
void observe_messages(SSL& session);

// The verification of contexts whose sessions have an observer (SSL_CTX_set_cert_verify_callback).
extern "C" int smtpscope_observe_verification(X509_STORE_CTX* chain, void*);
inline constexpr auto observe_verification = &smtpscope_observe_verification;

}  // namespace smtpscope::tls
