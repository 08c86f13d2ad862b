#pragma once
// LOGIN (draft-murchison-sasl-login, never an RFC): two challenges whose text is decoration,
// answered with user name and password in turn.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/server_step.hpp"

namespace smtpscope::sasl {

class login_client {
 public:
  login_client(std::string identity, secret password) noexcept
      : identity_(std::move(identity)), password_(std::move(password)) {}
  // The user name; most servers take it with the command.
  [[nodiscard]] std::optional<std::string> initial_response();
  [[nodiscard]] result<std::string> respond(std::string_view challenge);
  [[nodiscard]] bool server_proven() const noexcept { return true; }  // all there is to have

 private:
  std::string identity_;
  secret password_;
  int answered_ = 0;
};

class login_server {
 public:
  [[nodiscard]] server_step start() { return challenge{"Username:"}; }
  [[nodiscard]] result<server_step> step(std::string_view response);

 private:
  std::optional<std::string> identity_;
};

}  // namespace smtpscope::sasl
