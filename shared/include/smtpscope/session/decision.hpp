#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// What becomes of the connection when the question is answered.
enum class afterwards : std::uint8_t {
  go_on,
  close,  // after the reply; a 421 does so in any case (RFC 5321 §3.8)
  drop,   // instead of a reply
};

// The certificate that a TLS handshake shows.
enum class certificate_choice : std::uint8_t { own, expired, wrong_name, self_signed };

// The host's answer to a question of a server session.
struct decision {
  verdict what = verdict::accept;
  std::optional<wire::reply> reply = std::nullopt;  // replaces the session's own words, once; a template
  std::string queue_id = {};                        // {queue_id} of the texts, for a message that is kept
  // What a server that works would not do:
  afterwards then = afterwards::go_on;
  std::string garbage = {};                                  // these octets instead of a reply
  std::optional<std::uint64_t> drop_after = std::nullopt;    // DATA, BDAT: the link is cut after so much content
  certificate_choice certificate = certificate_choice::own;  // STARTTLS
  milliseconds delay{0};                                     // for the host: it answers after this time
};

}  // namespace smtpscope::session
