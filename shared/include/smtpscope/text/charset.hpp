#pragma once
// The character sets that old messages still come in, to UTF-8.

#include <optional>
#include <string>
#include <string_view>

namespace smtpscope::text {

// `octets` as UTF-8, or nothing when `charset` is not known here. Names compare without case:
// utf-8, us-ascii, iso-8859-1, iso-8859-2, iso-8859-15, windows-1252 and their usual other names.
// Octets that mean nothing in that set become U+FFFD.
[[nodiscard]] std::optional<std::string> to_utf8(std::string_view octets, std::string_view charset);

}  // namespace smtpscope::text
