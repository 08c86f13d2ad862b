#pragma once
// Small pieces of HTTP's text.

#include <optional>
#include <string>
#include <string_view>

namespace smtpscope::web {

// The path of a request target: percent-decoded, without query. Nothing for a target that is no
// path, or holds a NUL or an escape that is none.
[[nodiscard]] std::optional<std::string> path_of(std::string_view target);

// Accept-Encoding (RFC 9110 §12.5.3): whether it takes gzip.
[[nodiscard]] bool accepts_gzip(std::string_view field);

// If-None-Match (RFC 9110 §13.1.2): whether it names the tag, which is quoted; weakly compared.
[[nodiscard]] bool names_tag(std::string_view field, std::string_view tag);

// A comma-separated list of tokens: whether it holds this one, exactly.
[[nodiscard]] bool lists_token(std::string_view field, std::string_view token);

}  // namespace smtpscope::web
