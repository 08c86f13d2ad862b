#pragma once
// SASL mechanisms of the client and the server (RFC 4422). One mechanism a file; a variant holds
// whichever is in use. Messages here are raw octets: base64 is the session's business.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/login.hpp"
#include "smtpscope/sasl/plain.hpp"
#include "smtpscope/sasl/server_step.hpp"

namespace smtpscope::sasl {

using client_mechanism = std::variant<plain_client, login_client>;
using server_mechanism = std::variant<plain_server, login_server>;

// Names in order of preference, upper case.
[[nodiscard]] const std::vector<std::string>& known_mechanisms();

// Error: unsupported.
[[nodiscard]] result<client_mechanism> make_client(std::string_view name, std::string identity, secret password);
[[nodiscard]] result<server_mechanism> make_server(std::string_view name);

// What the client says first, where the mechanism lets it.
[[nodiscard]] std::optional<std::string> initial_response(client_mechanism& m);
// Answer to one challenge. Error: misuse when the mechanism expects no further challenge.
[[nodiscard]] result<std::string> respond(client_mechanism& m, std::string_view challenge);

// Before any response: what the server challenges with.
[[nodiscard]] server_step start(server_mechanism& m);
// One response of the client. Error: invalid_encoding when it is not of the mechanism's form.
[[nodiscard]] result<server_step> step(server_mechanism& m, std::string_view response);

}  // namespace smtpscope::sasl
