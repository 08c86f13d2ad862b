#pragma once
// SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither shows it.
// One class for every digest, with and without channel binding (-PLUS).
//
//   C: n,,n=user,r=C      client-first: gs2 header, name, client's nonce
//   S: r=CS,s=salt,i=4096 server-first: both nonces, how the password is salted
//   C: c=biws,r=CS,p=…    client-final: binding, nonces, proof
//   S: v=…                server-final: the server's own proof

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"
#include "smtpscope/text/digest.hpp"

namespace smtpscope::sasl {

class scram_client final : public client_exchange {
 public:
  // Errors: forbidden_character (RFC 4013), invalid_argument (no nonce; -PLUS without channel binding).
  [[nodiscard]] static result<client_mechanism> create(text::digest_kind digest, scram_binding binding,
                                                       client_setup setup);

  [[nodiscard]] std::optional<std::string> initial_response() override;
  // Error: the server's message is not to be trusted, and why.
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;
  // Whether the server has proved that it knows the password.
  [[nodiscard]] bool server_proven() const noexcept override { return state_ == state::proven; }

 private:
  enum class state : std::uint8_t { start, first_sent, final_sent, proven, over };
  scram_client(text::digest_kind digest, client_setup setup) : digest_(digest), setup_(std::move(setup)) {}
  [[nodiscard]] result<std::string> final_message(std::string_view server_first);
  [[nodiscard]] result<std::string> check_server(std::string_view server_final);

  text::digest_kind digest_;
  client_setup setup_;
  std::string gs2_header_;
  std::string bound_;  // channel binding octets
  std::string first_bare_;
  std::string server_signature_;
  state state_ = state::start;
};

class scram_server final : public server_exchange {
 public:
  scram_server(text::digest_kind digest, scram_binding binding, server_setup setup)
      : digest_(digest), binding_(binding), setup_(std::move(setup)) {}

  // Error: invalid_encoding (not of RFC 5802 §7's form), unsupported (binding, extension).
  [[nodiscard]] result<server_step> step(std::string_view response) override;
  // Nothing: the user is not known; it goes on with a decoy and ends with proof::wrong.
  [[nodiscard]] result<server_step> use_secret(const std::optional<secret>& password) override;

 private:
  enum class state : std::uint8_t { start, asked, first_sent, final_sent, over };
  [[nodiscard]] result<server_step> take_first(std::string_view message);
  [[nodiscard]] result<server_step> take_final(std::string_view message);
  [[nodiscard]] std::string_view take_gs2(std::string_view& message);

  text::digest_kind digest_;
  scram_binding binding_;
  server_setup setup_;
  std::string gs2_header_;
  std::string bound_;
  std::string authorization_;
  std::string user_;
  std::string client_nonce_;
  std::string first_bare_;
  std::string server_first_;
  secret salted_;
  proof known_ = proof::wrong;  // right: the user exists
  state state_ = state::start;
};

}  // namespace smtpscope::sasl
