#pragma once
// Answers one session's questions from the policy and puts its messages into the store.

#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "relay/mailbox/store.hpp"
#include "relay/net/asio.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_session.hpp"

namespace smtpscope::mailbox {

// What happened in one session, for the log: numbers only.
struct session_counts {
  unsigned stored = 0;
  unsigned not_stored = 0;  // 451 and 452
  unsigned refused_recipients = 0;
  unsigned refused_logins = 0;
};

class session_host {
 public:
  // All of them must outlive the host. Calls of the store that may block run on `disk`.
  session_host(session::server_session& session, const session::server_policy& policy, message_store& store,
               boost::asio::thread_pool& disk) noexcept
      : session_(session), policy_(policy), store_(store), disk_(disk) {}

  // For net::session_driver.
  [[nodiscard]] static bool may_block(const session::server_event& event) noexcept {
    return std::holds_alternative<session::message_offered>(event);
  }
  [[nodiscard]] net::awaitable<void> perform(session::server_event& event);

  [[nodiscard]] const session_counts& counts() const noexcept { return counts_; }

 private:
  void note_login(const session::send_reply& reply);
  [[nodiscard]] session::decision decide(const session::reverse_path_offered& q) const;
  [[nodiscard]] session::decision decide(const session::forward_path_offered& q);
  void turn_away_http(const session::command_received& line);
  [[nodiscard]] net::awaitable<void> take(const session::content_received& piece);
  [[nodiscard]] net::awaitable<session::decision> store(const session::message_offered& offered);
  [[nodiscard]] envelope envelope_of(const session::message_offered& offered) const;

  session::server_session& session_;
  const session::server_policy& policy_;
  message_store& store_;
  boost::asio::thread_pool& disk_;
  std::unique_ptr<message_writer> writer_;  // of the message on its way in
  boost::system::error_code failed_;        // why that message cannot be stored
  bool login_refused_ = false;              // and none was accepted since
  session_counts counts_;
};

}  // namespace smtpscope::mailbox
