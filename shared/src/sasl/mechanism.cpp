#include "smtpscope/sasl/mechanism.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "smtpscope/sasl/cram_md5.hpp"
#include "smtpscope/sasl/digest_md5.hpp"
#include "smtpscope/sasl/external.hpp"
#include "smtpscope/sasl/login.hpp"
#include "smtpscope/sasl/oauth.hpp"
#include "smtpscope/sasl/plain.hpp"
#include "smtpscope/sasl/scram.hpp"

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

}  // namespace

const mechanism_traits* find_mechanism(std::string_view name) noexcept {
  const auto* found =
      std::find_if(mechanisms.begin(), mechanisms.end(), [name](const mechanism_traits& m) { return m.name == name; });
  return found == mechanisms.end() ? nullptr : found;
}

result<client_mechanism> make_client(std::string_view name, client_setup setup) {
  const mechanism_traits* known = find_mechanism(name);
  if (known == nullptr) return unknown(name);
  if (const auto digest = scram_digest(name)) return scram_client::create(*digest, known->binding, std::move(setup));
  if (name == "DIGEST-MD5") return digest_md5_client::create(std::move(setup));
  if (name == "CRAM-MD5") return client_mechanism{new cram_md5_client{std::move(setup)}};
  if (name == "OAUTHBEARER") return oauth_client::create(oauth_form::oauthbearer, std::move(setup));
  if (name == "XOAUTH2") return oauth_client::create(oauth_form::xoauth2, std::move(setup));
  if (name == "EXTERNAL") return nameless_client::create(nameless_form::external, setup);
  if (name == "ANONYMOUS") return nameless_client::create(nameless_form::anonymous, setup);
  if (name == "LOGIN")
    return client_mechanism{new login_client{std::move(setup.authentication_identity), std::move(setup.password)}};
  return plain_client::create(std::move(setup));
}

result<server_mechanism> make_server(std::string_view name, server_setup setup) {
  const mechanism_traits* known = find_mechanism(name);
  if (known == nullptr) return unknown(name);
  if (const auto digest = scram_digest(name))
    return server_mechanism{new scram_server{*digest, known->binding, std::move(setup)}};
  if (name == "DIGEST-MD5") return server_mechanism{new digest_md5_server{std::move(setup)}};
  if (name == "CRAM-MD5") return server_mechanism{new cram_md5_server{std::move(setup)}};
  if (name == "OAUTHBEARER") return server_mechanism{new oauth_server{oauth_form::oauthbearer}};
  if (name == "XOAUTH2") return server_mechanism{new oauth_server{oauth_form::xoauth2}};
  if (name == "EXTERNAL") return server_mechanism{new nameless_server{nameless_form::external}};
  if (name == "ANONYMOUS") return server_mechanism{new nameless_server{nameless_form::anonymous}};
  if (name == "LOGIN") return server_mechanism{new login_server{}};
  return server_mechanism{new plain_server{}};
}

}  // namespace smtpscope::sasl
