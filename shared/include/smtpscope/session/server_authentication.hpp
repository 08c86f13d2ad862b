#pragma once
// The server's side of AUTH (RFC 4954): which mechanisms on which link, challenges and their count,
// refused logins. The server session calls it, sends what comes back and asks the host what is to be asked.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/session/server_event.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

struct server_authentication_options {
  std::vector<std::string> mechanisms;         // in the order in which EHLO names them
  offer on_plain_link = offer::no;             // all of them before TLS too
  offer challenges_on_plain_link = offer::no;  // those before TLS that do not send the password
  std::string host_name;
  std::string random;  // at least 32 octets, new for each session; for mechanisms with challenges
};

// A 334: the client's next line answers it.
struct authentication_challenge {
  wire::reply reply;
};
// AUTH is over with this reply, 235 or another.
struct authentication_ended {
  wire::reply reply;
};
using authentication_step =
    std::variant<authentication_challenge, authentication_ended, credentials_offered, secret_requested>;

class server_authentication {
 public:
  explicit server_authentication(server_authentication_options options) : options_(std::move(options)) {}

  // Errors: unsupported (a mechanism nobody knows), invalid_argument (one that needs randomness, without).
  [[nodiscard]] status check() const;

  // TLS stands; what a -PLUS mechanism binds to. Forgets who logged in before (RFC 3207 §4.2), not
  // how many logins failed.
  void secured(sasl::channel_binding binding);

  // What is offered on the link as it is now.
  [[nodiscard]] std::vector<std::string> offered(link_security link) const;
  [[nodiscard]] bool has_mechanisms() const noexcept { return !options_.mechanisms.empty(); }
  [[nodiscard]] bool offers_any(link_security link) const noexcept;
  // Error: 504, or 538 for what TLS would allow (RFC 4954 §6).
  [[nodiscard]] std::optional<wire::reply> refuses(std::string_view mechanism, link_security link) const;

  // AUTH. Precondition: refuses() nothing.
  [[nodiscard]] authentication_step begin(const wire::command& c, link_security link);
  // A line in answer to a 334, without CRLF.
  [[nodiscard]] authentication_step answer(std::string_view line);
  // A line in answer to a 334 that is too long to be looked at.
  [[nodiscard]] authentication_step answer_too_long();
  // The host's decision on credentials_offered.
  [[nodiscard]] authentication_step decide(const decision& d);
  // The host's answer to secret_requested: the password, or nothing for an unknown user.
  [[nodiscard]] authentication_step use_secret(const std::optional<secret>& password);

  // A login that was right is refused all the same: nobody has logged in, and it counts as a failure.
  void deny() noexcept;

  [[nodiscard]] const std::string& mechanism() const noexcept { return mechanism_; }  // of the last AUTH
  [[nodiscard]] int challenges() const noexcept { return challenges_; }               // sent in it
  [[nodiscard]] bool authenticated() const noexcept { return identity_.has_value(); }
  // Who logged in; "" for nobody, and for ANONYMOUS without a trace.
  [[nodiscard]] std::string identity() const { return identity_.value_or(std::string{}); }
  // RFC 4954 §4: after this many refused logins the server may hang up.
  [[nodiscard]] bool too_many_failures() const noexcept;

 private:
  [[nodiscard]] bool offers(std::string_view mechanism, link_security link) const noexcept;
  [[nodiscard]] authentication_step take(std::string_view base64);
  [[nodiscard]] authentication_step advance(result<sasl::server_step> step);
  [[nodiscard]] authentication_step say(const sasl::challenge& challenge);
  [[nodiscard]] authentication_step accept(const decision& d);
  [[nodiscard]] authentication_step refuse(const decision& d);
  [[nodiscard]] authentication_step end(wire::reply r);

  server_authentication_options options_;
  sasl::channel_binding binding_;
  sasl::server_mechanism sasl_;
  std::string mechanism_;
  std::optional<std::string> identity_;
  std::string offered_identity_;
  std::optional<decision> refused_;  // the client is to be told why first
  int challenges_ = 0;
  int failures_ = 0;
  std::uint32_t attempts_ = 0;
};

}  // namespace smtpscope::session
