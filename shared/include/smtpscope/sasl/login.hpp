#pragma once
// LOGIN (draft-murchison-sasl-login, never an RFC): two challenges whose text is decoration,
// answered with user name and password in turn.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"

namespace smtpscope::sasl {

class login_client final : public client_exchange {
 public:
  login_client(std::string identity, secret password) noexcept
      : identity_(std::move(identity)), password_(std::move(password)) {}
  // The user name; most servers take it with the command.
  [[nodiscard]] std::optional<std::string> initial_response() override;
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;

 private:
  std::string identity_;
  secret password_;
  int answered_ = 0;
};

class login_server final : public server_exchange {
 public:
  [[nodiscard]] server_step start() override { return challenge{"Username:"}; }
  [[nodiscard]] result<server_step> step(std::string_view response) override;

 private:
  std::optional<std::string> identity_;
};

}  // namespace smtpscope::sasl
