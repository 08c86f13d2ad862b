#pragma once
// The server's side of one SMTP session (RFC 5321, 1870, 2034, 2920, 3030, 3207, 3461, 4954, 6152,
// 6531, 8689, 9422).
//
// Sans-I/O like the client's. Who may log in, which mailbox exists and what happens to a message
// are questions to the host: an event (credentials_offered, reverse_path_offered,
// forward_path_offered, lookup_offered, message_offered, command_offered) and then nothing until
// answer(). "check" (is the command legal now?) is the session's, "proceed" (do we want it?) the host's.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/session/content_filter.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/session/server_authentication.hpp"
#include "smtpscope/session/server_event.hpp"
#include "smtpscope/session/server_options.hpp"
#include "smtpscope/session/server_rules.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "smtpscope/wire/line_reader.hpp"

namespace smtpscope::session {

class server_session {
 public:
  // Errors: invalid_argument (host name, limits, extensions that need others), unsupported (mechanism).
  [[nodiscard]] static result<server_session> create(server_options options);

  // What time it is, in seconds since 1970: for {time} and {date} of the texts.
  void clock(std::int64_t unix_seconds) noexcept { unix_seconds_ = unix_seconds; }

  void connected(
      const sasl::channel_binding& binding = {});  // greets; what came before is early (server_options::early)
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
  // Without `random` and `mechanisms`, which the logins keep.
  [[nodiscard]] const server_options& options() const noexcept { return options_; }

 private:
  explicit server_session(server_options options);

  enum class waiting : std::uint8_t {
    nothing,
    command,
    credentials,
    secret,
    reverse_path,
    forward_path,
    lookup,
    message
  };
  enum class words : std::uint8_t { ours, given };  // whose a reply's are
  struct transaction {
    wire::reverse_path from;
    wire::mail_parameters parameters;
    std::vector<accepted_recipient> to;
    std::uint32_t rcpt_commands = 0;
    bool rcpt_refused = false;
  };
  // What a decision asks for in place of the reply that comes next, or behind it.
  struct fault {
    std::string garbage;
    afterwards then = afterwards::go_on;
    std::optional<wire::reply> reply = std::nullopt;  // other words for a command that is carried out
  };
  // Content on its way in.
  struct content {
    wire::verb by = wire::verb::data;  // or bdat
    wire::dot_unstuffer unstuffer;
    content_filter filter;
    std::uint64_t octets = 0;          // handed over or dropped
    std::optional<reply_key> refused;  // why no message will come of it
    std::uint64_t chunk_left = 0;      // BDAT: octets still to come
    std::uint64_t chunk_octets = 0;    // BDAT: octets of this chunk
    bool chunk_is_last = false;
    std::optional<std::uint64_t> drop_after;
  };

  // server_session.cpp: what came in, and what goes out
  [[nodiscard]] bool advance();  // takes one step over what was received; false when none is possible
  void take_line(const result<std::string>& line);
  void on_line_error();
  void answer_now(const decision& d, waiting asked);
  void answer_greeting(const decision& d);
  void greet();
  void say(reply_key key, wire::verb v, server_state after, std::string problem = {});
  void reply(wire::reply r, wire::verb v, server_state after);
  void complain(reply_key key, wire::verb v, std::string problem = {});  // changes no state, and counts
  void complain_with(wire::reply r, wire::verb v);
  void part(reply_key key, wire::verb v, std::string problem = {});  // says it and closes
  void close();
  void reset_transaction();
  [[nodiscard]] bool offers(extension e) const noexcept { return options_.extensions.offers(e); }
  [[nodiscard]] bool announced(extension e) const noexcept;
  [[nodiscard]] server_facts facts() const noexcept;
  [[nodiscard]] std::string value_of(std::string_view name) const;

  // server_commands.cpp
  void on_command(const std::string& line);
  [[nodiscard]] bool refuse_arguments();
  [[nodiscard]] bool early() const noexcept;
  void proceed();
  void on_hello();
  void on_starttls();
  void on_mail();
  void on_rcpt();
  void on_lookup();
  [[nodiscard]] wire::utf8 replies_in() const noexcept;
  void on_help();
  void answer_command(const decision& d);
  void answer_lookup(const decision& d);
  void answer_reverse_path(const decision& d);
  void answer_forward_path(const decision& d);
  [[nodiscard]] wire::offered_parameters offered_parameters() const noexcept;
  [[nodiscard]] std::string capability_line(extension e) const;
  [[nodiscard]] std::optional<reply_key> over_a_limit(const wire::forward_path& path);

  // server_login.cpp
  void on_auth();
  void on_sasl_line(std::string_view line);
  void on_authentication(authentication_step step, words whose = words::ours);

  // server_content.cpp
  void begin_content(wire::verb by);
  void on_data();
  void on_bdat();
  void skip_chunk(const wire::command& c);
  void take_skipped();
  void take_content();
  void take_chunk();
  void pass(std::string piece);
  [[nodiscard]] std::optional<reply_key> content_problem() const noexcept;
  void refuse_content(std::optional<reply_key> why);
  void finish_content();
  void finish_chunk();
  void answer_message(const decision& d);

  server_options options_;
  std::deque<server_event> events_;
  wire::line_reader lines_;
  server_authentication authentication_;
  wire::command command_;  // the last one, which is being carried out, without its fields
  std::string ehlo_name_;
  transaction mail_;
  std::unique_ptr<reverse_path_offered> offered_from_;  // while the host is asked
  std::unique_ptr<accepted_recipient> offered_to_;
  content content_;
  std::vector<std::string> domains_;  // of recipients, in lower case (RFC 9422)
  fault instead_;                     // of the next reply
  std::string problem_;               // {problem} and {queue_id} of the texts
  std::string queue_id_;
  std::int64_t unix_seconds_ = 0;
  std::uint64_t skip_ = 0;  // octets of a chunk that nobody wants
  std::uint32_t mail_commands_ = 0;
  int bad_commands_ = 0;
  // One octet each, together: elsewhere each would take eight.
  link_security link_;
  server_state state_ = server_state::idle;
  server_state next_ = server_state::idle;  // where the command's row leads
  server_state after_auth_ = server_state::expect_mail;
  server_state state_in_auth_ = server_state::expect_sasl_response;
  waiting waiting_ = waiting::nothing;
  bool extended_ = false;
};

}  // namespace smtpscope::session
