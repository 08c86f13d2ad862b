#pragma once
// Answers the questions of all sessions of one server: users and mailboxes by the plain
// server_policy, faults, greylisting and rates by the rules. Sans-I/O and deterministic: what it
// answers depends on the rules, the order of its calls and the times it is given.
//
// One engine is shared by a server's sessions, one call at a time; each session has a visit of its own.
// Memory is bounded: greylisting::triplets and most_rate_windows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/session/policy_rules.hpp"
#include "smtpscope/session/remembered.hpp"
#include "smtpscope/session/server_event.hpp"
#include "smtpscope/session/server_options.hpp"
#include "smtpscope/session/server_policy.hpp"

namespace smtpscope::session {

// What the engine knows about one session.
class policy_visit {
 public:
  policy_visit() = default;
  [[nodiscard]] const std::string& client() const noexcept { return client_; }

 private:
  friend class policy_engine;
  std::uint64_t number_ = 0;
  std::string client_;
  std::vector<std::uint32_t> matched_;  // by fault: commands of this session that it matches
};

class policy_engine {
 public:
  policy_engine(server_policy policy, policy_rules rules);

  // A session begins, from this IP address.
  [[nodiscard]] policy_visit begin(std::string client);

  // What server_options::asks must be for the rules to hold.
  [[nodiscard]] questions asks() const noexcept {
    return rules_.empty() ? questions::policy_only : questions::every_command;
  }
  // True when an answer may have a delay.
  [[nodiscard]] bool delays() const noexcept;

  // The answer to a question; nothing for any other event, and for secret_requested. An acceptance of
  // message_offered is the host's to carry out: it stores the message and gives the answer a queue_id.
  // `user`: who has logged in, "" for nobody. `now`: never decreasing.
  [[nodiscard]] std::optional<decision> decide(policy_visit& visit, const server_event& event, std::string_view user,
                                               milliseconds now);
  // Answers secret_requested. Nothing for an unknown user.
  [[nodiscard]] std::optional<secret> secret_for(const secret_requested& q) const { return policy_.secret_for(q); }
  // For every other event of the session: refused logins are counted.
  void observe(const policy_visit& visit, const server_event& event, milliseconds now);
  // The certificate of a TLS handshake that no STARTTLS asked for.
  [[nodiscard]] certificate_choice handshake(policy_visit& visit);

 private:
  // What is asked, as the rules see it.
  struct question {
    fault_point at = fault_point::any;
    std::vector<std::string_view> addresses;  // of the command; none where it has none
  };
  struct rate_window {
    milliseconds began{0};
    std::uint32_t count = 0;
  };
  struct first_sight {
    milliseconds first{-1};
  };

  [[nodiscard]] static std::optional<question> question_of(const server_event& event);
  [[nodiscard]] const fault* fault_for(policy_visit& visit, const question& q);
  [[nodiscard]] bool drawn(std::uint64_t session, std::size_t fault, std::uint32_t match) const noexcept;
  [[nodiscard]] decision own_answer(const policy_visit& visit, const server_event& event, std::string_view user,
                                    milliseconds now);
  [[nodiscard]] std::optional<decision> over_a_rate(const policy_visit& visit, const server_event& event,
                                                    std::string_view user, milliseconds now);
  [[nodiscard]] rate_window& window_of(std::size_t rate, std::string_view who, milliseconds now);
  [[nodiscard]] std::optional<decision> put_off(const policy_visit& visit, const forward_path_offered& q,
                                                std::string_view user, milliseconds now);

  server_policy policy_;
  policy_rules rules_;
  std::uint64_t visits_ = 0;
  std::vector<std::uint32_t> matched_;  // by fault: commands of all sessions that it matches
  remembered<rate_window> windows_;
  remembered<first_sight> triplets_;
};

}  // namespace smtpscope::session
