#include "smtpscope/sasl/plain.hpp"

#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

result<client_mechanism> plain_client::create(client_setup setup) {
  // RFC 4616 §2: NUL separates the parts, so none may hold one.
  for (const std::string_view part : {std::string_view{setup.authorization_identity},
                                      std::string_view{setup.authentication_identity}, setup.password.reveal()})
    if (part.find('\0') != std::string_view::npos)
      return error{errc::forbidden_character, "a user name or password for PLAIN may not hold a NUL"};
  return client_mechanism{new plain_client{std::move(setup)}};
}

std::optional<std::string> plain_client::initial_response() {
  done_ = true;
  constexpr std::string_view nul{"\0", 1};
  return text::concat(
      {setup_.authorization_identity, nul, setup_.authentication_identity, nul, setup_.password.reveal()});
}

result<std::string> plain_client::respond(std::string_view /*challenge*/) {
  if (done_) return client_fails(errc::misuse, "PLAIN has one message only, and it was sent already");
  return *initial_response();
}

result<server_step> plain_server::step(std::string_view response) {
  const std::size_t first = response.find('\0');
  const std::size_t second = first == std::string_view::npos ? first : response.find('\0', first + 1);
  if (second == std::string_view::npos || response.find('\0', second + 1) != std::string_view::npos)
    return server_fails(errc::invalid_encoding,
                        "PLAIN needs identity, user name and password with one NUL between each");
  const std::string_view name = response.substr(first + 1, second - first - 1);
  const std::string_view password = response.substr(second + 1);
  if (name.empty() || password.empty())  // RFC 4616 §2: 1*SAFE each
    return server_fails(errc::invalid_encoding, "PLAIN needs a user name and a password that are not empty");
  return server_offers(response.substr(0, first), name, password);
}

}  // namespace smtpscope::sasl
