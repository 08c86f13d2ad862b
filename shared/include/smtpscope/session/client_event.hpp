#pragma once
// What a client session asks of its host, and tells it. See event.hpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "smtpscope/session/both_events.hpp"
#include "smtpscope/session/mechanism_choice.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// Asks to write `bytes`. Content comes in pieces of at most limits::content_chunk_octets: ask for
// the next event only when the last piece has left, and memory stays bounded.
struct send_bytes {
  std::string bytes;
  sent what = sent::command;
  wire::verb verb = wire::verb::unknown;  // of the command, or the command it belongs to
  std::string mechanism;                  // AUTH and SASL responses: "PLAIN", "SCRAM-SHA-256"
  int sasl_step = 0;                      // 0: initial response, 1…: answer to that challenge
  client_transition client;
  std::vector<mechanism_candidate> candidates;  // AUTH: how the mechanism was chosen
};

// A whole reply has arrived. `in_answer_to` is unknown for the greeting, data for 354, and
// `stage` tells the end of content from DATA. Bytes that are no reply (an error follows) come as one
// with code 0 and no lines.
struct reply_received {
  wire::received_reply reply;
  client_stage stage = client_stage::greeting;
  wire::verb in_answer_to = wire::verb::unknown;
  std::string recipient;  // RCPT: the forward-path's mailbox
  std::string mechanism;  // AUTH
  int sasl_step = 0;      // AUTH: number of the challenge, from 1; 0 for a final reply
  client_transition client;
};

// Why a session did not deliver, in the client's words. `reply` belongs to `refused`.
enum class failure_kind : std::uint8_t {
  refused,                  // the server answered with 4yz or 5yz, or an unexpected class
  starttls_not_offered,     // TLS is required and the server does not offer STARTTLS
  auth_not_offered,         // credentials given, but the server offers no AUTH at all
  mechanism_not_offered,    // none of the mechanisms we may use
  auth_without_tls,         // credentials would go in the clear and that was not allowed by name
  eight_bit_not_offered,    // the content has octets over 127 and the server lacks 8BITMIME
  binary_not_offered,       // BODY=BINARYMIME, and the server lacks it or CHUNKING (RFC 3030)
  smtputf8_not_offered,     // an address or header needs SMTPUTF8 (RFC 6531)
  requiretls_not_possible,  // REQUIRETLS, and it is not offered or TLS does not stand (RFC 8689)
  too_large,                // larger than the server's SIZE; refused here, by the options
  mail_limit,               // the server takes no more in this connection (RFC 9422)
  starttls_plaintext,       // bytes after the 220 (RFC 3207 §6)
  protocol,                 // bytes that are no reply, or a reply nobody asked for
  closed_by_server,         // the connection ended in the middle
  timeout,
  transport,  // resolving, connecting or TLS failed; the host knows how
  cancelled,  // by the user
};
struct failure {
  failure_kind kind = failure_kind::protocol;
  client_stage stage = client_stage::connect;
  std::string detail;  // for people; holds no bytes of the peer
};

enum class outcome : std::uint8_t {
  delivered,  // the server took responsibility for every recipient (RFC 5321 §4.2.5)
  partly,     // for some recipients; the others were refused
  failed,     // for none
  unknown,    // for some it is not known, as the connection was lost between the end of the content
              // and its reply: do not resend blindly
};

// What became of the message for one recipient.
enum class fate : std::uint8_t {
  not_sent,   // the server never took content for this recipient: sending again is safe
  refused,    // it said no, to the recipient or to the content
  delivered,  // it took responsibility
  unknown,    // nobody knows: do not resend blindly
};

struct recipient_result {
  wire::forward_path path;
  std::optional<wire::reply> reply;  // to the last RCPT; none: never asked
  fate end = fate::not_sent;
  [[nodiscard]] bool accepted() const noexcept { return reply && reply->positive(); }
};

// One message, over all its transactions.
struct message_result {
  outcome result = outcome::failed;
  std::optional<failure> why;  // set unless delivered
  std::vector<recipient_result> recipients;
};

// One of several messages is done with. A session of one message tells it in `finished` alone.
struct message_finished {
  std::size_t index = 0;  // of the submission
  message_result result;
};

// The session is over for the host's purpose. Comes once, before close_connection. With several
// messages: `result` sums them up, `why` is the first failure, `recipients` are those of all.
struct finished {
  outcome result = outcome::failed;
  std::optional<failure> why;  // set unless delivered
  std::vector<recipient_result> recipients;
  client_transition client;
  std::vector<message_result> messages;  // in the order of the submissions
};

// Something a reader should know that changes nothing: a command that the tables do not allow now,
// a parameter left out as the server does not offer it.
struct remark {
  std::string text;
  std::string section;  // "RFC 5321 §4.1.4"
};

// Under manual control: a line wants to leave, and waits for client_session::answer(). The bytes
// of a SASL response, or of AUTH with one, hold a secret.
struct command_ready {
  std::string bytes;
  sent what = sent::command;
  wire::verb verb = wire::verb::unknown;
  std::string recipient;  // RCPT
};

using client_event = std::variant<send_bytes, reply_received, start_tls, arm_timer, finished, close_connection,
                                  message_finished, remark, command_ready>;

}  // namespace smtpscope::session
