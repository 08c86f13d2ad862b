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

// Whether AUTH earns this reply at the end of a login, when the password was looked at (RFC 4954 §6), and not
// at the command.
[[nodiscard]] inline bool ends_login(const wire::reply& r) noexcept {
  return r.code == 235 || r.code == 432 || r.code == 454 || r.code == 534 || r.code == 535;
}

// The host's answer to a question of a server session.
struct decision {
  verdict what = verdict::accept;
  // Replaces the session's own words, once; a template. With AUTH that is accepted, one that ends_login() is
  // said in place of 235 or 535, whichever comes; unless it is 235 itself nobody has logged in then.
  std::optional<wire::reply> reply = std::nullopt;
  std::string queue_id = {};  // {queue_id} of the texts, for a message that is kept
  // What a server that works would not do:
  afterwards then = afterwards::go_on;
  std::string garbage = {};                                  // these octets instead of a reply
  std::optional<std::uint64_t> drop_after = std::nullopt;    // DATA, BDAT: the link is cut after so much content
  certificate_choice certificate = certificate_choice::own;  // STARTTLS
  milliseconds delay{0};                                     // for the host: it answers after this time
};

}  // namespace smtpscope::session
