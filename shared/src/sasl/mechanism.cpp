#include "smtpscope/sasl/mechanism.hpp"

namespace smtpscope::sasl {

const std::vector<std::string>& known_mechanisms() {
  static const std::vector<std::string> names = {"PLAIN", "LOGIN"};
  return names;
}

namespace {
error unknown(std::string_view name) {
  return {errc::unsupported, "no SASL mechanism \"" + std::string{name} + "\"; known are PLAIN and LOGIN"};
}
}  // namespace

result<client_mechanism> make_client(std::string_view name, std::string identity, secret password) {
  if (name == "PLAIN") {
    // RFC 4616 §2: NUL separates the parts, so none may hold one.
    if (identity.find('\0') != std::string::npos || password.reveal().find('\0') != std::string_view::npos)
      return error{errc::forbidden_character, "a user name or password for PLAIN may not hold a NUL"};
    return client_mechanism{plain_client{std::move(identity), std::move(password)}};
  }
  if (name == "LOGIN") return client_mechanism{login_client{std::move(identity), std::move(password)}};
  return unknown(name);
}

result<server_mechanism> make_server(std::string_view name) {
  if (name == "PLAIN") return server_mechanism{plain_server{}};
  if (name == "LOGIN") return server_mechanism{login_server{}};
  return unknown(name);
}

std::optional<std::string> initial_response(client_mechanism& m) {
  return std::visit([](auto& one) { return one.initial_response(); }, m);
}

result<std::string> respond(client_mechanism& m, std::string_view challenge) {
  return std::visit([challenge](auto& one) { return one.respond(challenge); }, m);
}

server_step start(server_mechanism& m) {
  return std::visit([](auto& one) { return one.start(); }, m);
}

result<server_step> step(server_mechanism& m, std::string_view response) {
  return std::visit([response](auto& one) { return one.step(response); }, m);
}

}  // namespace smtpscope::sasl
