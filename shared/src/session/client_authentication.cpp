#include "smtpscope/session/client_authentication.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::session {

result<sasl::client_mechanism> client_authentication::make(const std::string& mechanism) const {
  return sasl::make_client(mechanism, who_ ? who_->identity : std::string{}, who_ ? who_->password : secret{});
}

status client_authentication::check() const {
  if (allowed_.empty()) return error{errc::invalid_argument, "no SASL mechanism is allowed"};
  if (who_ && who_->identity.empty()) return error{errc::invalid_argument, "the user name is empty"};
  for (const std::string& mechanism : allowed_)
    if (const auto made = make(mechanism); !made) return made.why();
  return {};
}

bool client_authentication::possible(const wire::capabilities& server) const {
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&server](const std::string& m) { return server.offers_mechanism(m); });
}

result<std::string> client_authentication::begin(const wire::capabilities& server) {
  for (const std::string& candidate : allowed_)  // the caller's order, the first one offered
    if (mechanism_.empty() && server.offers_mechanism(candidate)) mechanism_ = candidate;
  result<sasl::client_mechanism> made = make(mechanism_);
  if (!made) return made.why();
  sasl_ = std::move(*made);
  std::string argument = mechanism_;
  if (ir_ == initial_response::withheld) return argument;
  const std::optional<std::string> first = sasl::initial_response(*sasl_);
  if (!first) return argument;
  const std::string encoded = first->empty() ? "=" : text::base64_encode(*first);  // RFC 4954 §4
  // RFC 4954 §4: a line that would be too long goes without the initial response. The two
  // extra octets are CRLF.
  if (5 + argument.size() + 1 + encoded.size() + 2 > limits::command_line_octets) {
    sasl_ = *make(mechanism_);
    return argument;
  }
  return argument + " " + encoded;
}

std::string client_authentication::give_up(std::string why) {
  given_up_ = std::move(why);
  return "*";  // RFC 4954 §4: cancels; the server owes a 501
}

result<std::string> client_authentication::answer(const wire::reply& challenge) {
  if (given_up_) return error{errc::misuse, "the server went on with a login that was cancelled"};
  ++challenges_;
  if (challenges_ > limits::sasl_challenges) return give_up("the server asked more questions than any login needs");
  const result<std::string> octets = text::base64_decode(challenge.text());
  if (!octets) return give_up("the server's login challenge is not base64");
  const result<std::string> response = sasl::respond(*sasl_, *octets);
  if (!response) return give_up(response.why().detail);
  return text::base64_encode(*response);
}

status client_authentication::accepted() {
  if (given_up_) return error{errc::misuse, "the server accepted a login that was cancelled"};
  sasl_.reset();
  return {};
}

}  // namespace smtpscope::session
