#include "smtpscope/sasl/login.hpp"

namespace smtpscope::sasl {

std::optional<std::string> login_client::initial_response() {
  answered_ = 1;
  return identity_;
}

result<std::string> login_client::respond(std::string_view /*challenge*/) {
  switch (++answered_) {  // the challenge's text varies ("Username:", "User Name\0"): order decides
    case 1: return identity_;
    case 2: return std::string{password_.reveal()};
    default: return client_fails(errc::misuse, "LOGIN has two responses only, and both were sent already");
  }
}

result<server_step> login_server::step(std::string_view response) {
  if (!identity_) {
    if (response.empty()) return server_fails(errc::invalid_encoding, "LOGIN needs a user name");
    identity_ = std::string{response};
    return server_says("Password:");
  }
  return server_offers({}, *identity_, response);
}

}  // namespace smtpscope::sasl
