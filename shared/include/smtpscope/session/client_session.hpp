#pragma once
// The client's side of one SMTP session that submits one message (RFC 5321, 3207, 4954, 6409).
//
// Sans-I/O: the host tells it what happened on the connection and performs the events it asks
// for, in order. It decides nothing by itself: every step is a look-up in rules.hpp.
//
//   session.connected();
//   while (auto event = session.next()) perform(*event);   // write, handshake, close …
//   session.receive(bytes);                                // and so on

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/client_authentication.hpp"
#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/client_options.hpp"
#include "smtpscope/session/client_rules.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "smtpscope/wire/line_reader.hpp"

namespace smtpscope::session {

class client_session {
 public:
  // Errors: invalid_argument (EHLO name, no recipient, unknown mechanism, content with a bare CR
  // or LF or a NUL, a line over 998 octets), forbidden_character.
  [[nodiscard]] static result<client_session> create(client_options options, submission mail);

  // The connection stands (with TLS when the policy is implicit).
  void connected(const sasl::channel_binding& binding = {});
  // Bytes from the server, any cut.
  void receive(std::string_view bytes);
  // The handshake asked for by start_tls is done and the certificate verified.
  void tls_established(const sasl::channel_binding& binding = {});
  // The server ended the connection.
  void peer_closed();
  // Resolving, connecting or TLS failed. `detail` is for people.
  void transport_failed(std::string_view detail);
  // The timer last armed has run out.
  void timer_fired();
  // The user gives up; the connection is closed at once.
  void cancel();

  // The next event, or nothing until something more happens.
  [[nodiscard]] std::optional<client_event> next();

  [[nodiscard]] client_phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool over() const noexcept { return phase_ == client_phase::closed; }
  [[nodiscard]] const wire::capabilities& capabilities() const noexcept { return capabilities_; }

 private:
  client_session(client_options options, submission mail);

  [[nodiscard]] client_facts facts() const;
  void process_lines();
  void on_reply(wire::received_reply received);
  void perform(client_action action, const wire::reply& reply);
  void enter(client_phase phase);
  void send_command(wire::verb verb, std::string_view argument, client_phase after);
  void send_auth();
  void continue_auth(const wire::reply& reply);
  void send_sasl(std::string line);
  void send_mail();
  void after_rcpt(const wire::reply& reply);
  void queue_content();
  void queue_send(std::string bytes, sent what, client_phase after);
  void delivered();
  void refused(const wire::reply& reply);
  void report_unread();
  void fail(failure_kind kind, std::string detail);
  void finish(outcome result, std::optional<failure> why);
  void leave();  // QUIT where the link still can, else close
  void close();

  client_options options_;
  submission mail_;
  client_phase phase_ = client_phase::idle;
  wire::verb last_verb_ = wire::verb::unknown;
  std::deque<client_event> events_;
  wire::line_reader lines_;
  wire::reply_parser replies_;
  std::string unread_;  // bytes of the line that is looked at, and of its reply before it
  wire::capabilities capabilities_;
  client_authentication authentication_;
  std::vector<recipient_result> recipients_;
  std::size_t next_recipient_ = 0;
  wire::dot_stuffer stuffer_;
  std::size_t content_sent_ = 0;
  bool content_done_ = false;  // all but the end mark
  bool eight_bit_;
  bool tls_ = false;
  bool authenticated_ = false;
  bool finished_ = false;
};

}  // namespace smtpscope::session
