#pragma once
// What a failure of the network means, in a sentence that says what to do.

#include <cstdint>
#include <string>
#include <string_view>

#include "smtpscope/tunnel/codes.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::tunnel {

// Where the session was going and how.
struct attempt {
  std::string_view host;
  std::uint16_t port = 0;
  tls_mode tls = tls_mode::none;
};

// For resolve, connect and stream.
[[nodiscard]] std::string failure_text(stage at, code what, const attempt& to, const limits& bounds);
// For tls. With tls_verify all of `why` counts, with tls_protocol its reason.
[[nodiscard]] std::string tls_failure_text(code what, const tls::refusal& why, const attempt& to);

}  // namespace smtpscope::tunnel
