#include "smtpscope/wire/address.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::wire {
namespace {

constexpr std::size_t label_octets = 63;  // RFC 1035 §2.3.4

error invalid(std::string detail) { return {errc::invalid_address, std::move(detail)}; }

// RFC 5322 §3.2.3.
constexpr bool is_atext(char c) noexcept {
  return text::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

status check_octets(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || c == '\n') return error{errc::forbidden_character, "a line break stands in the address"};
    if (text::is_control(c)) return error{errc::forbidden_character, "a control character stands in the address"};
    if (!text::is_ascii(c))
      return error{errc::forbidden_character, "a character outside ASCII stands in the address, which needs SMTPUTF8"};
  }
  return {};
}

// Offset just behind the quoted-string that opens at offset 0, or npos when it never closes.
std::size_t end_of_quoted(std::string_view text) noexcept {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

// Offset of the "@" behind the local part, or npos.
std::size_t find_at(std::string_view text) noexcept {
  if (text.empty() || text.front() != '"') return text.find('@');
  const std::size_t end = end_of_quoted(text);
  return end != std::string_view::npos && end < text.size() && text[end] == '@' ? end : std::string_view::npos;
}

status check_dot_string(std::string_view local) {
  if (local.front() == '.') return invalid("the part before @ begins with a dot");
  if (local.back() == '.') return invalid("the part before @ ends with a dot");
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '.') {
      if (local[i - 1] == '.') return invalid("two dots follow each other before @");
    } else if (local[i] == ' ') {
      return invalid("a space stands before @");
    } else if (!is_atext(local[i])) {
      return invalid("a character stands before @ that needs quotation marks around that part");
    }
  }
  return {};
}

status check_local_part(std::string_view local) {
  if (local.empty()) return invalid("nothing stands before @");
  if (local.size() > limits::local_part_octets) return invalid("the part before @ is longer than 64 octets");
  // Within a quoted-string every printable octet is legal, and find_at() found its end.
  if (local.front() == '"') return {};
  return check_dot_string(local);
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= label_octets && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return text::is_alnum(c) || c == '-'; });
}

bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part < 4; ++part) {
    std::size_t n = 0;
    int value = 0;
    while (n < text.size() && n < 4 && text::is_digit(text[n])) value = value * 10 + (text[n++] - '0');
    if (n == 0 || n > 3 || value > 255) return false;
    text.remove_prefix(n);
    if (part == 3) return text.empty();
    if (text.empty() || text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

bool is_hex_group(std::string_view group) noexcept {
  return !group.empty() && group.size() <= 4 && std::all_of(group.begin(), group.end(), [](char c) {
    const char low = text::to_lower(c);
    return text::is_digit(c) || (low >= 'a' && low <= 'f');
  });
}

// Number of 16-bit groups in "a:b:c" with an IPv4 tail allowed at its end; -1 when it is not that.
int count_groups(std::string_view text) noexcept {
  if (text.empty()) return 0;
  int groups = 0;
  for (;;) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && is_ipv4(group)) return groups + 2;
    if (!is_hex_group(group)) return -1;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

// RFC 5321 §4.1.3: "::" stands for at least two groups of zeros, once.
bool is_ipv6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text) == 8;
  const std::string_view head = text.substr(0, gap);
  const int before = head.find('.') == std::string_view::npos ? count_groups(head) : -1;
  const int after = count_groups(text.substr(gap + 2));
  return before >= 0 && after >= 0 && before + after <= 6;
}

// RFC 5321 §4.1.3; `text` is what stands between the brackets.
bool is_literal_content(std::string_view text) noexcept {
  if (is_ipv4(text)) return true;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view tag = text.substr(0, colon);
  const std::string_view content = text.substr(colon + 1);
  if (text::iequals(tag, "IPv6")) return is_ipv6(content);
  return is_label(tag) && !content.empty() && std::all_of(content.begin(), content.end(), [](char c) {
           return c > ' ' && c < 127 && c != '[' && c != '\\' && c != ']';
         });
}

bool is_literal(std::string_view text) noexcept {
  return text.size() > 2 && text.size() <= limits::domain_octets && text.front() == '[' && text.back() == ']' &&
         is_literal_content(text.substr(1, text.size() - 2));
}

status check_domain(std::string_view domain) {
  if (domain.empty()) return invalid("nothing stands after @");
  if (domain.size() > limits::domain_octets) return invalid("the domain is longer than 255 octets");
  if (is_domain_or_literal(domain)) return {};
  if (domain.front() == '[') return invalid("the address in brackets is neither IPv4 nor IPv6");
  if (domain.find('@') != std::string_view::npos) return invalid("a second @ stands in the address");
  if (domain.find(' ') != std::string_view::npos) return invalid("a space stands in the domain");
  if (domain.front() == '.' || domain.back() == '.') return invalid("the domain begins or ends with a dot");
  return invalid("the domain may hold only letters, digits and hyphens in parts of 1 to 63, joined by dots");
}

// Content of a quoted-string, or the text itself.
std::string unquoted(std::string_view local) {
  if (local.empty() || local.front() != '"') return std::string(local);
  std::string out;
  for (std::size_t i = 1; i + 1 < local.size(); ++i) {
    if (local[i] == '\\') ++i;
    out += local[i];
  }
  return out;
}

// Removes the brackets and a source route: "<@one,@two:local@domain>" (RFC 5321 Appendix C).
result<std::string_view> inside_brackets(std::string_view text) {
  if (status ok = check_octets(text); !ok) return ok.why();
  if (text.size() < 2 || text.front() != '<' || text.back() != '>')
    return invalid("the address does not stand in angle brackets");
  text = text.substr(1, text.size() - 2);
  if (text.empty() || text.front() != '@') return text;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return invalid("a source route has no colon");
  for (std::string_view route = text.substr(0, colon);;) {
    const std::size_t comma = route.find(',');
    const std::string_view hop = route.substr(0, comma);
    if (hop.empty() || hop.front() != '@' || !is_domain_or_literal(hop.substr(1)))
      return invalid("a source route is not a list of @domains");
    if (comma == std::string_view::npos) break;
    route.remove_prefix(comma + 1);
  }
  if (colon + 1 == text.size()) return invalid("no address follows the source route");
  return text.substr(colon + 1);
}

}  // namespace

result<mailbox> mailbox::parse(std::string_view text) {
  if (status ok = check_octets(text); !ok) return ok.why();
  if (text.empty()) return invalid("the address is empty");
  const std::size_t at = find_at(text);
  if (at == std::string_view::npos) {
    return invalid(text.front() == '"' ? "the quoted part before @ is not closed, or no @ follows it"
                                       : "the address has no @");
  }
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (status ok = check_local_part(local); !ok) return ok.why();
  if (status ok = check_domain(domain); !ok) return ok.why();
  // RFC 5321 §4.5.3.1.3: the limit counts the brackets of the path it will stand in.
  if (text.size() + 2 > limits::path_octets) return invalid("the address is longer than 254 octets");
  return mailbox(std::string(local), std::string(domain));
}

bool mailbox::same_as(const mailbox& other) const {
  return text::iequals(domain_, other.domain_) && unquoted(local_part_) == unquoted(other.local_part_);
}

result<reverse_path> reverse_path::parse(std::string_view text) {
  auto inner = inside_brackets(text);
  if (!inner) return inner.why();
  if (inner->empty()) return reverse_path();
  auto m = mailbox::parse(*inner);
  if (!m) return m.why();
  return reverse_path(*m);
}

result<forward_path> forward_path::parse(std::string_view text) {
  auto inner = inside_brackets(text);
  if (!inner) return inner.why();
  if (inner->empty()) return invalid("a recipient cannot be the empty address <>");
  if (text::iequals(*inner, "postmaster")) return forward_path(std::string(*inner));  // RFC 5321 §4.5.1
  auto m = mailbox::parse(*inner);
  if (!m) return m.why();
  return forward_path(*m);
}

bool is_domain(std::string_view text) noexcept {
  if (text.empty() || text.size() > limits::domain_octets) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_domain_or_literal(std::string_view text) noexcept { return is_domain(text) || is_literal(text); }

}  // namespace smtpscope::wire
