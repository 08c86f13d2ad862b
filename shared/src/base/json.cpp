#include "smtpscope/base/json.hpp"

#include <cstddef>
#include <vector>

#include "smtpscope/base/limits.hpp"

namespace smtpscope {
namespace {

error invalid(std::string detail) { return {errc::invalid_json, std::move(detail)}; }

// Offset just behind the string that opens at `quote`; the end of the text when it never closes.
std::size_t skip_string(std::string_view text, std::size_t quote) noexcept {
  for (std::size_t i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.size();
}

// Looks at the structure before the parser does: writing a value out recurses, so its depth is
// bounded here; a key is looked up in linear time, so the members of one object are bounded too;
// and a NUL ends the parser's input without an error, so none may stand outside a string.
status check_structure(std::string_view text, std::size_t max_depth) {
  std::vector<std::size_t> members;  // of each open object or array
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = skip_string(text, i);
      continue;
    }
    if (c == '\0')
      return invalid("a NUL octet stands in the text");
    if (c == '{' || c == '[') {
      if (members.size() == max_depth)
        return invalid("nested too deep");
      members.push_back(0);
    } else if ((c == '}' || c == ']') && !members.empty()) {
      members.pop_back();
    } else if (c == ':' && !members.empty() && ++members.back() > limits::json_object_members) {
      return invalid("one object has too many members");
    }
    ++i;
  }
  return {};
}

}  // namespace

result<json> parse_json(std::string_view text, int max_depth) {
  if (status ok = check_structure(text, static_cast<std::size_t>(max_depth < 0 ? 0 : max_depth)); !ok)
    return ok.why();
  json value = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded())
    return invalid("not a JSON text");
  return value;
}

std::string to_string(const json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

}  // namespace smtpscope
