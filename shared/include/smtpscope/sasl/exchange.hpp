#pragma once
// One login of one mechanism, seen from either side. Behind pointers, not in a variant: moving and
// copying eight mechanisms about was a tenth of the WebAssembly module.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/server_step.hpp"

namespace smtpscope::sasl {

class client_exchange {
 public:
  client_exchange() = default;
  client_exchange(const client_exchange&) = delete;
  client_exchange& operator=(const client_exchange&) = delete;
  virtual ~client_exchange() = default;

  // What the client says first, where the mechanism lets it.
  [[nodiscard]] virtual std::optional<std::string> initial_response() = 0;
  // Answer to one challenge. Errors: misuse when the mechanism expects no further challenge;
  // invalid_encoding when the server's message is malformed or false, and the login must be cancelled.
  [[nodiscard]] virtual result<std::string> respond(std::string_view challenge) = 0;
  // Whether the server's success may be believed now: where the mechanism lets the server prove
  // itself, it has done so.
  [[nodiscard]] virtual bool server_proven() const noexcept { return true; }
};

class server_exchange {
 public:
  server_exchange() = default;
  server_exchange(const server_exchange&) = delete;
  server_exchange& operator=(const server_exchange&) = delete;
  virtual ~server_exchange() = default;

  // Before any response: what the server challenges with.
  [[nodiscard]] virtual server_step start() { return challenge{}; }
  // One response of the client. Error: invalid_encoding when it is not of the mechanism's form.
  [[nodiscard]] virtual result<server_step> step(std::string_view response) = 0;
  // The answer to secret_wanted; nothing for an unknown user, whose login goes on and ends with
  // proof::wrong. Error: misuse when the mechanism did not ask.
  [[nodiscard]] virtual result<server_step> use_secret(const std::optional<secret>& password);
  // What the mechanism says before the refusal of offered_credentials becomes the reply.
  [[nodiscard]] virtual std::optional<challenge> refusal() { return std::nullopt; }
};

// Results in one call each: made in place, they are most of what a mechanism is.
[[nodiscard]] result<std::string> client_fails(errc code, std::string_view why);
[[nodiscard]] result<server_step> server_fails(errc code, std::string_view why);
[[nodiscard]] result<server_step> server_says(std::string octets);
[[nodiscard]] result<server_step> server_ends(proof how);
[[nodiscard]] result<server_step> server_asks(std::string_view authorization, std::string_view authentication);
[[nodiscard]] result<server_step> server_offers(std::string_view authorization, std::string_view authentication,
                                                std::string_view password);

using client_mechanism = std::unique_ptr<client_exchange>;
using server_mechanism = std::unique_ptr<server_exchange>;

}  // namespace smtpscope::sasl
