#pragma once
// What a failure of the network means, in a sentence that says what to do.

#include <cstdint>
#include <optional>
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
// For tls. `shown` is the server's certificate where it sent one.
[[nodiscard]] std::string tls_failure_text(code what, std::optional<tls_reason> reason, const attempt& to,
                                           const certificate* shown);

}  // namespace smtpscope::tunnel
