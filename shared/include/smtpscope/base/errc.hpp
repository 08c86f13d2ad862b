#pragma once
// Every way an operation of the core can fail. Local misuse leaves the object that was
// called unchanged; an error made by the peer ends the session that met it.

#include <string_view>

namespace smtpscope {

enum class errc {
  // The caller's input is at fault; nothing was changed.
  misuse,               // call not legal now (wrong order, unknown handle)
  invalid_argument,     // a value outside its documented range
  forbidden_character,  // CR, LF, NUL or another octet that may not stand here
  invalid_address,      // RFC 5321 §4.1.2 Mailbox, Path
  invalid_header,       // RFC 5322 §2.2 field name or value
  invalid_json,         // text that is not JSON, or not of the expected shape
  invalid_base64,       // RFC 4648 §4
  invalid_encoding,     // quoted-printable, encoded word, xtext, UTF-8
  unsupported,          // understood, but not offered here
  // The peer's bytes are at fault; the session ends.
  line_too_long,      // RFC 5321 §4.5.3.1
  reply_too_long,     // more lines or octets in one reply than we hold
  malformed_reply,    // RFC 5321 §4.2
  malformed_command,  // RFC 5321 §4.1
  malformed_frame,    // tunnel control frame
  // The world is at fault.
  closed_by_peer,  // the connection ended before the session did
  timeout,
  starttls_plaintext,  // plaintext bytes after the reply to STARTTLS (RFC 3207 §6)
};

// The enumerator's own name: stable, used in traces and tests.
[[nodiscard]] std::string_view name(errc code) noexcept;
// One sentence for a person.
[[nodiscard]] std::string_view describe(errc code) noexcept;

}  // namespace smtpscope
