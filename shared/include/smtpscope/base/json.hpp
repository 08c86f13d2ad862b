#pragma once
// JSON is nlohmann/json with ordered keys, so that two builds write the same bytes.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope {

using json = nlohmann::ordered_json;

// Parses one JSON text, nesting at most `max_depth` deep, an object having at most
// limits::json_object_members members; of equal keys the last one counts.
// Error: invalid_json. Never throws.
[[nodiscard]] result<json> parse_json(std::string_view text, int max_depth = 16);

// One line, no spaces; octets that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_string(const json& value);

}  // namespace smtpscope
