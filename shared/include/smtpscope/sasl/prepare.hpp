#pragma once
// SASLprep (RFC 4013): what is "commonly mapped to nothing" goes, spaces become U+0020, NFKC makes one of
// the spellings of a text, control and private characters are refused. Left out is the rule that text runs
// from right to left as a whole or not at all: it would keep out passwords that nothing else is wrong with.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::sasl {

// Error: forbidden_character (also what is not UTF-8), naming `what` ("the password").
[[nodiscard]] result<std::string> prepare(std::string_view text, std::string_view what);

}  // namespace smtpscope::sasl
