#pragma once
// The fields of a line that is not taken apart.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/wire/field.hpp"

namespace smtpscope::trace {

inline bool ends_line(std::string_view bytes) noexcept {
  return bytes.size() >= 2 && bytes.substr(bytes.size() - 2) == "\r\n";
}

// A line or a piece of one: what stands before its end is `what`, where that has a name.
inline std::vector<wire::field> line_fields(std::string_view bytes, std::string_view what) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::uint32_t end = ends_line(bytes) ? size - 2 : size;
  std::vector<wire::field> fields = {{0, size, "line", -1}};
  if (!what.empty()) fields.push_back({0, end, std::string{what}, 0});
  if (end < size) fields.push_back({end, size, "crlf", 0});
  return fields;
}

}  // namespace smtpscope::trace
