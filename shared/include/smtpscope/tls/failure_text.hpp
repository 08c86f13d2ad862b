#pragma once
// What a failure of TLS means, in a sentence that says what to do.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// How TLS begins: with the connection, or after STARTTLS.
enum class beginning : std::uint8_t { at_once, after_starttls };
// Who does TLS: this machine's program, or the page.
enum class place : std::uint8_t { program, page };
// How far it had come.
enum class phase : std::uint8_t { handshake, session };

struct attempt {
  std::string_view host;
  std::uint16_t port = 0;  // 0: not known, and not named
  beginning begun = beginning::at_once;
  place where = place::program;
  phase at = phase::handshake;
};

// With tls_verify; `refused` may lack all but its reason.
[[nodiscard]] std::string verification_text(const refusal& refused, const attempt& to);
// With the others. No reason: none is known.
[[nodiscard]] std::string failure_text(code what, std::optional<reason> why, const attempt& to);

}  // namespace smtpscope::tls
