#include "smtpscope/sasl/oauth.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/sasl/scram_message.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

namespace {

constexpr char separator = '\x01';

// b64token of RFC 6750 §2.1.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alnum(c) || std::string_view{"-._~+/="}.find(c) != std::string_view::npos;
  });
}

result<server_step> malformed(std::string_view why) { return server_fails(errc::invalid_encoding, why); }

// "Bearer TOKEN"; nothing for another scheme.
std::optional<std::string_view> token_of(std::string_view value) {
  if (!text::istarts_with(value, "Bearer ")) return std::nullopt;
  value.remove_prefix(7);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (!is_token(value)) return std::nullopt;
  return value;
}

}  // namespace

result<client_mechanism> oauth_client::create(oauth_form form, client_setup setup) {
  if (!is_token(setup.password.reveal()))
    return error{errc::forbidden_character, "an access token has letters, digits and -._~+/= only"};
  const std::string& user = setup.authentication_identity;
  if (std::any_of(user.begin(), user.end(), text::is_control))
    return error{errc::forbidden_character, "the user name holds a control character"};
  return client_mechanism{new oauth_client{form, std::move(setup)}};
}

std::optional<std::string> oauth_client::initial_response() {
  state_ = state::sent;
  const std::string& user = setup_.authentication_identity;
  const std::string_view token = setup_.password.reveal();
  if (form_ == oauth_form::xoauth2) return text::concat({"user=", user, "\x01", "auth=Bearer ", token, "\x01\x01"});
  std::string target;  // RFC 7628 §3.1
  if (!setup_.host.empty()) target = text::concat({"host=", setup_.host, "\x01"});
  if (setup_.port != 0) target += text::concat({"port=", std::to_string(setup_.port), "\x01"});
  return text::concat({"n,a=", escape_name(user), ",\x01", target, "auth=Bearer ", token, "\x01\x01"});
}

result<std::string> oauth_client::respond(std::string_view /*challenge*/) {
  switch (state_) {
    case state::start: return *initial_response();
    case state::sent:  // RFC 7628 §3.2.3, and Google's form of it: the reason has been read
      state_ = state::refused;
      return form_ == oauth_form::oauthbearer ? std::string{separator} : std::string{};
    case state::refused: break;
  }
  return client_fails(errc::misuse, "the server refused the token and asked again");
}

result<server_step> oauth_server::step(std::string_view response) {
  if (refused_) return server_ends(proof::wrong);
  std::string user;
  std::string_view rest = response;
  if (form_ == oauth_form::oauthbearer) {  // gs2-header without channel binding
    if (rest.substr(0, 2) != "n," && rest.substr(0, 2) != "y,") return malformed("OAUTHBEARER begins with n,a=user,");
    rest.remove_prefix(2);
    const auto name = take_attribute(rest, 'a');
    if (!name) return malformed("OAUTHBEARER needs a user name, as a=");
    auto plain = unescape_name(*name);
    if (!plain) return plain.why();
    user = std::move(*plain);
    if (rest.substr(0, 1) != std::string_view{&separator, 1})
      return malformed("OAUTHBEARER needs a ^A after its header");
    rest.remove_prefix(1);
  }
  std::optional<std::string_view> token;
  while (!rest.empty() && rest.front() != separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view pair = rest.substr(0, end);
    if (end == std::string_view::npos) return malformed("A token's message is made of pairs that end in ^A");
    if (form_ == oauth_form::xoauth2 && text::istarts_with(pair, "user=")) user = pair.substr(5);
    if (text::istarts_with(pair, "auth=")) token = token_of(pair.substr(5));
    rest.remove_prefix(end + 1);
  }
  if (rest.size() != 1) return malformed("A token's message ends with two ^A");
  if (!token || user.empty()) return malformed("A user name and \"auth=Bearer\" with a token are needed");
  return server_offers({}, user, *token);
}

std::optional<challenge> oauth_server::refusal() {
  refused_ = true;
  switch (form_) {
    case oauth_form::xoauth2: return challenge{R"({"status":"401","schemes":"bearer","scope":"mail"})"};
    case oauth_form::oauthbearer: return challenge{R"({"status":"invalid_token","schemes":"bearer","scope":"mail"})"};
  }
  return std::nullopt;
}

}  // namespace smtpscope::sasl
