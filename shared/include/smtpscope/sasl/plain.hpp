#pragma once
// PLAIN (RFC 4616): [authzid] NUL authcid NUL passwd, in one message.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/server_step.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

class plain_client {
 public:
  // Error: forbidden_character (a NUL, which separates the parts).
  [[nodiscard]] static result<plain_client> create(client_setup setup);
  [[nodiscard]] std::optional<std::string> initial_response();
  [[nodiscard]] result<std::string> respond(std::string_view challenge);
  [[nodiscard]] bool server_proven() const noexcept { return true; }  // all there is to have

 private:
  explicit plain_client(client_setup setup) : setup_(std::move(setup)) {}
  client_setup setup_;
  bool done_ = false;
};

class plain_server {
 public:
  [[nodiscard]] server_step start() { return challenge{}; }
  // Error: invalid_encoding (not two NULs, empty authcid or passwd).
  [[nodiscard]] result<server_step> step(std::string_view response);
};

}  // namespace smtpscope::sasl
