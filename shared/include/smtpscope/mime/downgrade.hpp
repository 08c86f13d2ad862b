#pragma once
// A message for a server that takes less than the message holds: without 8BITMIME only ASCII in
// lines of at most 998 octets, with it also octets over 127, and anything only with BINARYMIME
// (RFC 6152 §3, RFC 3030 §3). Parts that are too wide are written anew in quoted-printable or
// base64, which changes nothing of what a reader sees.

#include <cstdint>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::mime {

// What a way must carry, from narrow to wide.
enum class transport_form : std::uint8_t { seven_bit, eight_bit, binary };

// What `message` needs. Binary are: a NUL, a line of more than 998 octets, and a CR or LF of its own
// in a part that says it is binary. Elsewhere CR and LF each count as a line end.
[[nodiscard]] transport_form needed_form(std::string_view message);

// The message so that `carries` suffices; the same octets when it did already. Else all lines end in
// CRLF, each leaf that is too wide is encoded anew with its Content-Transfer-Encoding, a label of
// 8bit or binary that is true no more becomes a narrower one (multipart and message/rfc822 too,
// which are themselves never encoded, RFC 2045 §6.4), and a message that was not MIME becomes MIME.
// What stands before the first and behind the last delimiter of a multipart is left out when it is
// too wide: it is for nobody (RFC 2046 §5.1.1).
// Errors: unsupported (a part that is too wide is covered by a signature, or of a type or encoding
// that cannot be written anew; a header field holds UTF-8, which only SMTPUTF8 carries),
// invalid_header (a line of the header longer than 998 octets), forbidden_character (a NUL in it),
// invalid_argument (more parts or header fields than are read).
[[nodiscard]] result<std::string> downgrade(std::string_view message, transport_form carries);

}  // namespace smtpscope::mime
