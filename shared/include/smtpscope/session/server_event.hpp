#pragma once
// What a server session asks of its host, and tells it. See event.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "smtpscope/base/secret.hpp"
#include "smtpscope/session/both_events.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/command.hpp"
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

// Questions: the session waits until answer() is called, and reads no further meanwhile.
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
  std::optional<std::uint64_t> declared_octets;  // SIZE= (RFC 1870)
};
struct forward_path_offered {
  wire::forward_path path;
};
// All content has been handed over by content_received.
struct message_offered {
  wire::reverse_path from;
  std::vector<wire::forward_path> to;
  std::uint64_t octets = 0;
};

// A piece of message content, dots removed; belongs to the message that message_offered ends.
// `content_discarded` tells that no message will come of it (too large, link cut).
struct content_received {
  std::string bytes;
};
struct content_discarded {};

using server_event = std::variant<command_received, send_reply, start_tls, arm_timer, credentials_offered,
                                  secret_requested, reverse_path_offered, forward_path_offered, content_received,
                                  content_discarded, message_offered, close_connection>;

}  // namespace smtpscope::session
