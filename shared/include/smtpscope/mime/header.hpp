#pragma once
// Writing header fields (RFC 5322 §2.2): folded at 78 octets where that is possible and never
// longer than 998 a line, in ASCII only. Every value is checked: CR, LF, NUL and other control
// characters are refused with forbidden_character, and the detail names the field.

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/mime/address_list.hpp"
#include "smtpscope/text/parameter.hpp"

namespace smtpscope::mime {

// The value is UTF-8.
using header_parameter = text::parameter;

// "Subject: …" with its CRLF. `value` is UTF-8; words that are not plain ASCII become encoded
// words (RFC 2047), a tab among them.
// Error: invalid_header (the name), forbidden_character, invalid_encoding (not UTF-8).
[[nodiscard]] result<std::string> unstructured_field(std::string_view name, std::string_view value);

// "To: …" with its CRLF: display names as atoms, as a quoted-string, or as encoded words; addresses
// are never encoded. Errors as above; invalid_argument when there are no mailboxes.
[[nodiscard]] result<std::string> address_field(std::string_view name, const std::vector<named_mailbox>& mailboxes);

// "Content-Type: text/plain; charset=utf-8" with its CRLF. `value` is written as it is: ASCII
// without control characters. Parameter values are tokens or quoted-strings; one that is not ASCII
// is written twice: as RFC 2231 says, then in ASCII with "_" for the rest, for old readers.
// Errors as above; invalid_header when an attribute is not a token; invalid_argument when a value
// is longer than 255 octets.
[[nodiscard]] result<std::string> parameter_field(std::string_view name, std::string_view value,
                                                  const std::vector<header_parameter>& parameters = {});

// True for a field name: 1…76 octets of printable ASCII without colon (RFC 5322 §2.2).
[[nodiscard]] bool is_field_name(std::string_view text) noexcept;

}  // namespace smtpscope::mime
