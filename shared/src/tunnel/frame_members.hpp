#pragma once
// Members of a JSON object, by kind: present and of that kind, or nothing.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "smtpscope/base/json.hpp"

namespace smtpscope::tunnel {

inline error malformed(std::string detail) { return {errc::malformed_frame, std::move(detail)}; }

inline const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

inline std::optional<std::string> text_member(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

// Whole numbers only: 25.0 is none, and neither is one beyond 63 bits.
inline std::optional<std::int64_t> integer_member(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() &&
      value->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return value->get<std::int64_t>();
}

inline std::optional<bool> flag_member(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

// An array, or nothing; its elements are the caller's to judge.
inline const json* array_member(const json& object, const char* key) {
  const json* value = member(object, key);
  return value != nullptr && value->is_array() ? value : nullptr;
}

}  // namespace smtpscope::tunnel
