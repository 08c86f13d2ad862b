#pragma once
// Which SASL mechanism a client takes, and why not the others: part of what a trace explains.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::session {

enum class mechanism_standing : std::uint8_t {
  chosen,
  less_preferred,         // offered and possible, behind the chosen one
  not_offered,            // by the server
  not_allowed,            // offered; the caller did not name it
  unknown,                // offered; nobody here speaks it
  other_credentials,      // it takes a token and there is a password, or the other way round
  needs_randomness,       // for a nonce
  needs_channel_binding,  // of TLS
  needs_server_name,      // to bind the answer to
  unfit_credentials,      // characters that it cannot carry
};
// The enumerator's own name: stable, used in traces and by the page.
[[nodiscard]] std::string_view name(mechanism_standing s) noexcept;

struct mechanism_candidate {
  std::string mechanism;
  mechanism_standing standing = mechanism_standing::not_offered;
};

}  // namespace smtpscope::session
