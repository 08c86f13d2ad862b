#pragma once
// What a mechanism is made with. Randomness and names come from outside: mechanisms are pure.

#include <cstdint>
#include <string>

#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/channel_binding.hpp"

namespace smtpscope::sasl {

// What SCRAM without -PLUS says about channel binding (RFC 5802 §6), so that the server notices
// when somebody took the -PLUS mechanisms out of its list.
enum class binding_support : std::uint8_t { none, unused };

// Whether a mechanism is bound to its TLS connection.
enum class scram_binding : std::uint8_t { without, plus };

struct client_setup {
  std::string authentication_identity;
  std::string authorization_identity;  // "" asks to act as the authentication identity
  secret password;                     // or token
  std::string nonce;                   // printable ASCII without commas and quotation marks; never used twice
  std::string host;                    // the server as it was asked for, "" where not known
  int port = 0;                        // 0 where not known
  channel_binding binding;
  binding_support support = binding_support::none;
};

struct server_setup {
  std::string host;      // the server's own name
  std::string nonce;     // as the client's
  std::string salt_key;  // at least 32 octets: salts and decoys come from it
  std::string salt;      // instead of one made from salt_key, where it is stored with the user
  channel_binding binding;
  binding_support support = binding_support::none;  // unused: -PLUS is offered too
};

}  // namespace smtpscope::sasl
