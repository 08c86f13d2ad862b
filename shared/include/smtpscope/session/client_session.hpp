#pragma once
// The client's side of one SMTP session that submits messages (RFC 5321, 2920, 3030, 3207, 4954, 6409).
//
// Sans-I/O: the host tells it what happened on the connection and performs the events it asks
// for, in order. It decides nothing by itself: every step is a look-up in rules.hpp.
//
//   session.connected();
//   while (auto event = session.next()) perform(*event);   // write, handshake, close …
//   session.receive(bytes);                                // and so on
//
// Two things are kept apart. What is to be said next: an intent (greet, secure, log in, deliver,
// leave) and, while delivering, the step of the transaction at hand. And what was said and not yet
// answered: a list, first in first out. A reply belongs to the oldest of the list and moves the
// intent by the table; then speak() says whatever may be said now: one command when nothing is
// awaited, several where the server offers PIPELINING. Host must ask next() for everything before it
// gives receive() more: a reply that comes before its command has left is a protocol error.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/client_authentication.hpp"
#include "smtpscope/session/client_awaited.hpp"
#include "smtpscope/session/client_content.hpp"
#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/client_message.hpp"
#include "smtpscope/session/client_options.hpp"
#include "smtpscope/session/client_plan.hpp"
#include "smtpscope/session/client_results.hpp"
#include "smtpscope/session/client_rules.hpp"
#include "smtpscope/session/expected_server.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/line_reader.hpp"

namespace smtpscope::session {

class client_session {
 public:
  // Errors: invalid_argument (EHLO name, no message, no recipient, unknown mechanism, content with a
  // bare CR or LF or a NUL, a line over 998 octets, an option out of range), forbidden_character.
  [[nodiscard]] static result<client_session> create(client_options options, submission mail);
  // Several messages, one after another over the same connection.
  [[nodiscard]] static result<client_session> create(client_options options, std::vector<submission> mails);

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
  // Decides about the command that waits (control::manual). Errors, all without effect: misuse (none
  // waits; a SASL response cannot be left out; nothing to repeat), forbidden_character and
  // invalid_argument (bytes that are no one line, and `raw` does not allow them; a login or envelope
  // in the clear where TLS is required), line_too_long.
  status answer(const manual_answer& a);

  // The next event, or nothing until something more happens.
  [[nodiscard]] std::optional<client_event> next();

  [[nodiscard]] client_phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool over() const noexcept { return phase_ == client_phase::closed; }
  [[nodiscard]] bool command_waits() const noexcept { return held_.has_value() && !over(); }
  [[nodiscard]] const wire::capabilities& capabilities() const noexcept { return capabilities_; }

 private:
  // What the session is about to do, where nothing is awaited.
  enum class intent : std::uint8_t { nothing, ehlo, helo, starttls, auth, sasl, deliver, quit };
  // One line to be said, and what its reply belongs to.
  struct utterance {
    std::string bytes;
    sent what = sent::command;
    awaited_reply awaits;
  };
  struct queued {
    client_event event;
    std::size_t replies = 0;  // that it earns; they are awaited from when it leaves
  };

  client_session(client_options options, std::vector<client_message> messages);
  [[nodiscard]] static result<client_session> make(client_options options, std::vector<client_message> messages);

  // client_session.cpp: happenings and the end
  void process_lines();
  void produce_content();
  void enter(client_phase phase);
  void tell(client_event event, std::size_t replies = 0) { events_.push_back({std::move(event), replies}); }
  template <class Event>
  [[nodiscard]] bool told_since(std::size_t at) const noexcept {
    for (; at < events_.size(); ++at)
      if (std::holds_alternative<Event>(events_[at].event)) return true;
    return false;
  }
  void arm();  // the timer, for what is awaited now
  void report_unread();
  void end_of_chunks();
  void fail(failure_kind kind, std::string detail);
  void end_all(const failure& why);
  void conclude(std::size_t message);
  // QUIT would be content, or was left out by hand.
  [[nodiscard]] bool quit_impossible() const { return content_.busy() || quit_skipped_; }
  void leave();  // QUIT where the link still can, else close
  void close();

  // client_replies.cpp: a reply and what it leads to
  void on_reply(wire::received_reply received);
  void learn(client_phase before, client_action action, const wire::reply& value, const awaited_reply& answered);
  [[nodiscard]] client_action action_for(client_phase before, const wire::reply& reply,
                                         const awaited_reply& answered) const;
  void report(client_phase before, client_action action, wire::received_reply received, const awaited_reply& answered);
  void perform(client_action action, const wire::reply& reply, const awaited_reply& answered);
  void refuse(const wire::reply& reply);
  void refuse_and_close(const wire::reply& reply, const awaited_reply& answered);
  void after_rcpt(const wire::reply& reply, const awaited_reply& answered);
  void go_ahead(const awaited_reply& answered);
  void challenge(const wire::reply& reply, const awaited_reply& answered);
  void delivered(const awaited_reply& answered);
  void refuse_transaction(const wire::reply& reply, const awaited_reply& answered);
  void close_at(const awaited_reply& answered);
  void settle();
  void settle(client_transaction& t);
  void conclude_if_done(std::size_t message);
  [[nodiscard]] client_phase awaited_phase() const noexcept;
  [[nodiscard]] client_facts facts() const;
  [[nodiscard]] message_facts next_message_facts() const;
  [[nodiscard]] server_view server() const noexcept;

  // client_speech.cpp: what is said next
  void speak();
  [[nodiscard]] bool say_next();
  [[nodiscard]] bool say_in_delivery();
  [[nodiscard]] bool say_between();
  [[nodiscard]] bool say_of(client_transaction& t);
  [[nodiscard]] bool say_rcpt(client_transaction& t);
  [[nodiscard]] bool say_content_command(client_transaction& t);
  [[nodiscard]] bool say_chunk(client_transaction& t);
  [[nodiscard]] bool begin_transaction();
  void give_up_message(std::size_t message, client_action why);
  void note_give_up(std::size_t message, client_action why);
  [[nodiscard]] bool may_join(wire::verb v) const noexcept;
  [[nodiscard]] bool pipelines() const noexcept;
  [[nodiscard]] bool envelopes_known() const noexcept;
  void say(wire::verb v, std::string_view argument, client_phase phase, wire::utf8 beyond_ascii = wire::utf8::refused,
           std::optional<std::size_t> recipient = std::nullopt);
  void say_auth();
  void say_sasl();
  void offer(utterance l);
  void send(utterance l);
  void note_left_out(const std::vector<std::string_view>& keywords);
  [[nodiscard]] client_transaction* current() noexcept { return current_ ? &transactions_[*current_] : nullptr; }

  // client_manual.cpp
  [[nodiscard]] server_facts by_the_book() const;
  [[nodiscard]] result<std::string> checked(const manual_answer& a) const;
  [[nodiscard]] status check_choice(const manual_answer& a, std::string& bytes) const;
  void say_instead(utterance l, manual_choice what, const std::string& bytes);
  [[nodiscard]] bool edits(const std::string& bytes) const;
  void announce();
  void send_planned(utterance l);
  void send_by_hand(const std::string& bytes);
  void skip(const utterance& l);
  void authenticated_by_hand();
  void abandon_plan();

  client_options options_;
  std::vector<client_message> messages_;
  client_phase phase_ = client_phase::idle;
  intent next_ = intent::nothing;
  std::vector<queued> events_;  // to be given out, from told_ on
  std::size_t told_ = 0;
  wire::line_reader lines_;
  wire::reply_parser replies_;
  std::string unread_;  // bytes of the line that is looked at, and of its reply before it
  wire::capabilities capabilities_;
  client_authentication authentication_;
  std::string sasl_line_;  // to be said, with CRLF
  client_awaited awaited_;
  client_plan plan_;
  client_results results_;
  std::vector<client_transaction> transactions_;  // all that were begun
  std::optional<std::size_t> current_;            // the one whose commands are being said
  client_content content_;
  std::optional<std::size_t> content_of_;  // transaction whose content is being sent; none by hand
  at_server server_transaction_ = at_server::closed;
  std::uint32_t mails_said_ = 0;
  std::vector<std::string_view> left_out_;  // keywords of parameters, told
  bool rset_first_ = false;
  bool auth_awaited_ = false;  // AUTH shares a group
  bool starttls_refused_ = false;
  bool auth_skipped_ = false;
  bool quit_said_ = false;
  bool quit_skipped_ = false;  // by hand
  bool tls_ = false;
  bool authenticated_ = false;
  bool finished_ = false;
  // Under manual control
  std::optional<utterance> held_;     // waits for answer()
  std::optional<utterance> shelved_;  // waits for the end of a login by hand
  std::string last_said_;
  expected_server expected_;
};

}  // namespace smtpscope::session
