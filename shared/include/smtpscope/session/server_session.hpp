#pragma once
// The server's side of one SMTP session (RFC 5321, 3207, 4954, 1870, 6152, 2034, 2920).
//
// Sans-I/O like the client's. Who may log in, which mailbox exists and what happens to a message
// are questions to the host: an event (credentials_offered, reverse_path_offered,
// forward_path_offered, message_offered) and then nothing until answer(). "check" (is the command
// legal now?) is the session's, "proceed" (do we want it?) the host's.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/session/server_authentication.hpp"
#include "smtpscope/session/server_event.hpp"
#include "smtpscope/session/server_rules.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "smtpscope/wire/line_reader.hpp"

namespace smtpscope::session {

struct server_options {
  std::string host_name;                           // in the greeting and EHLO reply
  std::string greeting_text = "ESMTP smtpscope";   // after the host name
  link_security link = link_security::plain;       // tls: implicit TLS, already established
  offer starttls = offer::yes;                     // while the link is plain
  offer auth_on_plain_link = offer::no;            // AUTH before TLS
  offer challenges_on_plain_link = offer::no;      // AUTH before TLS, by mechanisms that do not send the password
  requirement tls_before_mail = requirement::no;   // 530 5.7.0 Must issue a STARTTLS command first
  requirement auth_before_mail = requirement::no;  // 530 5.7.0 Authentication required
  // RFC 3207 §4.2 says that a client SHOULD send EHLO again inside TLS, and that the server forgets
  // the first one. Gmail and Postfix go on without; `no` does as they do, for clients that rely on it.
  requirement hello_after_tls = requirement::yes;
  std::vector<std::string> mechanisms = {"PLAIN", "LOGIN"};
  std::string random;  // at least 32 octets, new for each session; for mechanisms with challenges
  std::uint64_t max_message_octets = limits::message_octets;
  std::size_t max_recipients = limits::recipients;
};

class server_session {
 public:
  // Errors: invalid_argument (host name, unknown mechanism).
  [[nodiscard]] static result<server_session> create(server_options options);

  void connected(const sasl::channel_binding& binding = {});  // greets; `client` side has said nothing yet
  void receive(std::string_view bytes);
  void tls_established(const sasl::channel_binding& binding = {});
  void peer_closed();
  void timer_fired();  // 421 4.4.2, then close
  // Says 421 and closes after the reply (shutting down, too many connections).
  void shut_down(std::string_view text);
  // Answers the question that waits. Error: misuse when none does.
  status answer(const decision& d);
  // Answers secret_requested: the user's password, or nothing for an unknown user. Error: misuse
  // when that does not wait.
  status answer_secret(const std::optional<secret>& password);

  [[nodiscard]] std::optional<server_event> next();

  // False while a question waits, TLS is to be done, or the session is over: stop reading then,
  // and memory stays bounded. Commands are looked at one by one as next() is called, so a host
  // that writes what next() gives before it reads again holds one read's worth and no more.
  [[nodiscard]] bool wants_input() const noexcept;
  [[nodiscard]] server_state state() const noexcept { return state_; }
  [[nodiscard]] bool over() const noexcept { return state_ == server_state::closed; }
  [[nodiscard]] link_security link() const noexcept { return link_; }
  [[nodiscard]] const std::string& ehlo_name() const noexcept { return ehlo_name_; }
  [[nodiscard]] bool extended() const noexcept { return extended_; }  // EHLO, not HELO
  [[nodiscard]] std::string authenticated_as() const { return authentication_.identity(); }

 private:
  explicit server_session(server_options options);

  enum class waiting : std::uint8_t { nothing, credentials, secret, reverse_path, forward_path, message };

  [[nodiscard]] bool advance();  // takes one step over what was received; false when none is possible
  void take_content();
  void take_line(const result<std::string>& line);
  void on_line_error();
  void on_command(const std::string& line);
  void proceed(const wire::command& c, const server_rule& rule);
  void on_hello(const wire::command& c, const server_rule& rule);
  void on_starttls();
  void on_auth(const wire::command& c, const server_rule& rule);
  void on_mail(const wire::command& c);
  void on_rcpt(const wire::command& c);
  void on_data(const server_rule& rule);
  void on_sasl_line(std::string_view line);
  void on_authentication(authentication_step step);
  void finish_content();
  void reset_transaction();
  void answer_message(const decision& d);
  void reply(const wire::reply& r, wire::verb v, server_state after);
  void complain(const wire::reply& r, wire::verb v);  // an error reply that changes no state and counts
  void close();
  [[nodiscard]] server_facts facts() const noexcept;
  [[nodiscard]] std::vector<std::string> capability_lines() const;

  server_options options_;
  server_state state_ = server_state::idle;
  link_security link_;
  std::deque<server_event> events_;
  wire::line_reader lines_;
  wire::dot_unstuffer unstuffer_;
  server_authentication authentication_;
  server_state after_auth_ = server_state::expect_mail;
  server_state state_in_auth_ = server_state::expect_sasl_response;
  std::string ehlo_name_;
  bool extended_ = false;
  wire::reverse_path from_;
  std::vector<wire::forward_path> to_;
  std::optional<wire::reverse_path> offered_from_;
  std::optional<wire::forward_path> offered_to_;
  std::uint64_t content_octets_ = 0;
  bool too_large_ = false;
  int bad_commands_ = 0;
  waiting waiting_ = waiting::nothing;
};

}  // namespace smtpscope::session
