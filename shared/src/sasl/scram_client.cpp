#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/sasl/scram.hpp"
#include "smtpscope/sasl/scram_message.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

namespace {
result<std::string> distrust(std::string_view why) { return client_fails(errc::invalid_encoding, why); }
}  // namespace

result<client_mechanism> scram_client::create(text::digest_kind digest, scram_binding binding, client_setup setup) {
  if (!is_nonce(setup.nonce)) return error{errc::invalid_argument, "SCRAM needs randomness for its nonce"};
  auto user = prepare(setup.authentication_identity, "the user name");
  if (!user) return user.why();
  auto password = prepare(setup.password.reveal(), "the password");
  if (!password) return password.why();
  std::unique_ptr<scram_client> made{new scram_client{digest, std::move(setup)}};
  made->setup_.password = secret{std::move(*password)};
  if (binding == scram_binding::plus) {
    const std::string_view type = made->setup_.binding.best_type();
    if (type.empty())
      return error{errc::invalid_argument, "a -PLUS mechanism needs TLS whose channel binding is known"};
    made->bound_ = made->setup_.binding.octets(type);
    made->gs2_header_ = text::concat({"p=", type});
  } else {  // RFC 5802 §6: "y" asks the server to notice that its -PLUS did not arrive
    made->gs2_header_ = made->setup_.support == binding_support::unused ? "y" : "n";
  }
  made->gs2_header_ += ',';
  if (!made->setup_.authorization_identity.empty())
    made->gs2_header_ += "a=" + escape_name(made->setup_.authorization_identity);
  made->gs2_header_ += ',';
  made->first_bare_ = text::concat({"n=", escape_name(*user), ",r=", made->setup_.nonce});
  return client_mechanism{std::move(made)};
}

std::optional<std::string> scram_client::initial_response() {
  state_ = state::first_sent;
  return gs2_header_ + first_bare_;
}

result<std::string> scram_client::respond(std::string_view challenge) {
  switch (state_) {
    case state::start: return *initial_response();
    case state::first_sent: return final_message(challenge);
    case state::final_sent: return check_server(challenge);
    case state::proven:
    case state::over: break;
  }
  return client_fails(errc::misuse, "SCRAM is over, and the server asked again");
}

result<std::string> scram_client::final_message(std::string_view server_first) {
  state_ = state::over;
  std::string_view rest = server_first;
  if (take_attribute(rest, 'm'))  // RFC 5802 §5.1: must fail
    return distrust("the server demands an extension of SCRAM that nobody knows");
  const auto nonce = take_attribute(rest, 'r');
  const auto salt = take_attribute(rest, 's');
  const auto iterations = take_attribute(rest, 'i');
  if (!nonce || !salt || !iterations) return distrust("the server's first message is not of SCRAM's form");
  if (nonce->size() <= setup_.nonce.size() || nonce->substr(0, setup_.nonce.size()) != setup_.nonce ||
      !is_nonce(*nonce))
    return distrust("the server's nonce does not continue ours: this may be an old answer, replayed");
  const auto salt_octets = text::base64_decode(*salt);
  if (!salt_octets || salt_octets->empty()) return distrust("the server's salt is not base64");
  const auto count = read_iterations(*iterations, limits::scram_iterations_most);
  if (!count)
    return distrust(text::concat({"the server asks for more than ", std::to_string(limits::scram_iterations_most),
                                  " iterations, or for no number of them"}));
  if (*count < limits::scram_iterations_least)  // RFC 5802 §5.1, RFC 7677 §4
    return distrust(text::concat({"the server asks for fewer than ", std::to_string(limits::scram_iterations_least),
                                  " iterations, which would make the password easy to guess"}));
  const std::string without_proof = text::concat({"c=", text::base64_encode(gs2_header_ + bound_), ",r=", *nonce});
  const secret salted{text::pbkdf2(digest_, setup_.password.reveal(), *salt_octets, *count)};
  scram_proofs proofs =
      prove(digest_, salted.reveal(), text::concat({first_bare_, ",", server_first, ",", without_proof}));
  server_signature_ = std::move(proofs.server);
  state_ = state::final_sent;
  return text::concat({without_proof, ",p=", text::base64_encode(proofs.client)});
}

result<std::string> scram_client::check_server(std::string_view server_final) {
  state_ = state::over;
  std::string_view rest = server_final;
  if (take_attribute(rest, 'e')) return distrust("the server refuses the login inside SCRAM");
  const auto signature = take_attribute(rest, 'v');
  const auto octets = text::base64_decode(signature.value_or("="));
  if (!octets || !text::equal_in_constant_time(*octets, server_signature_))
    return distrust("the server could not prove that it knows the password: it may be somebody else's");
  state_ = state::proven;
  return std::string{};
}

}  // namespace smtpscope::sasl
