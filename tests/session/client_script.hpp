#pragma once
// Drives a client session by a script and varies how: the server's bytes whole, byte by byte, cut
// in two at every place; the connection lost after every step and every byte.

#include <optional>
#include <string>
#include <vector>

#include "session/script.hpp"
#include "smtpscope/session/client_session.hpp"
#include "smtpscope/trace/recorded_client.hpp"

namespace smtpscope::test {

// How a dialogue must end.
struct ending {
  session::outcome result = session::outcome::delivered;
  std::optional<session::failure_kind> failure;
  session::client_stage stage = session::client_stage::connect;  // of the failure
  std::string diagnosis;                                         // key, "" for none
};

// `whole`: bytes that come early are told from bytes that come late, so the script holds only when
// each chunk comes in one piece; other cuts are checked for safety alone.
enum class cuts { any, whole };

struct client_case {
  std::string name;
  session::client_options options;
  session::submission mail;
  std::string script;
  ending end;
  cuts pieces = cuts::any;
  std::string host = "mail.example";
  std::vector<session::submission> more_mails = {};  // after `mail`
  std::size_t shown = 0;  // leading steps that another case has too: it shows what cuts and losses there do
};

// Runs the dialogue in all variations and reports by EXPECT.
void expect_dialogue(const client_case& c);

// A client with a host that does at once what it is asked. Checks on every event what must always
// hold: no AUTH or MAIL before TLS unless the options say so by name, content in bounded pieces,
// one `finished`, nothing after the end.
class client_driver {
 public:
  explicit client_driver(const client_case& c);

  void connected();  // with TLS where the policy is implicit
  void receive(std::string_view bytes);
  void tls_established();
  // What -PLUS mechanisms bind to from the next TLS handshake on.
  sasl::channel_binding binding;
  void server_closes();
  void transport_fails();
  void timer();
  void cancel();

  [[nodiscard]] std::string take_sent() { return std::exchange(unread_, {}); }
  [[nodiscard]] const std::string& all_sent() const noexcept { return sent_; }
  [[nodiscard]] bool wants_tls() const noexcept { return wants_tls_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] seconds armed() const noexcept { return armed_; }
  [[nodiscard]] const std::vector<session::finished>& ends() const noexcept { return ends_; }
  [[nodiscard]] const std::vector<session::message_finished>& messages() const noexcept { return messages_; }
  [[nodiscard]] const std::vector<session::remark>& remarks() const noexcept { return remarks_; }
  // Commands that waited, under manual control.
  [[nodiscard]] const std::vector<session::command_ready>& waited() const noexcept { return waiting_; }
  status answer(const session::manual_answer& a);
  // What a loss of the connection now must lead to: unknown where all content left for somebody and
  // was not answered, partly where some were delivered to, else failed.
  [[nodiscard]] session::outcome result_if_lost() const;
  [[nodiscard]] const session::client_session& session() const noexcept { return client_.session(); }
  [[nodiscard]] const std::vector<trace::entry>& entries() const noexcept { return client_.entries(); }

 private:
  void drain();
  void check_sent(const session::send_bytes& sent) const;

  // One MAIL … end of content, as seen on the wire.
  struct transaction {
    int accepted = 0;
    int unanswered = 0;  // RCPT
    bool content_left = false;
    bool answered = false;
    bool delivered = false;
  };
  void note(const session::send_bytes& sent);
  void note(const session::reply_received& received);

  session::client_options options_;
  trace::recorded_client client_;
  session_time now_{0};
  std::string unread_;
  std::string sent_;
  seconds armed_{0};
  std::vector<session::finished> ends_;
  std::vector<session::message_finished> messages_;
  std::vector<session::remark> remarks_;
  std::vector<session::command_ready> waiting_;
  bool secure_ = false;
  bool wants_tls_ = false;
  bool closed_ = false;
  bool lost_ = false;
  std::vector<transaction> transactions_;
  std::size_t chunk_left_ = 0;
  bool last_chunk_ = false;
};

}  // namespace smtpscope::test
