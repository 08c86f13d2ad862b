#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/sasl/scram.hpp"
#include "smtpscope/sasl/scram_message.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

namespace {
result<server_step> malformed(std::string_view why) { return server_fails(errc::invalid_encoding, why); }
}  // namespace

result<server_step> scram_server::step(std::string_view response) {
  switch (state_) {
    case state::start: return take_first(response);
    case state::first_sent: return take_final(response);
    case state::final_sent:
      state_ = state::over;
      if (!response.empty()) return malformed("SCRAM ends with an empty response");
      return server_ends(proof::right);
    case state::asked:
    case state::over: break;
  }
  return server_fails(errc::misuse, "SCRAM expects no response now");
}

// gs2-header of RFC 5802 §7: the binding's flag, then the authorization identity. Gives what is
// wrong with it, or nothing.
std::string_view scram_server::take_gs2(std::string_view& message) {
  const std::string_view whole = message;
  if (message.substr(0, 2) == "p=") {
    const std::string_view type = *take_attribute(message, 'p');
    if (binding_ != scram_binding::plus) return "Channel binding needs a -PLUS mechanism";
    bound_ = setup_.binding.octets(type);
    if (bound_.empty()) return "This type of channel binding is not available";
  } else {
    const std::string_view flag = message.substr(0, 2);
    if (flag != "n," && flag != "y,") return "SCRAM begins with n, y or p=";
    if (binding_ == scram_binding::plus) return "A -PLUS mechanism needs channel binding";
    if (flag == "y," && setup_.support == binding_support::unused)  // RFC 5802 §6
      return "This server offers -PLUS: somebody took it out of the list";
    message.remove_prefix(2);
  }
  if (const auto name = take_attribute(message, 'a')) {
    auto plain = unescape_name(*name);
    if (!plain) return "A \"=\" in a name must be written =3D, a comma =2C";
    authorization_ = std::move(*plain);
  } else if (message.substr(0, 1) == ",") {
    message.remove_prefix(1);
  } else {
    return "SCRAM's header is not complete";
  }
  gs2_header_ = whole.substr(0, whole.size() - message.size());
  return {};
}

result<server_step> scram_server::take_first(std::string_view message) {
  state_ = state::over;
  if (const std::string_view wrong = take_gs2(message); !wrong.empty()) return malformed(wrong);
  first_bare_ = message;
  if (take_attribute(message, 'm')) return server_fails(errc::unsupported, "SCRAM extensions are not supported");
  const auto name = take_attribute(message, 'n');
  const auto nonce = take_attribute(message, 'r');
  if (!name || name->empty() || !nonce || !is_nonce(*nonce)) return malformed("SCRAM needs n= and r=");
  auto user = unescape_name(*name);
  if (!user) return user.why();
  auto prepared = prepare(*user, "The user name");
  if (!prepared) return prepared.why();
  if (prepared->empty()) return malformed("Nothing is left of the user name");  // RFC 5802 §5.1
  user_ = std::move(*prepared);
  client_nonce_ = *nonce;
  state_ = state::asked;
  return server_asks(authorization_, user_);
}

result<server_step> scram_server::use_secret(const std::optional<secret>& password) {
  if (state_ != state::asked) return server_fails(errc::misuse, "SCRAM asked for no secret");
  // A salt for whoever is asked for, so that an unknown user looks like a known one.
  std::string salt = setup_.salt;
  if (salt.empty()) salt = text::hmac(text::digest_kind::sha256, setup_.salt_key, "salt," + user_).substr(0, 16);
  auto prepared = prepare(password ? password->reveal() : std::string_view{}, "", prepared_as::stored);
  known_ = password && prepared ? proof::right : proof::wrong;
  const secret used{known_ == proof::right ? std::move(*prepared) : setup_.nonce};
  salted_ = secret{text::pbkdf2(digest_, used.reveal(), salt, limits::scram_iterations_offered)};
  server_first_ = text::concat({"r=", client_nonce_, setup_.nonce, ",s=", text::base64_encode(salt),
                                ",i=", std::to_string(limits::scram_iterations_offered)});
  state_ = state::first_sent;
  return server_says(server_first_);
}

result<server_step> scram_server::take_final(std::string_view message) {
  state_ = state::over;
  const std::size_t proof_at = message.rfind(",p=");
  if (proof_at == std::string_view::npos) return malformed("SCRAM's last message needs a proof");
  const std::string_view without_proof = message.substr(0, proof_at);
  const auto offered = text::base64_decode(message.substr(proof_at + 3));
  std::string_view rest = without_proof;
  const auto binding = take_attribute(rest, 'c');
  const auto nonce = take_attribute(rest, 'r');
  if (!offered || !binding || !nonce) return malformed("SCRAM's last message needs c=, r= and p=");
  // The binding repeats the header: whoever changed it on the way is found out here.
  const auto bound = text::base64_decode(*binding);
  if (!bound || *bound != gs2_header_ + bound_ || *nonce != client_nonce_ + setup_.nonce)
    return server_ends(proof::wrong);
  const scram_proofs proofs =
      prove(digest_, salted_.reveal(), text::concat({first_bare_, ",", server_first_, ",", without_proof}));
  if (!text::equal_in_constant_time(*offered, proofs.client) || known_ != proof::right)
    return server_ends(proof::wrong);
  state_ = state::final_sent;
  return server_says("v=" + text::base64_encode(proofs.server));
}

}  // namespace smtpscope::sasl
