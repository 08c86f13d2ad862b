#pragma once
// The directives of DIGEST-MD5 (RFC 2831 §7.1): key=value or key="quoted", between commas.

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"

namespace smtpscope::sasl {

struct directive {
  std::string key;    // lower case
  std::string value;  // backslashes of the quotation taken off
};

// In their order; repeated keys stay repeated. Errors: invalid_encoding.
[[nodiscard]] result<std::vector<directive>> parse_directives(std::string_view text);

// The value of the only directive of this key; nullptr when there is none, or more than one.
[[nodiscard]] const std::string* only(const std::vector<directive>& all, std::string_view key);
[[nodiscard]] std::size_t count(const std::vector<directive>& all, std::string_view key);

// `value` between quotation marks, a backslash before each quotation mark and backslash.
[[nodiscard]] std::string quoted(std::string_view value);

}  // namespace smtpscope::sasl
