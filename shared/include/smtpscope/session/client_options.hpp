#pragma once
// What a client session is told before it connects: how it may speak, and what it is to deliver.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/session/client_authentication.hpp"
#include "smtpscope/session/client_rules.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::session {

// Decided before connecting, never by what the server says (RFC 3207 §6).
enum class tls_policy : std::uint8_t {
  implicit,           // TLS from the first byte (RFC 8314 §3.3): connected() means TLS stands
  starttls_required,  // no AUTH and no MAIL before STARTTLS succeeded
  never,              // plaintext, by name
};

enum class cleartext_auth : std::uint8_t { refused, allowed_by_name };

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
};

[[nodiscard]] inline client_authentication_options authentication_of(const client_options& o) {
  return {o.auth, o.mechanisms, o.ir, o.random, o.server_name, o.server_port};
}

// One message and where it goes.
struct submission {
  wire::reverse_path from;
  std::vector<wire::forward_path> to;  // at least one
  std::string content;                 // RFC 5322 message, CRLF line ends, dots not stuffed
};

}  // namespace smtpscope::session
