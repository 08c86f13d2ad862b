#pragma once
// Bearer tokens: XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628). A refused token is
// answered with a challenge that says why, in JSON; the client owes an empty message, and only then
// comes the reply 535.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

enum class oauth_form : std::uint8_t { xoauth2, oauthbearer };

class oauth_client final : public client_exchange {
 public:
  // `setup.password` is the token. Error: forbidden_character (RFC 6750 §2.1; a name with a control character).
  [[nodiscard]] static result<client_mechanism> create(oauth_form form, client_setup setup);
  [[nodiscard]] std::optional<std::string> initial_response() override;
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;
  [[nodiscard]] bool server_proven() const noexcept override { return state_ == state::sent; }

 private:
  enum class state : std::uint8_t { start, sent, refused };
  oauth_client(oauth_form form, client_setup setup) : form_(form), setup_(std::move(setup)) {}
  oauth_form form_;
  client_setup setup_;
  state state_ = state::start;
};

class oauth_server final : public server_exchange {
 public:
  explicit oauth_server(oauth_form form) : form_(form) {}
  // Error: invalid_encoding (not of the form, no token).
  [[nodiscard]] result<server_step> step(std::string_view response) override;
  // The host did not accept the token: what the client is told before it is told 535.
  [[nodiscard]] std::optional<challenge> refusal() override;

 private:
  oauth_form form_;
  bool refused_ = false;
};

}  // namespace smtpscope::sasl
