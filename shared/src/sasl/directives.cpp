#include "smtpscope/sasl/directives.hpp"

#include <algorithm>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::sasl {

namespace {

constexpr std::string_view white = " \t\r\n";

void skip_white(std::string_view& text) {
  const std::size_t at = text.find_first_not_of(white);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
}

error malformed() { return {errc::invalid_encoding, "DIGEST-MD5 needs directives such as realm=\"example\""}; }

// Takes a token or a quoted string off the front.
result<std::string> take_value(std::string_view& text) {
  std::string value;
  if (text.substr(0, 1) != "\"") {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,\""), text.size());
    value = text.substr(0, end);
    text.remove_prefix(end);
    if (value.empty()) return malformed();
    return value;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && ++i == text.size()) break;
    value += text[i];
  }
  return error{errc::invalid_encoding, "a quoted value of DIGEST-MD5 does not end"};
}

}  // namespace

result<std::vector<directive>> parse_directives(std::string_view text) {
  std::vector<directive> all;
  for (skip_white(text); !text.empty(); skip_white(text)) {
    if (text.front() == ',') {  // RFC 2831 §7.1: empty elements are allowed
      text.remove_prefix(1);
      continue;
    }
    const std::size_t equals = std::min(text.find_first_of("= \t\r\n,\""), text.size());
    directive d{text::to_lower(text.substr(0, equals)), {}};
    text.remove_prefix(equals);
    skip_white(text);
    if (d.key.empty() || text.substr(0, 1) != "=") return malformed();
    text.remove_prefix(1);
    skip_white(text);
    auto value = take_value(text);
    if (!value) return value.why();
    d.value = std::move(*value);
    all.push_back(std::move(d));
    skip_white(text);
    if (!text.empty() && text.front() != ',') return malformed();
  }
  return all;
}

std::size_t count(const std::vector<directive>& all, std::string_view key) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [key](const directive& d) { return d.key == key; }));
}

const std::string* only(const std::vector<directive>& all, std::string_view key) {
  if (count(all, key) != 1) return nullptr;
  return &std::find_if(all.begin(), all.end(), [key](const directive& d) { return d.key == key; })->value;
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace smtpscope::sasl
