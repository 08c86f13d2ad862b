#pragma once
// Answers one session's questions from the policy and puts its messages into the store.

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "relay/mailbox/shared_policy.hpp"
#include "relay/mailbox/store.hpp"
#include "relay/net/asio.hpp"
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
  // All of them must outlive the host, which lives on `executor`. Calls of the store that may block
  // run on `disk`. `client` is the client's IP address.
  session_host(const boost::asio::any_io_executor& executor, session::server_session& session, shared_policy& policy,
               std::string client, message_store& store, boost::asio::thread_pool& disk)
      : session_(session),
        policy_(policy),
        visit_(policy.begin(std::move(client))),
        store_(store),
        disk_(disk),
        pause_(executor) {}

  // For net::session_driver. What was said before a question goes out before the answer is waited for.
  [[nodiscard]] bool may_block(const session::server_event& event) const noexcept {
    return std::holds_alternative<session::message_offered>(event) || (policy_.delays() && is_question(event));
  }
  [[nodiscard]] bool perform(session::server_event& event);
  [[nodiscard]] net::awaitable<void> finish(session::server_event& event);

  [[nodiscard]] const session_counts& counts() const noexcept { return counts_; }

  // Implicit TLS is to begin: which certificate is shown.
  void choose_certificate() { certificate_ = policy_.handshake(visit_); }
  // Which the next handshake shows; the one after it shows our own again.
  [[nodiscard]] session::certificate_choice take_certificate() noexcept {
    return std::exchange(certificate_, session::certificate_choice::own);
  }
  // The session is to end: no fault holds an answer back any longer. On the executor.
  void hurry();

 private:
  [[nodiscard]] static bool is_question(const session::server_event& event) noexcept;
  void note_login(const session::send_reply& reply);
  [[nodiscard]] bool decide(const session::server_event& question);
  void adjust(const session::server_event& question);
  void turn_away_http(const session::command_received& line);
  // The store's two calls: its own threads make them where they may block.
  void append(std::string_view content);
  void commit(const envelope& e);
  void note_kept();
  void let_go() noexcept;
  [[nodiscard]] envelope envelope_of(const session::message_offered& offered) const;

  session::server_session& session_;
  shared_policy& policy_;
  session::policy_visit visit_;
  message_store& store_;
  const bool at_once_ = store_.pace() == store_pace::at_once;
  boost::asio::thread_pool& disk_;
  boost::asio::steady_timer pause_;  // of a fault that delays an answer
  bool hurry_ = false;
  session::certificate_choice certificate_ = session::certificate_choice::own;
  std::unique_ptr<message_writer> writer_;  // of the message on its way in
  boost::system::error_code failed_;        // why that message cannot be stored
  session::decision decision_;              // on the question that is being answered
  bool login_refused_ = false;              // and none was accepted since
  session_counts counts_;
};

}  // namespace smtpscope::mailbox
