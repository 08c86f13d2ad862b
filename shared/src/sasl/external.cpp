#include "smtpscope/sasl/external.hpp"

#include <utility>

#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::sasl {

namespace {
constexpr std::size_t trace_octets = 255;  // RFC 4505 §2 counts characters; no octets more is stricter
}  // namespace

result<client_mechanism> nameless_client::create(nameless_form form, const client_setup& setup) {
  switch (form) {
    case nameless_form::external:
      if (setup.authorization_identity.find('\0') != std::string::npos || !text::is_utf8(setup.authorization_identity))
        return error{errc::forbidden_character, "the authorization identity must be UTF-8 without a NUL"};
      return client_mechanism{new nameless_client{setup.authorization_identity}};
    case nameless_form::anonymous: {
      const std::string& trace = setup.authentication_identity;  // sent as it is: RFC 4505 §3 maps nothing
      if (auto legal = prepare(trace, "the trace of ANONYMOUS"); !legal) return legal.why();
      if (trace.size() > trace_octets)
        return error{errc::invalid_argument, "the trace of ANONYMOUS is longer than 255 octets"};
      return client_mechanism{new nameless_client{trace}};
    }
  }
  return error{errc::misuse, ""};
}

std::optional<std::string> nameless_client::initial_response() {
  sent_ = true;
  return message_;
}

result<std::string> nameless_client::respond(std::string_view /*challenge*/) {
  if (sent_) return client_fails(errc::misuse, "this mechanism has one message only, and it was sent already");
  return *initial_response();
}

result<server_step> nameless_server::step(std::string_view response) {
  switch (form_) {
    case nameless_form::external:
      if (response.find('\0') != std::string_view::npos || !text::is_utf8(response)) break;
      return server_offers(response, {}, {});
    case nameless_form::anonymous:
      if (response.size() > trace_octets || !prepare(response, "")) break;
      return server_offers({}, response, {});
  }
  return server_fails(errc::invalid_encoding, "This mechanism takes an identity in UTF-8, at most 255 octets of it");
}

}  // namespace smtpscope::sasl
