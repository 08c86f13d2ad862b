#include "smtpscope/session/server_authentication.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::session {

namespace {

// An enhanced code's class is the first digit of the reply code (RFC 3463 §2).
wire::reply make(int code, std::uint16_t subject, std::uint16_t detail, std::string text) {
  return {code, wire::enhanced_code{static_cast<std::uint16_t>(code / 100), subject, detail}, {std::move(text)}};
}

}  // namespace

status server_authentication::check() const {
  for (const std::string& mechanism : offered_)
    if (const auto made = sasl::make_server(mechanism); !made) return made.why();
  return {};
}

bool server_authentication::offers(std::string_view mechanism) const {
  return std::find(offered_.begin(), offered_.end(), mechanism) != offered_.end();
}

authentication_step server_authentication::begin(const wire::command& c) {
  sasl_ = *sasl::make_server(c.mechanism);
  mechanism_ = c.mechanism;
  challenges_ = 0;
  sasl::server_step first = sasl::start(*sasl_);
  if (!c.initial_response) return advance(std::move(first));
  // RFC 4954 §4: the initial response answers the challenge that need not be sent now.
  return take(*c.initial_response == "=" ? std::string_view{} : std::string_view{*c.initial_response});
}

authentication_step server_authentication::answer(std::string_view line) {
  if (line == "*") return end(make(501, 7, 0, "Authentication cancelled"));  // RFC 4954 §4
  return take(line);
}

authentication_step server_authentication::answer_too_long() {
  return end(make(500, 5, 6, "Authentication exchange line is too long"));  // RFC 4954 §4
}

authentication_step server_authentication::take(std::string_view base64) {
  const result<std::string> octets = text::base64_decode(base64);
  if (!octets) return end(make(501, 5, 2, "Cannot decode response: not base64"));
  return advance(sasl::step(*sasl_, *octets));
}

authentication_step server_authentication::advance(result<sasl::server_step> step) {
  if (!step) return end(make(501, 5, 2, step.why().detail));
  if (const auto* challenge = std::get_if<sasl::challenge>(&*step)) {
    if (++challenges_ > limits::sasl_challenges) return end(make(501, 5, 0, "Too many authentication steps"));
    return authentication_challenge{{334, std::nullopt, {text::base64_encode(challenge->octets)}}};
  }
  auto& offered = *std::get_if<sasl::offered_credentials>(&*step);
  offered_identity_ = offered.authentication_identity;
  return credentials_offered{mechanism_, std::move(offered.authorization_identity),
                             std::move(offered.authentication_identity), std::move(offered.password)};
}

authentication_step server_authentication::end(wire::reply r) {
  sasl_.reset();
  return authentication_ended{std::move(r)};
}

authentication_step server_authentication::decide(const decision& d) {
  if (d.what == verdict::accept) {
    identity_ = offered_identity_;
    return end(d.reply.value_or(make(235, 7, 0, "Authentication successful")));
  }
  ++failures_;
  return end(d.reply.value_or(make(535, 7, 8, "Authentication credentials invalid")));
}

void server_authentication::forget() { identity_.clear(); }

bool server_authentication::too_many_failures() const noexcept { return failures_ >= limits::failed_authentications; }

}  // namespace smtpscope::session
