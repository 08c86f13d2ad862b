#include "smtpscope/sasl/external.hpp"

#include <utility>

#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::sasl {

namespace {
constexpr std::size_t trace_octets = 255;  // RFC 4505 §2 counts characters; no octets more is stricter
}  // namespace

result<nameless_client> nameless_client::create(nameless_form form, const client_setup& setup) {
  switch (form) {
    case nameless_form::external:
      if (setup.authorization_identity.find('\0') != std::string::npos || !text::is_utf8(setup.authorization_identity))
        return error{errc::forbidden_character, "the authorization identity must be UTF-8 without a NUL"};
      return nameless_client{setup.authorization_identity};
    case nameless_form::anonymous: {
      auto trace = prepare(setup.authentication_identity, "the trace of ANONYMOUS");
      if (!trace) return trace.why();
      if (trace->size() > trace_octets)
        return error{errc::invalid_argument, "the trace of ANONYMOUS is longer than 255 octets"};
      return nameless_client{std::move(*trace)};
    }
  }
  return error{errc::misuse, ""};
}

std::optional<std::string> nameless_client::initial_response() {
  sent_ = true;
  return message_;
}

result<std::string> nameless_client::respond(std::string_view /*challenge*/) {
  if (sent_) return error{errc::misuse, "this mechanism has one message only, and it was sent already"};
  return *initial_response();
}

result<server_step> nameless_server::step(std::string_view response) {
  offered_credentials offered;
  switch (form_) {
    case nameless_form::external:
      if (response.find('\0') != std::string_view::npos || !text::is_utf8(response))
        return error{errc::invalid_encoding, "EXTERNAL takes an identity in UTF-8 without a NUL"};
      offered.authorization_identity = std::string{response};
      break;
    case nameless_form::anonymous:
      if (response.size() > trace_octets || !prepare(response, ""))
        return error{errc::invalid_encoding, "ANONYMOUS takes at most 255 octets of text"};
      offered.authentication_identity = std::string{response};
      break;
  }
  return server_step{std::move(offered)};
}

}  // namespace smtpscope::sasl
