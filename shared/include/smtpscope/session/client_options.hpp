#pragma once
// What a client session is told before it connects: how it may speak, and what it is to deliver.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/client_authentication.hpp"
#include "smtpscope/session/client_rules.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/parameters.hpp"

namespace smtpscope::session {

// Decided before connecting, never by what the server says (RFC 3207 §6).
enum class tls_policy : std::uint8_t {
  implicit,           // TLS from the first byte (RFC 8314 §3.3): connected() means TLS stands
  starttls_required,  // no AUTH and no MAIL before STARTTLS succeeded
  opportunistic,      // by name: STARTTLS where it is offered and works, else in the clear
  never,              // plaintext, by name
};

enum class cleartext_auth : std::uint8_t { refused, allowed_by_name };

// Commands in groups, without waiting for each reply (RFC 2920).
enum class pipelining : std::uint8_t { never, when_offered };
// AUTH with a login that is one message, in one group with MAIL and RCPT (RFC 4954 §4).
enum class login_group : std::uint8_t { alone, with_mail };
// QUIT in the last group: only where every recipient's answer is known, or at any rate. With BDAT
// that saves a round trip, and gives up a second transaction for recipients that were too many.
enum class farewell : std::uint8_t { after_recipients, in_last_group };
// BDAT (RFC 3030): never, for binary content only, or instead of DATA wherever it is offered.
enum class chunking : std::uint8_t { never, if_binary, when_offered };
// A message larger than the server's SIZE (RFC 1870): offer it all the same, or refuse it here.
enum class size_check : std::uint8_t { by_server, here };
// Recipients answered with 452 or 552 after others were accepted (RFC 5321 §4.5.3.1.10).
enum class too_many : std::uint8_t { next_transaction, report };
// manual: every command waits for the host as command_ready.
enum class control : std::uint8_t { automatic, manual };

struct client_options {
  std::string ehlo_name;  // domain or address literal (RFC 5321 §4.1.1.1)
  tls_policy tls = tls_policy::starttls_required;
  std::optional<credentials> auth;      // none: no AUTH
  std::vector<std::string> mechanisms;  // allowed ones, best first; none: all that suit, strongest first
  std::string random;                   // at least 32 octets, new for each session; "": no mechanism with a nonce
  std::string server_name;              // host as it was asked for, to which DIGEST-MD5 and OAUTHBEARER bind
  int server_port = 0;
  initial_response ir = initial_response::sent;
  cleartext_auth without_tls = cleartext_auth::refused;
  patience wait = patience::rfc5321;
  pipelining groups = pipelining::when_offered;
  login_group login = login_group::alone;
  farewell quit = farewell::after_recipients;
  chunking chunks = chunking::if_binary;
  std::size_t chunk_octets = limits::bdat_chunk_octets;            // of one BDAT, at least 1
  std::size_t pipeline_octets = limits::pipelined_command_octets;  // of commands whose replies are awaited
  std::size_t max_recipients = limits::recipients;                 // of one transaction, at least 1
  too_many on_too_many = too_many::next_transaction;
  size_check size = size_check::by_server;
  std::vector<std::string> without = {};  // EHLO keywords, in any case: the session goes on as if they were not offered
  session::control control = session::control::automatic;
};

[[nodiscard]] inline client_authentication_options authentication_of(const client_options& o) {
  return {o.auth, o.mechanisms, o.ir, o.random, o.server_name, o.server_port};
}

// One message and where it goes.
struct submission {
  wire::reverse_path from;
  std::vector<wire::forward_path> to;  // at least one
  // RFC 5322 message, CRLF line ends, dots not stuffed. Anything where `parameters` say BINARYMIME.
  std::string content;
  // The same message in seven bits (mime::downgrade), for a server without 8BITMIME or BINARYMIME;
  // empty: none.
  std::string seven_bit_content = {};
  // SIZE and BODY=8BITMIME are added by the session. `smtputf8`: the message's header needs it.
  wire::mail_parameters parameters = {};
  std::vector<wire::rcpt_parameters> recipient_parameters = {};  // as many as `to`, or none
};

// What becomes of a command that waits (command_ready).
enum class manual_choice : std::uint8_t {
  send,     // as it is
  replace,  // `bytes` instead of it
  insert,   // `bytes` before it; it waits again after the reply
  repeat,   // the last command said, before it
  skip,     // nothing instead of it
  drop,     // close the connection
};
// Bytes that are no single command line: only by name.
enum class raw_bytes : std::uint8_t { refused, allowed_by_name };
struct manual_answer {
  manual_choice what = manual_choice::send;
  std::string bytes;  // of replace and insert: one line; its CRLF may be missing unless `raw`
  raw_bytes raw = raw_bytes::refused;
};

}  // namespace smtpscope::session
