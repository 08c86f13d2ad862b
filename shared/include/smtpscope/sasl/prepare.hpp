#pragma once
// SASLprep (RFC 4013) as far as it needs no table of Unicode: spaces become U+0020, what is
// "commonly mapped to nothing" goes, control and private characters are refused. NFKC is not
// applied: composed text, as keyboards give it, is unchanged by it anyway.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::sasl {

// Error: forbidden_character (also what is not UTF-8), naming `what` ("the password").
[[nodiscard]] result<std::string> prepare(std::string_view text, std::string_view what);

}  // namespace smtpscope::sasl
