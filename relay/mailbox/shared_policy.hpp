#pragma once
// The policy engine of one mailbox, for sessions that run on several threads.

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "smtpscope/session/policy_engine.hpp"

namespace smtpscope::mailbox {

// Calls as of session::policy_engine; the time since the start is put in here.
class shared_policy {
 public:
  shared_policy(session::server_policy policy, session::policy_rules rules)
      : asks_(rules.empty() ? session::questions::policy_only : session::questions::every_command),
        engine_(std::move(policy), std::move(rules)),
        delays_(engine_.delays()) {}

  [[nodiscard]] session::questions asks() const noexcept { return asks_; }
  [[nodiscard]] bool delays() const noexcept { return delays_; }

  [[nodiscard]] session::policy_visit begin(std::string client) {
    const std::scoped_lock lock(mutex_);
    return engine_.begin(std::move(client));
  }
  [[nodiscard]] std::optional<session::decision> decide(session::policy_visit& visit,
                                                        const session::server_event& event, std::string_view user) {
    const std::scoped_lock lock(mutex_);
    return engine_.decide(visit, event, user, now());
  }
  [[nodiscard]] std::optional<secret> secret_for(const session::secret_requested& q) const {
    return engine_.secret_for(q);  // reads what never changes
  }
  void observe(const session::policy_visit& visit, const session::server_event& event) {
    if (asks_ == session::questions::policy_only || !std::holds_alternative<session::send_reply>(event)) return;
    const std::scoped_lock lock(mutex_);
    engine_.observe(visit, event, now());
  }
  [[nodiscard]] session::certificate_choice handshake(session::policy_visit& visit) {
    const std::scoped_lock lock(mutex_);
    return engine_.handshake(visit);
  }

 private:
  using clock = std::chrono::steady_clock;
  [[nodiscard]] milliseconds now() const { return std::chrono::duration_cast<milliseconds>(clock::now() - start_); }

  const clock::time_point start_ = clock::now();
  const session::questions asks_;
  std::mutex mutex_;
  session::policy_engine engine_;
  const bool delays_;
};

}  // namespace smtpscope::mailbox
