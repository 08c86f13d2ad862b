#pragma once
// PLAIN (RFC 4616): [authzid] NUL authcid NUL passwd, in one message.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/server_step.hpp"

namespace smtpscope::sasl {

class plain_client {
 public:
  plain_client(std::string identity, secret password) noexcept
      : identity_(std::move(identity)), password_(std::move(password)) {}
  [[nodiscard]] std::optional<std::string> initial_response();
  [[nodiscard]] result<std::string> respond(std::string_view challenge);

 private:
  std::string identity_;
  secret password_;
  bool done_ = false;
};

class plain_server {
 public:
  [[nodiscard]] server_step start() { return challenge{}; }
  // Error: invalid_encoding (not two NULs, empty authcid or passwd).
  [[nodiscard]] result<server_step> step(std::string_view response);
};

}  // namespace smtpscope::sasl
