#pragma once
// The relay's side of one tunnel: what is legal when, how much may flow, and how it ends.
//
// Sans-I/O. The host tells what happens (the page's frames, octet counts, results of what it was
// asked to do) and performs the actions that next() gives, in order. Payload never enters: the
// host moves octets itself and asks here whether it may. One object serves one tunnel; it is not
// thread-safe.
//
//   expect_open → resolving → connecting → (securing →) streaming → closing
//
// After close_tunnel nothing follows; every call is then legal and does nothing.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smtpscope/tunnel/access_tokens.hpp"
#include "smtpscope/tunnel/address_policy.hpp"
#include "smtpscope/tunnel/admission.hpp"
#include "smtpscope/tunnel/ciphertext_guard.hpp"
#include "smtpscope/tunnel/control.hpp"
#include "smtpscope/tunnel/starttls_guard.hpp"

namespace smtpscope::tunnel {

// --- what the host is asked to do -------------------------------------------------------------

struct send_control {  // to the page, as a text frame
  std::string text;
};
struct resolve_name {  // then resolved() or failed(stage::resolve, …)
  std::string host;
};
struct connect_server {  // to the first of these that answers; then connected() or failed(stage::connect, …)
  std::vector<ip_address> addresses;
  std::uint16_t port;
};
// TLS with the server, verified against that name; then secured(), tls_failed() or failed(stage::tls, …).
// With tls_mode::none it follows STARTTLS: if the socket has octets that nobody read, plaintext_waits() instead.
struct secure_server {
  std::string host;
  destination_kind kind;
  tls_mode mode;
};
struct end_sending {};  // half-close towards the server, after all octets before it
struct close_tunnel {   // close the WebSocket with that code and the server's connection
  close_code with;
};
using action = std::variant<send_control, resolve_name, connect_server, secure_server, end_sending, close_tunnel>;

// Which clock ran out.
enum class expiry : std::uint8_t {
  open,         // no open came
  idle,         // nothing moved, and nobody had anything to move
  stalled,      // nothing moved although one side had octets for the other
  session,      // the whole took too long
  half_closed,  // the page did not end after the server's eof
};

// What to do with octets the page sent.
enum class verdict : std::uint8_t { forward, discard };

// Who opens a tunnel.
struct visitor {
  std::shared_ptr<const access_tokens> tokens;  // null: nobody is asked for one
  std::string origin;                           // of the page, as in the header; "-": it sent none
  unix_seconds now = 0;                         // when the WebSocket was asked for
};

// How a tunnel failed, in a few octets.
struct ending {
  stage at;
  code what;
  retry again;
};

class relay_session {
 public:
  enum class phase : std::uint8_t { expect_open, resolving, connecting, securing, streaming, closing };

  // `policy` and `bounds` must outlive the session.
  relay_session(const address_policy& policy, const limits& bounds, visitor who = {})
      : policy_(policy), bounds_(bounds), who_(std::move(who)) {}

  // --- the page ---
  void accepted();                                                     // the WebSocket stands: says hello
  void page_text(std::string_view frame);                              // one text message
  [[nodiscard]] verdict page_data(std::span<const std::byte> octets);  // one binary message
  void page_message_too_large();
  void page_flooded();         // more frames a second than the limits allow
  void page_framing_broken();  // a frame with a length of more than 63 bits
  void page_closed();          // close frame or end of the connection

  // --- the server; see the actions ---
  void resolved(std::vector<ip_address> addresses, microseconds us);
  void connected(const ip_address& address, microseconds us);
  void secured(tls_report report);
  void plaintext_waits();
  void failed(stage at, code what);
  void tls_failed(code what, const tls::refusal& why, std::vector<certificate> shown);
  // Before failed(stage::tls, …) and tls_failed(): the messages of the handshake so far, for the page.
  void handshake_seen(std::vector<handshake_message> messages) { handshake_ = std::move(messages); }
  // How many octets of the server the page can take now, at most data_frame_octets. While 0, do not read.
  [[nodiscard]] std::size_t readable() const noexcept;
  // At most readable() octets were read: send them to the page when `forward`.
  [[nodiscard]] verdict server_data(std::span<const std::byte> octets);
  // After secured(): messages of TLS that came, or went, before what is told next.
  void tls_said(std::vector<handshake_message> messages);
  void server_ended();  // its end of the stream

  // --- the relay itself ---
  void expired(expiry which);
  void drain(milliseconds deadline);  // asks the page to finish
  void drained();                     // the deadline has passed
  void turn_away(admitted why);       // instead of accepted(): not `yes`
  void destination_busy();            // instead of connecting

  [[nodiscard]] std::optional<action> next();
  [[nodiscard]] bool has_next() const noexcept { return !actions_.empty(); }

  [[nodiscard]] phase state() const noexcept { return phase_; }
  [[nodiscard]] bool closing() const noexcept { return phase_ == phase::closing; }
  [[nodiscard]] bool half_closed() const noexcept { return server_ended_ && !closing(); }
  // Where it goes, "host:port"; "" before `open`.
  [[nodiscard]] std::string destination_name() const;
  [[nodiscard]] std::uint64_t bytes_up() const noexcept { return bytes_up_; }
  [[nodiscard]] std::uint64_t bytes_down() const noexcept { return bytes_down_; }
  // How it failed, once it has: for counters and logs.
  [[nodiscard]] const std::optional<ending>& outcome() const noexcept { return ending_; }

 private:
  void on(const auth& frame);
  void on(const open& frame);
  void on(const start_tls& frame);
  void on(const credit& frame);
  void on(const page_eof& frame);

  void begin_tls();
  void misuse(std::string message);
  void fail(failure f);
  [[nodiscard]] bool refuse_plaintext();
  void finish(party by);
  void say(const relay_frame& frame) { actions_.push_back(send_control{format(frame)}); }

  const address_policy& policy_;
  const limits& bounds_;
  visitor who_;
  bool token_shown_ = false;
  std::optional<ciphertext_guard> sealed_;
  phase phase_ = phase::expect_open;
  std::vector<handshake_message> handshake_;  // that failed
  std::vector<action> actions_;               // a few at most, none while nothing happens
  std::optional<authorised> target_;
  tls_mode tls_ = tls_mode::none;
  bool tls_begun_ = false;
  bool page_ended_ = false;
  bool server_ended_ = false;
  party ended_first_ = party::relay;
  starttls_guard guard_;
  std::uint64_t credit_ = initial_credit;
  std::uint64_t bytes_up_ = 0;
  std::uint64_t bytes_down_ = 0;
  std::optional<ending> ending_;
};

}  // namespace smtpscope::tunnel
