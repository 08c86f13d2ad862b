#include "smtpscope/session/client_authentication.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/nonce.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::session {

namespace {

constexpr std::string_view plus = "-PLUS";

bool ends_with_plus(std::string_view mechanism) {
  return mechanism.size() > plus.size() && mechanism.substr(mechanism.size() - plus.size()) == plus;
}

bool suits(sasl::proof_by by, secret_kind kind) {
  switch (by) {
    case sasl::proof_by::hidden_password:
    case sasl::proof_by::password: return kind == secret_kind::password;
    case sasl::proof_by::token: return kind == secret_kind::token;
    case sasl::proof_by::certificate:
    case sasl::proof_by::nothing: return true;
  }
  return false;
}

// Why one mechanism that the caller named cannot be used, in words; only what is known before connecting.
error impossible(const std::string& mechanism, mechanism_standing why, sasl::client_setup setup) {
  const auto invalid = [&](std::string_view text) {
    return error{errc::invalid_argument, mechanism + " " + std::string{text}};
  };
  switch (why) {
    case mechanism_standing::other_credentials:
      return invalid("and the credentials do not fit: one takes a password, the other is an access token");
    case mechanism_standing::needs_randomness: return invalid("needs at least 32 octets of randomness for its nonce");
    case mechanism_standing::needs_server_name: return invalid("needs the server's name, to which its answer is bound");
    case mechanism_standing::unfit_credentials:
    case mechanism_standing::unknown: {
      const auto made = sasl::make_client(mechanism, std::move(setup));
      return made ? invalid("is not known") : made.why();
    }
    case mechanism_standing::chosen:
    case mechanism_standing::less_preferred:
    case mechanism_standing::not_offered:
    case mechanism_standing::not_allowed:
    case mechanism_standing::needs_channel_binding: break;
  }
  return invalid("cannot be used here");
}

}  // namespace

std::string_view name(mechanism_standing s) noexcept {
  switch (s) {
    case mechanism_standing::chosen: return "chosen";
    case mechanism_standing::less_preferred: return "less_preferred";
    case mechanism_standing::not_offered: return "not_offered";
    case mechanism_standing::not_allowed: return "not_allowed";
    case mechanism_standing::unknown: return "unknown";
    case mechanism_standing::other_credentials: return "other_credentials";
    case mechanism_standing::needs_randomness: return "needs_randomness";
    case mechanism_standing::needs_channel_binding: return "needs_channel_binding";
    case mechanism_standing::needs_server_name: return "needs_server_name";
    case mechanism_standing::unfit_credentials: return "unfit_credentials";
  }
  return "";
}

// -------------------------------------------------------------------------------------- choice

std::vector<std::string> client_authentication::allowed() const {
  if (!options_.allowed.empty()) return options_.allowed;
  std::vector<std::string> all;
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    const bool by_name_only = m.by == sasl::proof_by::certificate || m.by == sasl::proof_by::nothing;
    if (!by_name_only && suits(m.by, options_.who ? options_.who->kind : secret_kind::password))
      all.emplace_back(m.name);
  }
  return all;
}

mechanism_standing client_authentication::standing(const std::string& mechanism) const {
  const sasl::mechanism_traits* known = sasl::find_mechanism(mechanism);
  if (known == nullptr) return mechanism_standing::unknown;
  if (options_.who && !suits(known->by, options_.who->kind)) return mechanism_standing::other_credentials;
  if (known->needs_nonce && !enough_random(options_.random)) return mechanism_standing::needs_randomness;
  if (mechanism == "DIGEST-MD5" && options_.server_name.empty()) return mechanism_standing::needs_server_name;
  if (known->binding == sasl::scram_binding::plus && !binding_.available())
    return mechanism_standing::needs_channel_binding;
  if (options_.who && !sasl::make_client(mechanism, setup({}))) return mechanism_standing::unfit_credentials;
  return mechanism_standing::chosen;
}

status client_authentication::check() const {
  for (const std::string& mechanism : options_.allowed) {
    const mechanism_standing s = standing(mechanism);
    // Whether TLS gives a binding is known later.
    if (s != mechanism_standing::chosen && s != mechanism_standing::needs_channel_binding)
      return impossible(mechanism, s, setup({}));
  }
  if (!options_.who) return {};
  const std::vector<std::string> all = allowed();
  const bool nameless = std::all_of(all.begin(), all.end(), [](const std::string& m) {
    const sasl::proof_by by = sasl::find_mechanism(m)->by;
    return by == sasl::proof_by::certificate || by == sasl::proof_by::nothing;
  });
  if (options_.who->identity.empty() && !nameless) return error{errc::invalid_argument, "the user name is empty"};
  const bool some = std::any_of(all.begin(), all.end(), [this](const std::string& m) {
    const mechanism_standing s = standing(m);
    return s == mechanism_standing::chosen || s == mechanism_standing::needs_channel_binding;
  });
  if (some) return {};
  return error{errc::forbidden_character, "no login mechanism can carry this user name, password or token"};
}

std::optional<std::string> client_authentication::choose(const wire::capabilities& server) const {
  for (const std::string& candidate : allowed())
    if (server.offers_mechanism(candidate) && standing(candidate) == mechanism_standing::chosen) return candidate;
  return std::nullopt;
}

bool client_authentication::possible(const wire::capabilities& server) const { return choose(server).has_value(); }

std::vector<mechanism_candidate> client_authentication::candidates(const wire::capabilities& server) const {
  const std::vector<std::string> ours = allowed();
  std::vector<mechanism_candidate> out;
  mechanism_standing usable = mechanism_standing::chosen;
  for (const std::string& mechanism : ours) {
    mechanism_standing s = mechanism_standing::not_offered;
    if (server.offers_mechanism(mechanism)) s = standing(mechanism);
    if (s == mechanism_standing::chosen) s = std::exchange(usable, mechanism_standing::less_preferred);
    out.push_back({mechanism, s});
  }
  for (const std::string& mechanism : server.auth) {
    if (std::find(ours.begin(), ours.end(), mechanism) != ours.end()) continue;
    const mechanism_standing s = standing(mechanism);
    const bool unusable = s == mechanism_standing::unknown || s == mechanism_standing::other_credentials;
    out.push_back({mechanism, unusable ? s : mechanism_standing::not_allowed});
  }
  return out;
}

// ------------------------------------------------------------------------------------- exchange

sasl::client_setup client_authentication::setup(const wire::capabilities& server) const {
  sasl::client_setup s;
  if (options_.who) {
    s.authentication_identity = options_.who->identity;
    s.authorization_identity = options_.who->authorization_identity;
    s.password = options_.who->password;
  }
  s.nonce = make_nonce(options_.random, "client", attempts_);
  s.host = options_.server_name;
  s.port = options_.server_port;
  s.binding = binding_;
  // RFC 5802 §6: we could bind and would, and the list we got names nothing to do it with.
  const std::vector<std::string> ours = allowed();
  const bool would = binding_.available() && std::any_of(ours.begin(), ours.end(), ends_with_plus);
  const bool could = std::any_of(server.auth.begin(), server.auth.end(), ends_with_plus);
  s.support = would && !could ? sasl::binding_support::unused : sasl::binding_support::none;
  return s;
}

result<std::string> client_authentication::begin(const wire::capabilities& server) {
  const std::optional<std::string> chosen = choose(server);
  if (!chosen) return error{errc::unsupported, "the server offers no login mechanism that may be used here"};
  mechanism_ = *chosen;
  ++attempts_;
  result<sasl::client_mechanism> made = sasl::make_client(mechanism_, setup(server));
  if (!made) return made.why();
  sasl_ = std::move(*made);
  std::string argument = mechanism_;
  if (options_.ir == initial_response::withheld) return argument;
  const std::optional<std::string> first = sasl_->initial_response();
  if (!first) return argument;
  const std::string encoded = first->empty() ? "=" : text::base64_encode(*first);  // RFC 4954 §4
  // RFC 4954 §4: a line that would be too long goes without the initial response. The two
  // extra octets are CRLF.
  if (5 + argument.size() + 1 + encoded.size() + 2 > limits::command_line_octets) {
    sasl_ = *sasl::make_client(mechanism_, setup(server));
    return argument;
  }
  return argument + " " + encoded;
}

result<std::string> client_authentication::answer(const wire::reply& challenge) {
  if (given_up_) return error{errc::misuse, "the server went on with a login that was cancelled"};
  const auto give_up = [this](std::string why) {
    given_up_ = std::move(why);
    return std::string{"*"};  // RFC 4954 §4: cancels; the server owes a 501
  };
  ++challenges_;
  if (challenges_ > limits::sasl_challenges) return give_up("the server asked more questions than any login needs");
  const result<std::string> octets = text::base64_decode(challenge.text());
  if (!octets) return give_up("the server's login challenge is not base64");
  const result<std::string> response = sasl_->respond(*octets);
  if (!response) return give_up(response.why().detail);
  return text::base64_encode(*response);
}

status client_authentication::accepted() {
  if (given_up_) return error{errc::misuse, "the server accepted a login that was cancelled"};
  if (!sasl_ || !sasl_->server_proven())
    return error{errc::misuse, "the server accepted the login without the proof that " + mechanism_ + " asks of it"};
  sasl_.reset();
  return {};
}

}  // namespace smtpscope::session
