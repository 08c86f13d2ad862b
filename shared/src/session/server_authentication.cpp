#include "smtpscope/session/server_authentication.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/nonce.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/digest.hpp"

namespace smtpscope::session {

namespace {

// An enhanced code's class is the first digit of the reply code (RFC 3463 §2).
wire::reply make(int code, std::uint16_t subject, std::uint16_t detail, std::string text) {
  return {code, wire::enhanced_code{static_cast<std::uint16_t>(code / 100), subject, detail}, {std::move(text)}};
}

// Whether the server makes a challenge, or asks the host for the password.
bool needs_random(const sasl::mechanism_traits& m) { return m.by == sasl::proof_by::hidden_password; }

}  // namespace

status server_authentication::check() const {
  for (const std::string& mechanism : options_.mechanisms) {
    const sasl::mechanism_traits* known = sasl::find_mechanism(mechanism);
    if (known == nullptr) return sasl::make_server(mechanism, {}).why();
    if (needs_random(*known) && !enough_random(options_.random))
      return error{errc::invalid_argument, mechanism + " needs at least 32 octets of randomness for its challenges"};
  }
  return {};
}

void server_authentication::secured(sasl::channel_binding binding) {
  binding_ = std::move(binding);
  identity_.reset();
}

bool server_authentication::offers(std::string_view mechanism, link_security link) const noexcept {
  const sasl::mechanism_traits* known = sasl::find_mechanism(mechanism);
  if (known == nullptr) return false;
  if (link == link_security::tls) return known->binding == sasl::scram_binding::without || binding_.available();
  if (known->binding == sasl::scram_binding::plus || known->by == sasl::proof_by::certificate) return false;
  const bool hidden = known->by == sasl::proof_by::hidden_password;
  return options_.on_plain_link == offer::yes || (hidden && options_.challenges_on_plain_link == offer::yes);
}

std::vector<std::string> server_authentication::offered(link_security link) const {
  std::vector<std::string> names;
  for (const std::string& mechanism : options_.mechanisms)
    if (offers(mechanism, link)) names.push_back(mechanism);
  return names;
}

bool server_authentication::offers_any(link_security link) const noexcept {
  if (link == link_security::plain && options_.on_plain_link == offer::no &&
      options_.challenges_on_plain_link == offer::no)
    return false;
  return std::any_of(options_.mechanisms.begin(), options_.mechanisms.end(),
                     [&](const std::string& m) { return offers(m, link); });
}

std::optional<wire::reply> server_authentication::refuses(std::string_view mechanism, link_security link) const {
  const auto& all = options_.mechanisms;
  const bool known = std::find(all.begin(), all.end(), mechanism) != all.end();
  if (known && offers(mechanism, link)) return std::nullopt;
  if (known && link == link_security::plain && offers(mechanism, link_security::tls))
    return make(538, 7, 11, "Encryption required for requested authentication mechanism");
  return make(504, 5, 4, "Unrecognized authentication type");
}

authentication_step server_authentication::begin(const wire::command& c, link_security link) {
  const std::vector<std::string> names = offered(link);
  sasl::server_setup setup;
  setup.host = options_.host_name;
  setup.nonce = make_nonce(options_.random, "server", ++attempts_);
  setup.salt_key = text::hmac(text::digest_kind::sha256, options_.random, "salts");
  setup.binding = binding_;
  const bool binds = std::any_of(names.begin(), names.end(), [](const std::string& n) {
    return sasl::find_mechanism(n)->binding == sasl::scram_binding::plus;
  });
  if (binds) setup.support = sasl::binding_support::unused;
  sasl_ = *sasl::make_server(c.mechanism, std::move(setup));
  mechanism_ = c.mechanism;
  challenges_ = 0;
  refused_.reset();
  sasl::server_step first = sasl_->start();
  if (!c.initial_response) return advance(std::move(first));
  // RFC 4954 §4: where the server begins, an initial response is an error.
  const auto* opening = std::get_if<sasl::challenge>(&first);
  if (opening != nullptr && !opening->octets.empty() && c.mechanism != "LOGIN")
    return end(make(501, 7, 0, "This mechanism takes no initial response"));
  return take(*c.initial_response == "=" ? std::string_view{} : std::string_view{*c.initial_response});
}

authentication_step server_authentication::answer(std::string_view line) {
  if (line == "*") return end(make(501, 7, 0, "Authentication cancelled"));  // RFC 4954 §4
  if (refused_) return refuse(*std::exchange(refused_, std::nullopt));       // whatever it says (RFC 7628 §3.2.3)
  return take(line);
}

authentication_step server_authentication::answer_too_long() {
  return end(make(500, 5, 6, "Authentication exchange line is too long"));  // RFC 4954 §4
}

authentication_step server_authentication::take(std::string_view base64) {
  const result<std::string> octets = text::base64_decode(base64);
  if (!octets) return end(make(501, 5, 2, "Cannot decode response: not base64"));
  return advance(sasl_->step(*octets));
}

authentication_step server_authentication::say(const sasl::challenge& challenge) {
  if (++challenges_ > limits::sasl_challenges) return end(make(501, 5, 0, "Too many authentication steps"));
  return authentication_challenge{{334, std::nullopt, {text::base64_encode(challenge.octets)}}};
}

authentication_step server_authentication::advance(result<sasl::server_step> step) {
  if (!step) return end(make(501, 5, 2, step.why().detail));
  if (const auto* challenge = std::get_if<sasl::challenge>(&*step)) return say(*challenge);
  if (auto* offered = std::get_if<sasl::offered_credentials>(&*step)) {
    const bool named = !offered->authentication_identity.empty();
    offered_identity_ = named ? offered->authentication_identity : offered->authorization_identity;
    return credentials_offered{mechanism_, std::move(offered->authorization_identity),
                               std::move(offered->authentication_identity), std::move(offered->password)};
  }
  if (auto* wanted = std::get_if<sasl::secret_wanted>(&*step)) {
    offered_identity_ = wanted->authentication_identity;
    return secret_requested{mechanism_, std::move(wanted->authentication_identity),
                            std::move(wanted->authorization_identity)};
  }
  return *std::get_if<sasl::proof>(&*step) == sasl::proof::right ? accept({}) : refuse({});
}

authentication_step server_authentication::use_secret(const std::optional<secret>& password) {
  return advance(sasl_->use_secret(password));
}

authentication_step server_authentication::decide(const decision& d) {
  if (d.what == verdict::accept) return accept(d);
  const std::optional<sasl::challenge> reason = sasl_->refusal();
  if (!reason) return refuse(d);
  refused_ = d;
  return say(*reason);
}

authentication_step server_authentication::accept(const decision& d) {
  identity_ = offered_identity_;
  return end(d.reply.value_or(make(235, 7, 0, "Authentication successful")));
}

authentication_step server_authentication::refuse(const decision& d) {
  ++failures_;
  return end(d.reply.value_or(make(535, 7, 8, "Authentication credentials invalid")));
}

void server_authentication::deny() noexcept {
  identity_.reset();
  ++failures_;
}

authentication_step server_authentication::end(wire::reply r) {
  if (refused_) ++failures_;  // cancelled after the refusal, before it was told
  refused_.reset();
  sasl_.reset();
  return authentication_ended{std::move(r)};
}

bool server_authentication::too_many_failures() const noexcept { return failures_ >= limits::failed_authentications; }

}  // namespace smtpscope::session
