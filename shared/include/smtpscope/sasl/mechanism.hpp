#pragma once
// SASL mechanisms of the client and the server (RFC 4422). One mechanism a file. Messages here are raw octets: base64
// is the session's business.

#include <array>
#include <cstdint>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

// What proves the identity.
enum class proof_by : std::uint8_t {
  hidden_password,  // known to both sides, not sent
  password,         // sent as it is: only inside TLS
  token,            // sent as it is
  certificate,      // of TLS
  nothing,
};

struct mechanism_traits {
  std::string_view name;
  proof_by by;
  scram_binding binding;
  bool needs_nonce;  // of the client
};

// Every mechanism, strongest first among those of one kind of proof.
inline constexpr std::array mechanisms = {
    mechanism_traits{"SCRAM-SHA-512-PLUS", proof_by::hidden_password, scram_binding::plus, true},
    mechanism_traits{"SCRAM-SHA-256-PLUS", proof_by::hidden_password, scram_binding::plus, true},
    mechanism_traits{"SCRAM-SHA-1-PLUS", proof_by::hidden_password, scram_binding::plus, true},
    mechanism_traits{"SCRAM-SHA-512", proof_by::hidden_password, scram_binding::without, true},
    mechanism_traits{"SCRAM-SHA-256", proof_by::hidden_password, scram_binding::without, true},
    mechanism_traits{"SCRAM-SHA-1", proof_by::hidden_password, scram_binding::without, true},
    mechanism_traits{"DIGEST-MD5", proof_by::hidden_password, scram_binding::without, true},
    mechanism_traits{"CRAM-MD5", proof_by::hidden_password, scram_binding::without, false},
    mechanism_traits{"PLAIN", proof_by::password, scram_binding::without, false},
    mechanism_traits{"LOGIN", proof_by::password, scram_binding::without, false},
    mechanism_traits{"OAUTHBEARER", proof_by::token, scram_binding::without, false},
    mechanism_traits{"XOAUTH2", proof_by::token, scram_binding::without, false},
    mechanism_traits{"EXTERNAL", proof_by::certificate, scram_binding::without, false},
    mechanism_traits{"ANONYMOUS", proof_by::nothing, scram_binding::without, false},
};

// nullptr for a name nobody knows; names are upper case.
[[nodiscard]] const mechanism_traits* find_mechanism(std::string_view name) noexcept;

// Errors: unsupported (name), and what the mechanism's create() says.
[[nodiscard]] result<client_mechanism> make_client(std::string_view name, client_setup setup);
[[nodiscard]] result<server_mechanism> make_server(std::string_view name, server_setup setup);

}  // namespace smtpscope::sasl
