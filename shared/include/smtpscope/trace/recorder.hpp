#pragma once
// Turns what happens in a session into entries. It is the only place that sees secrets, and it
// masks them by the state of the protocol before anything else can look.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/event.hpp"
#include "smtpscope/trace/entry.hpp"
#include "smtpscope/trace/secret_words.hpp"
#include "smtpscope/trace/texts.hpp"

namespace smtpscope::trace {

// `shown` is for make-believe passwords in simulated sessions only.
enum class secrets : std::uint8_t { masked, shown };

// What a secret becomes, whatever its length.
inline constexpr std::string_view mask = "********";

// `stage` and `code` are the tunnel's words (relay/README.md) or the page's own
// ("relay_unreachable", "relay_refused", "relay_closed", "relay_false"); `reason` says more of tls_verify
// ("expired", "self_signed", …); `message` is for people. `refused` is the chain of a certificate that
// was refused, as TlsInfo has it, or null; `failing` says which of it, -1 where that is not known.
struct transport_problem {
  std::string stage;
  std::string code;
  std::string message;
  std::string reason;
  json refused = {};
  int failing = -1;
};

class recorder {
 public:
  // `words` explain the entries and are kept by reference.
  explicit recorder(secrets s = secrets::masked, const texts& words = no_texts()) noexcept
      : secrets_(s), words_(&words) {}

  // Transport, told by the host. `tls` is "implicit", "starttls" or "never".
  void resolving(std::string_view host, int port, std::string_view tls, session_time now);
  void resolved(const std::vector<std::string>& addresses, session_time now);
  void connected(std::string_view address, int port, session_time now);
  // For implicit TLS; STARTTLS is recorded from the session's own event.
  void tls_started(session_time now);
  // A message of TLS itself: handshake, change_cipher_spec or alert. `told` is the happening of that
  // name in wasm/smtpscope-core.d.ts. Error: invalid_json; nothing is recorded then.
  [[nodiscard]] status tls_message(const json& told, session_time now);
  // `info` is an object as TlsInfo in wasm/smtpscope-core.d.ts.
  void tls_established(json info, session_time now);
  // A failure below SMTP.
  void transport_error(const transport_problem& what, session_time now);
  void peer_closed(session_time now);
  void timed_out(session_time now);
  void cancelled(session_time now);

  // Everything the client session asks or tells.
  void record(const session::client_event& event, session_time now);
  // It has no event left. Once, after close_connection: the entries `closed`, `result` and, unless all was
  // delivered, `diagnosis`.
  void nothing_more(session_time now);

  // In a simulated session: the server's change of state, shown with the next reply.
  void server_moved(session::server_transition moved) { server_ = moved; }

  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }

 private:
  entry& add(layer l, kind k, session_time now);
  void explain(entry& e) const;
  void add_command(const session::send_bytes& sent, session_time now);
  void add_sasl_response(const session::send_bytes& sent, session_time now);
  void add_content(const session::send_bytes& sent, session_time now);
  void add_reply(const session::reply_received& received, session_time now);
  void add_note(std::string_view message, std::string_view section, session_time now);
  void add_sasl_message(entry& e, std::size_t field, std::string_view mechanism, std::string_view base64);
  void add_challenge(entry& e, const session::reply_received& received);
  void hide_login(entry& e, std::string_view line, std::size_t said, const wire::command& parsed);
  void hide(entry& e, std::size_t field);
  void hide_range(entry& e, std::uint32_t begin, std::uint32_t end);
  void hide_text(entry& e, const wire::reply& reply);
  void hide_echoes(entry& e, const wire::reply& reply);
  void remember(const json& parts, const json& without_secrets);

  secrets secrets_;
  const texts* words_;
  std::vector<entry> entries_;
  std::optional<session::server_transition> server_;
  std::optional<session::finished> finished_;
  chapter chapter_ = chapter::connect;
  bool secure_ = false;
  bool starttls_ = false;  // TLS began inside the session
  bool ended_by_server_ = false;
  bool closing_ = false;
  std::string host_;
  std::string tls_policy_;
  secret_words hidden_;        // what was masked
  std::string unended_;        // what was said of a line whose end is still to come
  bool awaits_login_ = false;  // a line that is no command would answer a challenge
  int sasl_responses_ = 0;     // the client's, in the present AUTH
  std::uint64_t content_octets_ = 0;
  std::uint64_t content_pieces_ = 0;
  bool content_line_start_ = true;
};

}  // namespace smtpscope::trace
