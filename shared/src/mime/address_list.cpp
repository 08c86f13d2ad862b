#include "smtpscope/mime/address_list.hpp"

#include <cstddef>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

error invalid(std::string detail) { return {errc::invalid_address, std::move(detail)}; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

status check_characters(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || c == '\n') return error{errc::forbidden_character, "a line break stands in the list of addresses"};
    if (text::is_control(c))
      return error{errc::forbidden_character, "a control character stands in the list of addresses"};
  }
  if (!text::is_utf8(text)) return error{errc::invalid_encoding, "the list of addresses is not UTF-8"};
  return {};
}

// Offset of the comma or semicolon that ends the entry at the front, or the text's size. Within
// quotation marks and angle brackets they end nothing.
std::size_t entry_end(std::string_view text) noexcept {
  enum class inside { nothing, quotes, brackets } where = inside::nothing;
  inside outer = inside::nothing;  // what the quotation marks stand in
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (where == inside::quotes) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        where = outer;
    } else if (c == '"') {
      outer = where;
      where = inside::quotes;
    } else if (c == '<') {
      where = inside::brackets;
    } else if (c == '>') {
      where = inside::nothing;
    } else if ((c == ',' || c == ';') && where == inside::nothing) {
      return i;
    }
  }
  return text.size();
}

// The words before "<": a quoted-string is taken without its marks, other words as they are.
result<std::string> read_display_name(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == ')')
      return invalid("a comment in parentheses is not understood; put the name in quotation marks");
    if (c == ':')
      return invalid(
          "a colon stands before the address; groups are not understood, and a name with a colon needs quotation "
          "marks");
    if (c == '>') return invalid("a \">\" stands before the address");
    if (c != '"') {
      out += c;
      continue;
    }
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += text[i];
    }
    if (i >= text.size()) return invalid("a quotation mark is not closed");
  }
  return out;
}

// Offset of the "<" that opens the address, outside quotation marks; npos when there is none.
std::size_t find_bracket(std::string_view text) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '<' && !quoted)
      return i;
  }
  return std::string_view::npos;
}

result<named_mailbox> read_bare(std::string_view text) {
  if (text.front() != '"' && text.find('(') != std::string_view::npos)
    return invalid("a comment in parentheses is not understood; write \"Name\" <name@example.org>");
  if (text.find('@') == std::string_view::npos && text.find(':') != std::string_view::npos)
    return invalid("groups of addresses are not understood; write each address");
  auto m = wire::mailbox::parse(text);
  if (!m) return m.why();
  return named_mailbox{"", *m};
}

result<named_mailbox> read_entry(std::string_view text) {
  const std::size_t open = find_bracket(text);
  if (open == std::string_view::npos) return read_bare(text);
  const std::size_t close = text.rfind('>');
  if (close == std::string_view::npos || close < open) return invalid("the \"<\" is not closed by a \">\"");
  if (close + 1 != text.size()) return invalid("something stands behind the \">\"; separate addresses by commas");
  auto name = read_display_name(trimmed(text.substr(0, open)));
  if (!name) return name.why();
  auto m = wire::mailbox::parse(trimmed(text.substr(open + 1, close - open - 1)));
  if (!m) return m.why();
  return named_mailbox{std::string(trimmed(*name)), *m};
}

}  // namespace

result<std::vector<named_mailbox>> parse_address_list(std::string_view text) {
  std::vector<named_mailbox> out;
  for (int number = 1; !text.empty();) {
    const std::size_t end = entry_end(text);
    const std::string_view entry = trimmed(text.substr(0, end));
    text.remove_prefix(end < text.size() ? end + 1 : end);
    if (entry.empty()) continue;
    auto m = parse_named_mailbox(entry);
    if (!m) return error{m.why().code, "address " + std::to_string(number) + ": " + m.why().detail};
    out.push_back(std::move(*m));
    ++number;
  }
  return out;
}

result<named_mailbox> parse_named_mailbox(std::string_view text) {
  if (status ok = check_characters(text); !ok) return ok.why();
  text = trimmed(text);
  if (text.empty()) return invalid("the address is empty");
  return read_entry(text);
}

}  // namespace smtpscope::mime
