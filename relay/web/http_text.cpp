#include "relay/web/http_text.hpp"

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::web {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the next item off a comma-separated list.
std::string_view next_item(std::string_view& list) {
  const std::size_t comma = list.find(',');
  const std::string_view item = trim(list.substr(0, comma));
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return item;
}

int hex_value(char c) {
  if (text::is_digit(c)) return c - '0';
  const char low = text::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

std::optional<std::string> path_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.empty() || target.front() != '/') return std::nullopt;
  std::string path;
  for (std::size_t i = 0; i < target.size(); ++i) {
    char c = target[i];
    if (c == '%') {
      const int high = target.size() - i > 2 ? hex_value(target[i + 1]) : -1;
      const int low = target.size() - i > 2 ? hex_value(target[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    path += c;
  }
  return path;
}

bool accepts_gzip(std::string_view field) {
  while (!field.empty()) {
    const std::string_view item = next_item(field);
    const std::size_t semicolon = item.find(';');
    const std::string_view coding = trim(item.substr(0, semicolon));
    if (!text::iequals(coding, "gzip") && coding != "*") continue;
    if (semicolon == std::string_view::npos) return true;
    const std::string_view weight = trim(item.substr(semicolon + 1));
    return weight.find_first_of("123456789") != std::string_view::npos;  // q=0, q=0.000: not acceptable
  }
  return false;
}

bool names_tag(std::string_view field, std::string_view tag) {
  while (!field.empty()) {
    std::string_view item = next_item(field);
    if (item == "*") return true;
    if (item.rfind("W/", 0) == 0) item.remove_prefix(2);
    if (item == tag) return true;
  }
  return false;
}

bool lists_token(std::string_view field, std::string_view token) {
  while (!field.empty())
    if (next_item(field) == token) return true;
  return false;
}

}  // namespace smtpscope::web
