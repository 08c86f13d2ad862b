#pragma once
// The client's side of AUTH (RFC 4954): which mechanism, what goes out with the command and in
// answer to each 334, and when to cancel. The client session calls it and does the sending.
// A login that failed is not tried again with a weaker mechanism: whoever made the stronger one
// fail would get the password.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/session/mechanism_choice.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

enum class initial_response : std::uint8_t { sent, withheld };  // RFC 4954 §4: either is legal
enum class secret_kind : std::uint8_t { password, token };

struct credentials {
  std::string identity;  // authentication identity: user name or address
  secret password;       // or an access token
  secret_kind kind = secret_kind::password;
  std::string authorization_identity = {};  // whom to act as; "": as oneself
};

struct client_authentication_options {
  std::optional<credentials> who;    // none: no AUTH
  std::vector<std::string> allowed;  // mechanisms, best first; none: all that suit, strongest first
  initial_response ir = initial_response::sent;
  std::string random;       // at least 32 octets, new for each session; "": no mechanism with a nonce
  std::string server_name;  // as it was asked for; "": none that binds the answer to it
  int server_port = 0;
};

class client_authentication {
 public:
  explicit client_authentication(client_authentication_options options) : options_(std::move(options)) {}

  // What the caller asked for must be possible. Errors: invalid_argument, unsupported, forbidden_character.
  [[nodiscard]] status check() const;

  // TLS stands; what a -PLUS mechanism binds to.
  void bind(sasl::channel_binding binding) { binding_ = std::move(binding); }

  [[nodiscard]] bool wanted() const noexcept { return options_.who.has_value(); }
  // Whether the server offers a mechanism that is allowed and possible.
  [[nodiscard]] bool possible(const wire::capabilities& server) const;

  // The argument of AUTH: the first allowed mechanism that is offered and possible and, where it is
  // to be sent and fits, the initial response. Error: unsupported (none is offered).
  [[nodiscard]] result<std::string> begin(const wire::capabilities& server);
  // The line that answers a 334, without CRLF; "*" cancels, and given_up() says why.
  // Error: misuse of the protocol by the server (it goes on with a cancelled login).
  [[nodiscard]] result<std::string> answer(const wire::reply& challenge);
  // The server said 2yz. Error: it may not (the login was cancelled, or it has not proved itself
  // where the mechanism has it do so).
  [[nodiscard]] status accepted();

  [[nodiscard]] const std::string& mechanism() const noexcept { return mechanism_; }  // "" before begin()
  [[nodiscard]] int challenges() const noexcept { return challenges_; }               // answered so far
  [[nodiscard]] const std::optional<std::string>& given_up() const noexcept { return given_up_; }
  // How the mechanism was chosen: the allowed ones in their order, then what else the server offers.
  [[nodiscard]] std::vector<mechanism_candidate> candidates(const wire::capabilities& server) const;

 private:
  [[nodiscard]] std::vector<std::string> allowed() const;
  [[nodiscard]] mechanism_standing standing(const std::string& mechanism) const;  // `chosen`: nothing is against it
  [[nodiscard]] std::optional<std::string> choose(const wire::capabilities& server) const;
  [[nodiscard]] sasl::client_setup setup(const wire::capabilities& server) const;

  client_authentication_options options_;
  sasl::channel_binding binding_;
  sasl::client_mechanism sasl_;
  std::string mechanism_;
  int challenges_ = 0;
  std::uint32_t attempts_ = 0;
  std::optional<std::string> given_up_;
};

}  // namespace smtpscope::session
