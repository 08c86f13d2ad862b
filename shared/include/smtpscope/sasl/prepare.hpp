#pragma once
// SASLprep (RFC 4013): what is "commonly mapped to nothing" goes, spaces become U+0020, NFKC makes one of
// the spellings of a text; control and private characters are refused, and text that runs from right to
// left in part only (RFC 3454 §6). Its tables are the host's: libidn's in native programs, in a page those
// of wasm/saslprep.mjs, which is loaded when a text outside printable ASCII is there.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::sasl {

// RFC 4013 §2.5: characters that Unicode 3.2 did not have stay as they are in what was typed for one login
// (a query, RFC 3454 §7), and are refused in what is kept to compare logins with.
enum class prepared_as { query, stored };

// Error: forbidden_character (also what is not UTF-8), naming `what` ("the password").
[[nodiscard]] result<std::string> prepare(std::string_view text, std::string_view what,
                                          prepared_as use = prepared_as::query);

}  // namespace smtpscope::sasl
