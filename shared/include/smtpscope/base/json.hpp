#pragma once
// JSON is nlohmann/json with ordered keys, so that two builds write the same bytes.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "smtpscope/base/result.hpp"

namespace smtpscope {

using json = nlohmann::ordered_json;

// Parses one JSON text, nesting at most `max_depth` deep, an object having at most
// limits::json_object_members members; of equal keys the last one counts.
// Error: invalid_json. Never throws.
[[nodiscard]] result<json> parse_json(std::string_view text, int max_depth = 16);

// One line, no spaces; octets that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_string(const json& value);

// Sets object[key]. Out of line: writing members is most of what the core does with JSON, and the
// library's own operators unfold into far more code at each place (a quarter of the WASM module).
void set(json& object, const char* key, std::string_view value);
void set(json& object, const char* key, json value);
void set_flag(json& object, const char* key, bool value);
void set_signed(json& object, const char* key, std::int64_t value);
void set_unsigned(json& object, const char* key, std::uint64_t value);

inline void set(json& object, const char* key, const std::string& value) { set(object, key, std::string_view{value}); }
inline void set(json& object, const char* key, const char* value) { set(object, key, std::string_view{value}); }
template <class Number, std::enable_if_t<std::is_integral_v<Number>, int> = 0>
void set(json& object, const char* key, Number value) {
  if constexpr (std::is_same_v<Number, bool>) {
    set_flag(object, key, value);
  } else if constexpr (std::is_unsigned_v<Number>) {
    set_unsigned(object, key, value);
  } else {
    set_signed(object, key, value);
  }
}

// A list of texts.
[[nodiscard]] json to_json(const std::vector<std::string>& texts);

}  // namespace smtpscope
