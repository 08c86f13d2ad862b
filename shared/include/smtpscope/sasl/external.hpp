#pragma once
// EXTERNAL (RFC 4422 §A): the identity is known from elsewhere, from a TLS certificate; the client
// at most says as whom it wants to act. ANONYMOUS (RFC 4505): no identity, at most a trace of who it was.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

enum class nameless_form : std::uint8_t { external, anonymous };

class nameless_client final : public client_exchange {
 public:
  // Error: forbidden_character (a NUL, not UTF-8; ANONYMOUS: a control character), invalid_argument (a trace of
  // more than 255 characters).
  [[nodiscard]] static result<client_mechanism> create(nameless_form form, const client_setup& setup);
  [[nodiscard]] std::optional<std::string> initial_response() override;
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;

 private:
  explicit nameless_client(std::string message) : message_(std::move(message)) {}
  std::string message_;
  bool sent_ = false;
};

class nameless_server final : public server_exchange {
 public:
  explicit nameless_server(nameless_form form) : form_(form) {}
  // Error: invalid_encoding.
  [[nodiscard]] result<server_step> step(std::string_view response) override;

 private:
  nameless_form form_;
};

}  // namespace smtpscope::sasl
