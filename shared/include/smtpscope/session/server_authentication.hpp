#pragma once
// The server's side of AUTH (RFC 4954): mechanisms, challenges and their count, refused logins.
// The server session calls it, sends what comes back and asks the host what is to be asked.

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

// A 334: the client's next line answers it.
struct authentication_challenge {
  wire::reply reply;
};
// AUTH is over with this reply, 235 or another.
struct authentication_ended {
  wire::reply reply;
};
using authentication_step = std::variant<authentication_challenge, authentication_ended, credentials_offered>;

class server_authentication {
 public:
  // `offered` are mechanisms in the order in which EHLO names them.
  explicit server_authentication(std::vector<std::string> offered) : offered_(std::move(offered)) {}

  // Error: unsupported (a mechanism nobody knows).
  [[nodiscard]] status check() const;

  [[nodiscard]] const std::vector<std::string>& offered() const noexcept { return offered_; }
  [[nodiscard]] bool offers(std::string_view mechanism) const;

  // AUTH. Precondition: offers(c.mechanism).
  [[nodiscard]] authentication_step begin(const wire::command& c);
  // A line in answer to a 334, without CRLF.
  [[nodiscard]] authentication_step answer(std::string_view line);
  // A line in answer to a 334 that is too long to be looked at.
  [[nodiscard]] authentication_step answer_too_long();
  // The host's decision on credentials_offered.
  [[nodiscard]] authentication_step decide(const decision& d);

  // Forgets who logged in (RFC 3207 §4.2), not how many logins failed.
  void forget();

  [[nodiscard]] const std::string& mechanism() const noexcept { return mechanism_; }  // of the last AUTH
  [[nodiscard]] int challenges() const noexcept { return challenges_; }               // sent in it
  [[nodiscard]] const std::string& identity() const noexcept { return identity_; }    // "" until a login succeeds
  // RFC 4954 §4: after this many refused logins the server may hang up.
  [[nodiscard]] bool too_many_failures() const noexcept;

 private:
  [[nodiscard]] authentication_step take(std::string_view base64);
  [[nodiscard]] authentication_step advance(result<sasl::server_step> step);
  [[nodiscard]] authentication_step end(wire::reply r);

  std::vector<std::string> offered_;
  std::optional<sasl::server_mechanism> sasl_;
  std::string mechanism_;
  std::string identity_;
  std::string offered_identity_;
  int challenges_ = 0;
  int failures_ = 0;
};

}  // namespace smtpscope::session
