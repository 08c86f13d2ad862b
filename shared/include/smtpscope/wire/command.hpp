#pragma once
// Commands of RFC 5321 §4.1, RFC 3207 and RFC 4954: line to value, value to line, with the place
// of every part in the line.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/field.hpp"

namespace smtpscope::wire {

enum class verb { ehlo, helo, starttls, auth, mail, rcpt, data, rset, noop, quit, vrfy, help, expn, bdat, unknown };
inline constexpr std::size_t verb_count = 15;

// "EHLO", …; "?" for unknown.
[[nodiscard]] std::string_view name(verb v) noexcept;

// esmtp-param of RFC 5321 §4.1.2: keyword ["=" value]. Keyword as written.
struct parameter {
  std::string keyword;
  std::optional<std::string> value;
};

// One command line, taken apart.
struct command {
  verb what = verb::unknown;
  std::string word;                             // the verb as written
  std::string argument;                         // what follows the verb and its space, without white space at the end
  std::vector<parameter> parameters;            // of MAIL and RCPT; SMTPUTF8 of VRFY and EXPN
  std::optional<reverse_path> from;             // of MAIL, when legal
  std::optional<forward_path> to;               // of RCPT, when legal
  std::string mechanism;                        // of AUTH, upper case
  std::optional<std::string> initial_response;  // of AUTH, still base64; "=" means empty (RFC 4954 §4)
  // "line" → "verb", "argument", "crlf". In "argument": EHLO and HELO "client_name"; AUTH
  // "mechanism", "initial_response"; MAIL "from_keyword", "stray_space", "reverse_path",
  // "parameter"…; RCPT "to_keyword", "stray_space", "forward_path", "parameter"…; BDAT
  // "chunk_size", "last". What is absent has no field.
  std::vector<field> fields;
  // Set when the verb is known but its arguments are not legal: the reply a server owes (501, or
  // 555 for parameters, is decided by rules) and why.
  std::optional<error> problem;
};

// Takes one line with or without its CRLF. Never fails as a whole: an unknown verb is verb::unknown,
// bad arguments are in `problem`. A space after "FROM:" or "TO:" is accepted, as common programs
// send it, and noted as field "stray_space".
// With utf8::allowed (the server offers SMTPUTF8) MAIL, VRFY and EXPN may hold UTF-8 when they have
// the parameter SMTPUTF8 (RFC 6531 §3.4), and RCPT may hold it in any case: whether its MAIL had the
// parameter is the caller's to see (forward_path::needs_smtputf8). UTF-8 that is not allowed is the
// problem errc::unsupported.
[[nodiscard]] command parse_command(std::string_view line, utf8 beyond_ascii = utf8::refused);

// Writes one command line with CRLF. Every argument is checked for CR, LF, NUL, other control
// characters and octets over 127; with utf8::allowed (SMTPUTF8 is in use) MAIL, RCPT, VRFY and EXPN
// may hold UTF-8 without C1 controls. Error: forbidden_character, invalid_argument, line_too_long.
[[nodiscard]] result<std::string> format_command(verb v, std::string_view argument = {},
                                                 utf8 beyond_ascii = utf8::refused);

}  // namespace smtpscope::wire
