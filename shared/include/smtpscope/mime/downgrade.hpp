#pragma once
// A message in seven bits, for a server that offers neither 8BITMIME nor BINARYMIME (RFC 6152 §3,
// RFC 3030 §3). Leaves that are too wide are written anew in quoted-printable or base64; whatever
// fits stays octet by octet as it was. What can be read in two ways is refused, not guessed at:
// written anew it might say to its reader what it did not say before.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::mime {

// Whether every server takes `message`: ASCII without NUL, CR and LF only together, lines of at most
// 998 octets (RFC 2045 §2.7).
[[nodiscard]] bool is_seven_bit(std::string_view message) noexcept;

// `message` so that is_seven_bit() holds, with the same parts of the same content; the same octets
// when it held already. Each leaf that was too wide gets a new Content-Transfer-Encoding, each part
// around it the label 7bit where it had a wider one, and a message that was not MIME becomes MIME.
// What stands before the first and behind the last delimiter of a multipart is left out when it is
// too wide: it is for nobody (RFC 2046 §5.1.1).
// Errors, which say what stands in the way: unsupported (something too wide is signed or encrypted,
// within a message/* that is never encoded, under a transfer encoding, or in a header, where only
// SMTPUTF8 carries it), invalid_header (of such a part the header is not closed, names a field of
// MIME twice, emptily or wrongly, or has a line of more than 998 octets), invalid_argument (the
// delimiters of a multipart are not there or not clear; more parts or fields than are read).
[[nodiscard]] result<std::string> downgrade(std::string_view message);

}  // namespace smtpscope::mime
