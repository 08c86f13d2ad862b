#pragma once
// Drives a server session by a script and varies how: the client's bytes whole, byte by byte, cut
// in two at every place; the connection lost after every step and every byte.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/script.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_session.hpp"

namespace smtpscope::test {

// A message that the server was asked to keep.
struct taken_message {
  std::string from;
  std::vector<std::string> to;
  std::string content;
};

// `whole`: what comes together is told from what comes apart, so the script holds only when each
// chunk comes in one piece; other cuts are checked for safety alone.
enum class server_cuts { any, whole };

struct server_case {
  std::string name;
  session::server_options options;
  session::server_policy policy;
  std::string script;
  std::vector<taken_message> messages;  // that must have been taken at the end
  server_cuts pieces = server_cuts::any;
  std::int64_t unix_seconds = 0;  // {time} and {date} of the texts
};

// A server named mail.example, with user "tim" / "tanstaaftanstaaf" and every mailbox at
// mail.example but those that begin with "no".
[[nodiscard]] server_case sample_server(std::string name, std::string script);

// Runs the dialogue in all variations and reports by EXPECT.
void expect_dialogue(const server_case& c);

// A server with a host that does at once what it is asked and answers by the policy. Checks what
// must always hold: questions one at a time, content only between 354 and its reply, nothing after
// close_connection, messages no larger than allowed.
class server_driver {
 public:
  explicit server_driver(const server_case& c);

  void connected(const sasl::channel_binding& binding = {});
  void receive(std::string_view bytes);
  void tls_established(const sasl::channel_binding& binding = {});
  void client_closes();
  void timer();
  void shut_down(std::string_view text);

  [[nodiscard]] std::string take_sent() { return std::exchange(unread_, {}); }
  [[nodiscard]] const std::vector<taken_message>& messages() const noexcept { return messages_; }
  [[nodiscard]] bool wants_tls() const noexcept { return wants_tls_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  // Octets sent that are no reply.
  [[nodiscard]] const std::string& garbage() const noexcept { return garbage_; }
  [[nodiscard]] const std::vector<session::message_offered>& offers() const noexcept { return offers_; }
  [[nodiscard]] int discarded() const noexcept { return discarded_; }
  [[nodiscard]] session::server_session& session() noexcept { return server_; }
  [[nodiscard]] const std::vector<session::send_reply>& replies() const noexcept { return replies_; }
  [[nodiscard]] const std::vector<session::credentials_offered>& logins() const noexcept { return logins_; }

  // What command_offered is answered with, in turn; then each is accepted.
  std::deque<session::decision> command_answers;
  // What the next message is answered with instead of "250 2.0.0 OK: queued as N".
  std::optional<session::decision> message_answer;

 private:
  void drain();
  void take_reply(const session::send_reply& reply);
  void take_message(const session::message_offered& offered);

  session::server_options options_;
  session::server_policy policy_;
  session::server_session server_;
  std::string unread_;
  std::string content_;
  std::vector<taken_message> messages_;
  std::vector<session::message_offered> offers_;
  std::string garbage_;
  std::vector<session::send_reply> replies_;
  std::vector<session::credentials_offered> logins_;
  bool in_content_ = false;
  bool wants_tls_ = false;
  bool closed_ = false;
  int discarded_ = 0;
};

}  // namespace smtpscope::test
