#pragma once
// SASL mechanisms of the client and the server (RFC 4422). One mechanism a file; a variant holds
// whichever is in use. Messages here are raw octets: base64 is the session's business.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/cram_md5.hpp"
#include "smtpscope/sasl/digest_md5.hpp"
#include "smtpscope/sasl/external.hpp"
#include "smtpscope/sasl/login.hpp"
#include "smtpscope/sasl/oauth.hpp"
#include "smtpscope/sasl/plain.hpp"
#include "smtpscope/sasl/scram.hpp"
#include "smtpscope/sasl/server_step.hpp"
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

using client_mechanism = std::variant<plain_client, login_client, cram_md5_client, digest_md5_client, scram_client,
                                      oauth_client, nameless_client>;
using server_mechanism = std::variant<plain_server, login_server, cram_md5_server, digest_md5_server, scram_server,
                                      oauth_server, nameless_server>;

// Errors: unsupported (name), and what the mechanism's create() says.
[[nodiscard]] result<client_mechanism> make_client(std::string_view name, client_setup setup);
[[nodiscard]] result<server_mechanism> make_server(std::string_view name, server_setup setup);

// What the client says first, where the mechanism lets it.
[[nodiscard]] std::optional<std::string> initial_response(client_mechanism& m);
// Answer to one challenge. Errors: misuse when the mechanism expects no further challenge;
// invalid_encoding when the server's message is malformed or false, and the login must be cancelled.
[[nodiscard]] result<std::string> respond(client_mechanism& m, std::string_view challenge);
// Whether the server's success may be believed now: where the mechanism lets the server prove
// itself, it has done so.
[[nodiscard]] bool server_proven(const client_mechanism& m);

// Before any response: what the server challenges with.
[[nodiscard]] server_step start(server_mechanism& m);
// One response of the client. Error: invalid_encoding when it is not of the mechanism's form.
[[nodiscard]] result<server_step> step(server_mechanism& m, std::string_view response);
// The answer to secret_wanted. Error: misuse when the mechanism did not ask.
[[nodiscard]] result<server_step> use_secret(server_mechanism& m, const std::optional<secret>& password);
// What the mechanism says before the refusal of offered_credentials becomes the reply.
[[nodiscard]] std::optional<challenge> refusal(server_mechanism& m);

}  // namespace smtpscope::sasl
