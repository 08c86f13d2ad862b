#pragma once
// PLAIN (RFC 4616): [authzid] NUL authcid NUL passwd, in one message.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

class plain_client final : public client_exchange {
 public:
  // Error: forbidden_character (a NUL, which separates the parts).
  [[nodiscard]] static result<client_mechanism> create(client_setup setup);
  [[nodiscard]] std::optional<std::string> initial_response() override;
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;

 private:
  explicit plain_client(client_setup setup) : setup_(std::move(setup)) {}
  client_setup setup_;
  bool done_ = false;
};

class plain_server final : public server_exchange {
 public:
  // Error: invalid_encoding (not two NULs, empty authcid or passwd).
  [[nodiscard]] result<server_step> step(std::string_view response) override;
};

}  // namespace smtpscope::sasl
