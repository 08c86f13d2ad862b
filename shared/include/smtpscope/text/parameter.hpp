#pragma once
// attribute=value of RFC 2045 §5.1, with the charsets and continuations of RFC 2231.

#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::text {

// The value is UTF-8.
struct parameter {
  std::string attribute;
  std::string value;
};

// True for a token of RFC 2045 §5.1.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
// `text` between quotation marks, with a backslash before each quotation mark and backslash.
// Precondition: printable ASCII.
[[nodiscard]] std::string quoted_string(std::string_view text);

// How one parameter is written: pieces "attribute=value" without semicolons, each at most 76
// characters long where a piece can be cut. A token or quoted-string when the value is ASCII; else
// the exact form (RFC 2231) and behind it an ASCII form for old readers, with "_" for each other character.
// Preconditions: `attribute` is a token, `value` is UTF-8 without control characters.
[[nodiscard]] std::vector<std::string> format_parameter(std::string_view attribute, std::string_view value);

// Reads "first; a=b; c*0*=utf-8''…; c*1=…" and puts what stands before the first semicolon into
// `first`, trimmed. Attributes come out in lower case, each once; an exact form (RFC 2231) wins
// over a plain one. Never fails: pieces that are no parameters are left out.
[[nodiscard]] std::vector<parameter> parse_parameters(std::string_view text, std::string& first);

}  // namespace smtpscope::text
