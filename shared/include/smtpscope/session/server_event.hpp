#pragma once
// What a server session asks of its host, and tells it. See event.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "smtpscope/base/secret.hpp"
#include "smtpscope/session/both_events.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/parameters.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// A whole line from the client: a command, or a SASL response while one is awaited.
struct command_received {
  std::string bytes;
  wire::command command;  // what == unknown for a SASL response
  sent what = sent::command;
  std::string mechanism;
  int sasl_step = 0;
};

// Asks to write a reply. `state` is the change that the answered command made.
struct send_reply {
  wire::reply reply;
  std::string bytes;
  wire::verb in_answer_to = wire::verb::unknown;
  server_transition state;
};

// Octets that are no reply, as decision::garbage asks.
struct send_garbage {
  std::string bytes;
};

// Which certificate the handshake that is asked for next is to show.
struct certificate_chosen {
  certificate_choice which = certificate_choice::own;
};

// Questions: the session waits until answer() is called, and reads no further meanwhile.

// Where server_options::asks says so: before the greeting (verb unknown), and before a legal command
// is carried out that has no question of its own. A refusal without a reply is 451 4.3.0.
struct command_offered {
  wire::verb what = wire::verb::unknown;
  std::string argument;
};
struct credentials_offered {
  std::string mechanism;
  std::string authorization_identity;  // "" where the mechanism or the client gives none
  std::string authentication_identity;
  secret password;
};
// Answered by answer_secret(), not by answer(): the mechanism itself checks the proof. Whether the
// name is known must not show: an unknown one gets an answer too.
struct secret_requested {
  std::string mechanism;
  std::string authentication_identity;
  std::string authorization_identity;  // "" where none is given
};
struct reverse_path_offered {
  wire::reverse_path path;
  wire::mail_parameters parameters;
};
struct forward_path_offered {
  wire::forward_path path;
  wire::rcpt_parameters parameters;
  wire::reverse_path from;  // of the same transaction
};
// VRFY or EXPN. An acceptance carries the reply (250 with addresses, 252, 553).
struct lookup_offered {
  wire::verb what = wire::verb::vrfy;
  std::string name;  // as written; UTF-8 only with SMTPUTF8 (RFC 6531 §3.7.4.2)
};

// What is odd about a message's content, for whoever wants to tell its sender.
struct content_findings {
  std::uint64_t bare_cr = 0;  // CRs alone, LFs alone, NULs: how many came, whatever was done about them
  std::uint64_t bare_lf = 0;
  std::uint64_t nul = 0;
  std::uint64_t longest_line = 0;  // octets with CRLF
  bool eight_bit = false;          // an octet over 127
};

struct accepted_recipient {
  wire::forward_path path;
  wire::rcpt_parameters parameters;
};
// All content has been handed over by content_received.
struct message_offered {
  wire::reverse_path from;
  wire::mail_parameters parameters;
  std::vector<accepted_recipient> to;
  std::uint64_t octets = 0;  // handed over
  content_findings findings;
};

// A piece of message content, dots removed; belongs to the message that message_offered ends.
// `content_discarded` tells that no message will come of it (refused, link cut).
struct content_received {
  std::string bytes;
};
struct content_discarded {};

using server_event =
    std::variant<command_received, send_reply, send_garbage, start_tls, certificate_chosen, arm_timer, command_offered,
                 credentials_offered, secret_requested, reverse_path_offered, forward_path_offered, lookup_offered,
                 content_received, content_discarded, message_offered, close_connection>;

}  // namespace smtpscope::session
