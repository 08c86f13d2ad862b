#pragma once
// Events of both sides. Imperative names ask the host for something, past tense tells it.

#include <cstdint>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/state.hpp"

namespace smtpscope::session {

// What some bytes of the client are, known from the protocol's state.
enum class sent : std::uint8_t { command, sasl_response, content, end_of_content };

// A change of a side's state; equal values where nothing changed.
struct client_transition {
  client_phase before{};
  client_phase after{};
};
struct server_transition {
  server_state before{};
  server_state after{};
};

// Asks for a TLS handshake on the connection, then tls_established() or peer_closed().
// No plaintext byte may be buffered on either side of the switch (RFC 3207 §4.2).
struct start_tls {};

// Asks to close the connection. Nothing follows.
struct close_connection {
  enum class wish : std::uint8_t { own, of_peer } whose = wish::own;  // of_peer: it said QUIT, and says no more
};

// Asks for timer_fired() unless another event of the session comes within `after`.
// Replaces the timer before it (RFC 5321 §4.5.3.2). Zero: no timer.
struct arm_timer {
  seconds after{};
};

}  // namespace smtpscope::session
