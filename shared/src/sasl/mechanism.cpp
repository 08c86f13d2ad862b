#include "smtpscope/sasl/mechanism.hpp"

#include <algorithm>
#include <utility>

namespace smtpscope::sasl {

namespace {

error unknown(std::string_view name) {
  std::string known;
  for (const mechanism_traits& m : mechanisms) known += (known.empty() ? "" : ", ") + std::string{m.name};
  return {errc::unsupported, "no SASL mechanism \"" + std::string{name} + "\"; known are " + known};
}

// "SCRAM-<digest>[-PLUS]".
std::optional<text::digest_kind> scram_digest(std::string_view name) {
  if (name.substr(0, 9) == "SCRAM-SHA") {
    if (name.substr(9, 4) == "-512") return text::digest_kind::sha512;
    if (name.substr(9, 4) == "-256") return text::digest_kind::sha256;
    return text::digest_kind::sha1;
  }
  return std::nullopt;
}

template <class T>
result<client_mechanism> widen(result<T> made) {
  if (!made) return made.why();
  return client_mechanism{std::move(*made)};
}

}  // namespace

const mechanism_traits* find_mechanism(std::string_view name) noexcept {
  const auto* found =
      std::find_if(mechanisms.begin(), mechanisms.end(), [name](const mechanism_traits& m) { return m.name == name; });
  return found == mechanisms.end() ? nullptr : found;
}

result<client_mechanism> make_client(std::string_view name, client_setup setup) {
  const mechanism_traits* known = find_mechanism(name);
  if (known == nullptr) return unknown(name);
  if (const auto digest = scram_digest(name))
    return widen(scram_client::create(*digest, known->binding, std::move(setup)));
  if (name == "DIGEST-MD5") return widen(digest_md5_client::create(std::move(setup)));
  if (name == "CRAM-MD5") return client_mechanism{cram_md5_client{std::move(setup)}};
  if (name == "OAUTHBEARER") return widen(oauth_client::create(oauth_form::oauthbearer, std::move(setup)));
  if (name == "XOAUTH2") return widen(oauth_client::create(oauth_form::xoauth2, std::move(setup)));
  if (name == "EXTERNAL") return widen(nameless_client::create(nameless_form::external, setup));
  if (name == "ANONYMOUS") return widen(nameless_client::create(nameless_form::anonymous, setup));
  if (name == "LOGIN")
    return client_mechanism{login_client{std::move(setup.authentication_identity), std::move(setup.password)}};
  return widen(plain_client::create(std::move(setup)));
}

result<server_mechanism> make_server(std::string_view name, server_setup setup) {
  const mechanism_traits* known = find_mechanism(name);
  if (known == nullptr) return unknown(name);
  if (const auto digest = scram_digest(name))
    return server_mechanism{scram_server{*digest, known->binding, std::move(setup)}};
  if (name == "DIGEST-MD5") return server_mechanism{digest_md5_server{std::move(setup)}};
  if (name == "CRAM-MD5") return server_mechanism{cram_md5_server{std::move(setup)}};
  if (name == "OAUTHBEARER") return server_mechanism{oauth_server{oauth_form::oauthbearer}};
  if (name == "XOAUTH2") return server_mechanism{oauth_server{oauth_form::xoauth2}};
  if (name == "EXTERNAL") return server_mechanism{nameless_server{nameless_form::external}};
  if (name == "ANONYMOUS") return server_mechanism{nameless_server{nameless_form::anonymous}};
  if (name == "LOGIN") return server_mechanism{login_server{}};
  return server_mechanism{plain_server{}};
}

std::optional<std::string> initial_response(client_mechanism& m) {
  return std::visit([](auto& one) { return one.initial_response(); }, m);
}

result<std::string> respond(client_mechanism& m, std::string_view challenge) {
  return std::visit([challenge](auto& one) { return one.respond(challenge); }, m);
}

bool server_proven(const client_mechanism& m) {
  return std::visit([](const auto& one) { return one.server_proven(); }, m);
}

server_step start(server_mechanism& m) {
  return std::visit([](auto& one) { return one.start(); }, m);
}

result<server_step> step(server_mechanism& m, std::string_view response) {
  return std::visit([response](auto& one) { return one.step(response); }, m);
}

result<server_step> use_secret(server_mechanism& m, const std::optional<secret>& password) {
  if (auto* scram = std::get_if<scram_server>(&m)) return scram->use_secret(password);
  if (auto* digest = std::get_if<digest_md5_server>(&m)) return digest->use_secret(password);
  if (auto* cram = std::get_if<cram_md5_server>(&m)) return cram->use_secret(password);
  return error{errc::misuse, "this mechanism asks for no secret"};
}

std::optional<challenge> refusal(server_mechanism& m) {
  if (auto* oauth = std::get_if<oauth_server>(&m)) return oauth->refusal();
  return std::nullopt;
}

}  // namespace smtpscope::sasl
