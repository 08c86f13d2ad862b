#include "smtpscope/sasl/plain.hpp"

namespace smtpscope::sasl {

result<plain_client> plain_client::create(client_setup setup) {
  // RFC 4616 §2: NUL separates the parts, so none may hold one.
  for (const std::string_view part : {std::string_view{setup.authorization_identity},
                                      std::string_view{setup.authentication_identity}, setup.password.reveal()})
    if (part.find('\0') != std::string_view::npos)
      return error{errc::forbidden_character, "a user name or password for PLAIN may not hold a NUL"};
  return plain_client{std::move(setup)};
}

std::optional<std::string> plain_client::initial_response() {
  done_ = true;
  std::string message = setup_.authorization_identity;
  message += '\0';
  message += setup_.authentication_identity;
  message += '\0';
  message += setup_.password.reveal();
  return message;
}

result<std::string> plain_client::respond(std::string_view /*challenge*/) {
  if (done_) return error{errc::misuse, "PLAIN has one message only, and it was sent already"};
  return *initial_response();
}

result<server_step> plain_server::step(std::string_view response) {
  const std::size_t first = response.find('\0');
  const std::size_t second = first == std::string_view::npos ? first : response.find('\0', first + 1);
  if (second == std::string_view::npos || response.find('\0', second + 1) != std::string_view::npos)
    return error{errc::invalid_encoding, "PLAIN needs identity, user name and password with one NUL between each"};
  offered_credentials offered;
  offered.authorization_identity = std::string{response.substr(0, first)};
  offered.authentication_identity = std::string{response.substr(first + 1, second - first - 1)};
  offered.password = secret{std::string{response.substr(second + 1)}};
  if (offered.authentication_identity.empty() || offered.password.empty())  // RFC 4616 §2: 1*SAFE each
    return error{errc::invalid_encoding, "PLAIN needs a user name and a password that are not empty"};
  return server_step{std::move(offered)};
}

}  // namespace smtpscope::sasl
