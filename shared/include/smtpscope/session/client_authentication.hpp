#pragma once
// The client's side of AUTH (RFC 4954): which mechanism, what goes out with the command and in
// answer to each 334, and when to cancel. The client session calls it and does the sending.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

enum class initial_response : std::uint8_t { sent, withheld };  // RFC 4954 §4: either is legal

struct credentials {
  std::string identity;  // authentication identity: user name or address
  secret password;
};

class client_authentication {
 public:
  // `allowed` are mechanisms, best first. Without credentials no AUTH is wanted.
  client_authentication(std::optional<credentials> who, std::vector<std::string> allowed, initial_response ir)
      : who_(std::move(who)), allowed_(std::move(allowed)), ir_(ir) {}

  // What the caller asked for must be possible. Errors: invalid_argument, unsupported, forbidden_character.
  [[nodiscard]] status check() const;

  [[nodiscard]] bool wanted() const noexcept { return who_.has_value(); }
  // Whether the server offers a mechanism that is allowed.
  [[nodiscard]] bool possible(const wire::capabilities& server) const;

  // The argument of AUTH: the first allowed mechanism that is offered and, where it is to be sent
  // and fits, the initial response. Error: unsupported (none is offered).
  [[nodiscard]] result<std::string> begin(const wire::capabilities& server);
  // The line that answers a 334, without CRLF; "*" cancels, and given_up() says why.
  // Error: misuse of the protocol by the server (it goes on with a cancelled login).
  [[nodiscard]] result<std::string> answer(const wire::reply& challenge);
  // The server said 2yz. Error: it may not (the login was cancelled).
  [[nodiscard]] status accepted();

  [[nodiscard]] const std::string& mechanism() const noexcept { return mechanism_; }  // "" before begin()
  [[nodiscard]] int challenges() const noexcept { return challenges_; }               // answered so far
  [[nodiscard]] const std::optional<std::string>& given_up() const noexcept { return given_up_; }

 private:
  [[nodiscard]] result<sasl::client_mechanism> make(const std::string& mechanism) const;
  [[nodiscard]] std::string give_up(std::string why);

  std::optional<credentials> who_;
  std::vector<std::string> allowed_;
  initial_response ir_;
  std::optional<sasl::client_mechanism> sasl_;
  std::string mechanism_;
  int challenges_ = 0;
  std::optional<std::string> given_up_;
};

}  // namespace smtpscope::session
