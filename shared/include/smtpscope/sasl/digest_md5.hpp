#pragma once
// DIGEST-MD5 (RFC 2831), made historic by RFC 6331: a challenge of directives, an answer bound to
// it, and the server's own proof (rspauth). Authentication only: no security layer (qop=auth).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

// Everything that goes into the digest (RFC 2831 §2.1.2.1). Names and password as they are hashed.
struct digest_md5_inputs {
  std::string user;
  std::string realm;
  std::string nonce;
  std::string client_nonce;
  std::string uri;            // "smtp/host"
  std::string authorization;  // "" where none is given
};
// 32 hexadecimal digits each.
struct digest_md5_values {
  std::string response;
  std::string response_auth;
};
[[nodiscard]] digest_md5_values digest_md5(const digest_md5_inputs& in, std::string_view password);

class digest_md5_client final : public client_exchange {
 public:
  // Errors: invalid_argument (no nonce, no host), forbidden_character (control characters, not UTF-8).
  [[nodiscard]] static result<client_mechanism> create(client_setup setup);

  [[nodiscard]] std::optional<std::string> initial_response() override { return std::nullopt; }
  // Error: the server's message is not to be trusted, and why.
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;
  [[nodiscard]] bool server_proven() const noexcept override { return state_ == state::proven; }

 private:
  enum class state : std::uint8_t { start, answered, proven, over };
  explicit digest_md5_client(client_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] result<std::string> answer(std::string_view challenge);
  [[nodiscard]] result<std::string> check_server(std::string_view challenge);

  client_setup setup_;
  std::string response_auth_;
  state state_ = state::start;
};

class digest_md5_server final : public server_exchange {
 public:
  explicit digest_md5_server(server_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] server_step start() override;
  // Error: invalid_encoding (directives missing, repeated or not ours).
  [[nodiscard]] result<server_step> step(std::string_view response) override;
  [[nodiscard]] result<server_step> use_secret(const std::optional<secret>& password) override;

 private:
  enum class state : std::uint8_t { start, asked, proof_sent, over };
  [[nodiscard]] result<server_step> take_answer(std::string_view response);
  server_setup setup_;
  digest_md5_inputs inputs_;
  std::string offered_;
  state state_ = state::start;
};

}  // namespace smtpscope::sasl
