#pragma once
// What a server session is told before it greets. All of it is plain data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/server_extension.hpp"
#include "smtpscope/session/server_replies.hpp"
#include "smtpscope/session/terms.hpp"

namespace smtpscope::session {

// What happens to content in which a CR or LF stands alone. The content's end is CRLF "." CRLF in
// any case: what reads another end into it smuggles (CVE-2023-51764).
enum class bare_newlines : std::uint8_t {
  reject,     // 550 5.5.2 after the true end
  normalize,  // each becomes CRLF
  accept,     // kept as it came
};
enum class odd_content : std::uint8_t { reject, accept };

// VRFY: answered from the mailboxes; 252, which says nothing (RFC 5321 §7.3); or 502.
enum class lookups : std::uint8_t { answered, hidden, not_implemented };

// What a client says before it is its turn: before the greeting, behind DATA before the 354, behind
// any command where PIPELINING is not offered.
enum class early_input : std::uint8_t { tolerated, refused };  // refused: 554 5.5.0, and the end

// DATA when every RCPT of the transaction was refused (RFC 2920 §3.1).
enum class data_without_recipients : std::uint8_t { refused_at_once, refused_after_content };

// Whether the host is asked before any command is carried out (command_offered).
enum class questions : std::uint8_t { policy_only, every_command };

struct content_rules {
  bare_newlines newlines = bare_newlines::reject;
  odd_content nul = odd_content::reject;         // RFC 2045 §2.7, §2.8; BINARYMIME may hold it
  odd_content long_lines = odd_content::accept;  // over 1000 octets with CRLF (RFC 5321 §4.5.3.1.6)
};

// LIMITS of RFC 9422, 1 to 999999; absent: no such limit. Commands are counted, not successes.
struct session_limits {
  std::optional<std::uint32_t> mailmax;        // MAIL in a session
  std::optional<std::uint32_t> rcptmax;        // RCPT in a transaction
  std::optional<std::uint32_t> rcptdomainmax;  // different domains of RCPT in a session
};

struct server_options {
  std::string host_name;                      // in the greeting and EHLO reply
  link_security link = link_security::plain;  // tls: implicit TLS, already established
  extension_list extensions = {extension::pipelining,
                               extension::size,
                               extension::eight_bit_mime,
                               extension::enhanced_status_codes,
                               extension::starttls,
                               extension::auth,
                               extension::help};
  offer extended_hello = offer::yes;               // no: EHLO is not recognised, as in RFC 821
  offer auth_on_plain_link = offer::no;            // AUTH before TLS
  offer challenges_on_plain_link = offer::no;      // AUTH before TLS, by mechanisms that do not send the password
  requirement tls_before_mail = requirement::no;   // 530 5.7.0 Must issue a STARTTLS command first
  requirement auth_before_mail = requirement::no;  // 530 5.7.0 Authentication required
  // RFC 3207 §4.2 says that a client SHOULD send EHLO again inside TLS, and that the server forgets
  // the first one. Gmail and Postfix go on without; `no` does as they do, for clients that rely on it.
  requirement hello_after_tls = requirement::yes;
  std::vector<std::string> mechanisms = {"PLAIN", "LOGIN"};
  std::string random;  // at least 32 octets, new for each session; for mechanisms with challenges
  // What EHLO's AUTH line names where that is not the mechanisms above: others are refused with 504.
  std::vector<std::string> announced_mechanisms;
  lookups vrfy = lookups::hidden;
  std::uint64_t max_message_octets = limits::message_octets;
  std::size_t max_recipients = limits::recipients;
  session_limits limits_line;
  content_rules content;
  early_input early = early_input::tolerated;
  data_without_recipients no_recipients = data_without_recipients::refused_at_once;
  questions asks = questions::policy_only;
  reply_texts replies;
  std::string session_id;      // {id} of the texts: letters, digits, "-", "."
  std::string client_address;  // {client} of the texts: the client's IP address
};

}  // namespace smtpscope::session
