#pragma once

#include <string>
#include <variant>

#include "smtpscope/base/secret.hpp"

namespace smtpscope::sasl {

// A further challenge (raw octets; may be empty).
struct challenge {
  std::string octets;
};
// The client has said all it will: these are to be checked.
struct offered_credentials {
  std::string authorization_identity;
  std::string authentication_identity;
  secret password;
};
using server_step = std::variant<challenge, offered_credentials>;

}  // namespace smtpscope::sasl
