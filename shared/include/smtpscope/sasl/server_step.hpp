#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "smtpscope/base/secret.hpp"

namespace smtpscope::sasl {

// A further challenge (raw octets; may be empty).
struct challenge {
  std::string octets;
};
// The client has said all it will: these are to be checked. `password` may be a token, and is
// empty where the mechanism has none.
struct offered_credentials {
  std::string authorization_identity;
  std::string authentication_identity;
  secret password;
};
// The user's password is needed to go on: use_secret() gives it, or nothing for an unknown user.
struct secret_wanted {
  std::string authorization_identity;
  std::string authentication_identity;
};
// The mechanism has checked by itself.
enum class proof : std::uint8_t { right, wrong };
using server_step = std::variant<challenge, offered_credentials, secret_wanted, proof>;

}  // namespace smtpscope::sasl
