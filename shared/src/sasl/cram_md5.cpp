#include "smtpscope/sasl/cram_md5.hpp"

#include <utility>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/concat.hpp"
#include "smtpscope/text/digest.hpp"

namespace smtpscope::sasl {

namespace {
std::string digest_of(const secret& password, std::string_view challenge) {
  return text::to_hex(text::hmac(text::digest_kind::md5, password.reveal(), challenge));
}
}  // namespace

result<std::string> cram_md5_client::respond(std::string_view challenge) {
  if (answered_) return client_fails(errc::misuse, "CRAM-MD5 has one response only, and it was sent already");
  answered_ = true;
  if (challenge.empty()) return client_fails(errc::invalid_encoding, "CRAM-MD5 needs a challenge that is not empty");
  return text::concat({setup_.authentication_identity, " ", digest_of(setup_.password, challenge)});
}

server_step cram_md5_server::start() { return challenge{challenge_text()}; }

result<server_step> cram_md5_server::step(std::string_view response) {
  const std::size_t space = response.rfind(' ');  // a name may hold spaces, a digest may not
  if (space == std::string_view::npos || space == 0 || response.size() - space - 1 != 32)
    return server_fails(errc::invalid_encoding, "CRAM-MD5 needs a user name, a space and 32 hexadecimal digits");
  offered_digest_ = text::to_lower(response.substr(space + 1));
  return server_asks({}, response.substr(0, space));
}

result<server_step> cram_md5_server::use_secret(const std::optional<secret>& password) {
  if (!offered_digest_) return server_exchange::use_secret(password);
  const std::string wanted = digest_of(password.value_or(secret{setup_.salt_key}), challenge_text());
  const bool right = text::equal_in_constant_time(wanted, *offered_digest_);
  offered_digest_.reset();
  return server_ends(right && password ? proof::right : proof::wrong);
}

}  // namespace smtpscope::sasl
