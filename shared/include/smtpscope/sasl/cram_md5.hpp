#pragma once
// CRAM-MD5 (RFC 2195): the client answers a challenge with HMAC-MD5 of it under the password. The
// password does not travel; who listens can guess at it offline, and the server proves nothing.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/exchange.hpp"
#include "smtpscope/sasl/setup.hpp"
#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

class cram_md5_client final : public client_exchange {
 public:
  explicit cram_md5_client(client_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] std::optional<std::string> initial_response() override { return std::nullopt; }  // the server begins
  // Error: misuse (a second challenge), invalid_encoding (an empty one, which would tie the answer to nothing).
  [[nodiscard]] result<std::string> respond(std::string_view challenge) override;

 private:
  client_setup setup_;
  bool answered_ = false;
};

class cram_md5_server final : public server_exchange {
 public:
  explicit cram_md5_server(server_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] server_step start() override;
  // Error: invalid_encoding (not a name, a space and 32 hexadecimal digits).
  [[nodiscard]] result<server_step> step(std::string_view response) override;
  // Error: misuse (nothing was asked).
  [[nodiscard]] result<server_step> use_secret(const std::optional<secret>& password) override;

 private:
  [[nodiscard]] std::string challenge_text() const { return text::concat({"<", setup_.nonce, "@", setup_.host, ">"}); }
  server_setup setup_;
  std::optional<std::string> offered_digest_;
};

}  // namespace smtpscope::sasl
