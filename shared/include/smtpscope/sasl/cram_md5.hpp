#pragma once
// CRAM-MD5 (RFC 2195): the client answers a challenge with HMAC-MD5 of it under the password. The
// password does not travel; who listens can guess at it offline, and the server proves nothing.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/server_step.hpp"
#include "smtpscope/sasl/setup.hpp"

namespace smtpscope::sasl {

class cram_md5_client {
 public:
  explicit cram_md5_client(client_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] std::optional<std::string> initial_response() { return std::nullopt; }  // the server begins
  // Error: misuse (a second challenge), invalid_encoding (an empty one, which would tie the answer to nothing).
  [[nodiscard]] result<std::string> respond(std::string_view challenge);
  [[nodiscard]] bool server_proven() const noexcept { return true; }  // all there is to have

 private:
  client_setup setup_;
  bool answered_ = false;
};

class cram_md5_server {
 public:
  explicit cram_md5_server(server_setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] server_step start();
  // Error: invalid_encoding (not a name, a space and 32 hexadecimal digits).
  [[nodiscard]] result<server_step> step(std::string_view response);
  // Error: misuse (nothing was asked).
  [[nodiscard]] result<server_step> use_secret(const std::optional<secret>& password);

 private:
  [[nodiscard]] std::string challenge_text() const { return "<" + setup_.nonce + "@" + setup_.host + ">"; }
  server_setup setup_;
  std::optional<std::string> offered_digest_;
};

}  // namespace smtpscope::sasl
