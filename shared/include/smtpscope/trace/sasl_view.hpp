#pragma once
// A SASL message taken apart for the trace, and which messages are secret: decided by mechanism and
// by the message's number in the exchange, never by what it looks like. A proof that would let
// somebody try passwords offline (CRAM-MD5's digest, SCRAM's p= and v=, DIGEST-MD5's response and
// rspauth) is as secret as a password.

#include <cstddef>
#include <optional>
#include <string_view>

#include "smtpscope/base/json.hpp"

namespace smtpscope::trace {

enum class secrecy : std::uint8_t { open, secret };

// `octets` decoded from base64; `ordinal` counts the client's messages in this AUTH, from 1.
[[nodiscard]] secrecy response_secrecy(std::string_view mechanism, int ordinal, std::string_view octets);
// `answered`: how many messages the client has sent before this challenge.
[[nodiscard]] secrecy challenge_secrecy(std::string_view mechanism, int answered);

// Where the response behind AUTH stands in a command line: [begin, end), up to the line's CRLF, and
// empty where AUTH has none.
struct login_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};
// Found as servers would find it, of which some end lines at a CR or LF alone or take a tab for a
// space; nothing where none would see AUTH.
[[nodiscard]] std::optional<login_range> find_login(std::string_view line);

enum class values : std::uint8_t { without_secrets, all };

// The parts [{name, value}], a secret's value null unless all are wanted; null where the message is
// not of the mechanism's form, or the mechanism is not known.
[[nodiscard]] json response_parts(std::string_view mechanism, int ordinal, std::string_view octets, values shown);
// As above; where a challenge has no parts but may be read, a text.
[[nodiscard]] json challenge_parts(std::string_view mechanism, int answered, std::string_view octets, values shown);

}  // namespace smtpscope::trace
