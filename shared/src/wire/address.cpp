#include "smtpscope/wire/address.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/idna.hpp"
#include "smtpscope/text/normalize.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::wire {
namespace {

error invalid(std::string detail) { return {errc::invalid_address, std::move(detail)}; }

// RFC 5322 §3.2.3.
constexpr bool is_atext(char c) noexcept {
  return text::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// C1 controls, and the separators that some programs take for line ends.
constexpr bool is_forbidden(char32_t c) noexcept { return (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029; }

status check_octets(std::string_view text, utf8 beyond_ascii) {
  for (const char c : text) {
    if (c == '\r' || c == '\n') return error{errc::forbidden_character, "a line break stands in the address"};
    if (text::is_control(c)) return error{errc::forbidden_character, "a control character stands in the address"};
  }
  if (text::all_ascii(text)) return {};
  for (std::string_view rest = text; !rest.empty();) {
    const text::code_point c = text::first_code_point(rest);
    if (c.state == text::code_point::kind::invalid)
      return error{errc::forbidden_character, "octets over 127 stand in the address that are not UTF-8"};
    if (is_forbidden(c.value)) return error{errc::forbidden_character, "a control character stands in the address"};
    rest.remove_prefix(c.octets);
  }
  if (beyond_ascii == utf8::allowed) return {};
  return error{errc::unsupported, "a character outside ASCII stands in the address, which needs SMTPUTF8"};
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
    } else if (text::is_ascii(local[i]) && !is_atext(local[i])) {
      return invalid("a character stands before @ that needs quotation marks around that part");
    }
  }
  return {};
}

status check_local_part(std::string_view local) {
  if (local.empty()) return invalid("nothing stands before @");
  if (local.size() > limits::local_part_octets) return invalid("the part before @ is longer than 64 octets");
  if (local.front() != '"') return check_dot_string(local);
  // Within a quoted-string every printable octet is legal, and find_at() found its end; but a
  // backslash stands only before ASCII (RFC 6531 §3.3 leaves quoted-pairSMTP as it is).
  for (std::size_t i = 1; i + 1 < local.size(); ++i)
    if (local[i] == '\\' && !text::is_ascii(local[++i]))
      return invalid("a backslash stands before a character outside ASCII");
  return {};
}

status check_domain(std::string_view domain, utf8 beyond_ascii) {
  if (domain.empty()) return invalid("nothing stands after @");
  if (domain.size() > limits::domain_octets) return invalid("the domain is longer than 255 octets");
  if (is_domain_or_literal(domain, beyond_ascii)) return {};
  if (domain.front() == '[') return invalid("the address in brackets is neither IPv4 nor IPv6");
  if (domain.find('@') != std::string_view::npos) return invalid("a second @ stands in the address");
  if (domain.find(' ') != std::string_view::npos) return invalid("a space stands in the domain");
  if (domain.front() == '.' || domain.back() == '.') return invalid("the domain begins or ends with a dot");
  if (!text::all_ascii(domain)) return invalid("a part of the domain cannot be written in the letters of DNS");
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
result<std::string_view> inside_brackets(std::string_view text, utf8 beyond_ascii) {
  if (status ok = check_octets(text, beyond_ascii); !ok) return ok.why();
  if (text.size() < 2 || text.front() != '<' || text.back() != '>')
    return invalid("the address does not stand in angle brackets");
  text = text.substr(1, text.size() - 2);
  if (text.empty() || text.front() != '@') return text;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return invalid("a source route has no colon");
  for (std::string_view route = text.substr(0, colon);;) {
    const std::size_t comma = route.find(',');
    const std::string_view hop = route.substr(0, comma);
    if (hop.empty() || hop.front() != '@' || !is_domain_or_literal(hop.substr(1), beyond_ascii))
      return invalid("a source route is not a list of @domains");
    if (comma == std::string_view::npos) break;
    route.remove_prefix(comma + 1);
  }
  if (colon + 1 == text.size()) return invalid("no address follows the source route");
  return text.substr(colon + 1);
}

}  // namespace

result<mailbox> mailbox::parse(std::string_view text, utf8 beyond_ascii) {
  if (status ok = check_octets(text, beyond_ascii); !ok) return ok.why();
  if (text.empty()) return invalid("the address is empty");
  const std::size_t at = find_at(text);
  if (at == std::string_view::npos) {
    return invalid(text.front() == '"' ? "the quoted part before @ is not closed, or no @ follows it"
                                       : "the address has no @");
  }
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (status ok = check_local_part(local); !ok) return ok.why();
  if (status ok = check_domain(domain, beyond_ascii); !ok) return ok.why();
  std::string composed = text::nfkc(domain);  // RFC 5891 §4.2.1: however it was typed
  // RFC 5321 §4.5.3.1.3: the limit counts the brackets of the path it will stand in.
  if (local.size() + composed.size() + 3 > limits::path_octets) return invalid("the address is longer than 254 octets");
  return mailbox(std::string(local), std::move(composed));
}

bool mailbox::needs_smtputf8() const noexcept { return !text::all_ascii(local_part_) || !text::all_ascii(domain_); }

result<mailbox> mailbox::to_ascii() const {
  if (!text::all_ascii(local_part_))
    return error{errc::unsupported, "the part before @ holds a character outside ASCII, which needs SMTPUTF8"};
  auto domain = text::domain_to_ascii(domain_);
  if (!domain) return domain.why();
  // The A-labels may be longer than what they stand for.
  return parse(local_part_ + "@" + *domain);
}

bool mailbox::same_as(const mailbox& other) const {
  const auto same_domain = [](const std::string& a, const std::string& b) {
    if (text::all_ascii(a) && text::all_ascii(b)) return text::iequals(a, b);
    const auto one = text::domain_to_ascii(a);
    const auto two = text::domain_to_ascii(b);
    return one && two && text::iequals(*one, *two);
  };
  return same_domain(domain_, other.domain_) && unquoted(local_part_) == unquoted(other.local_part_);
}

result<reverse_path> reverse_path::parse(std::string_view text, utf8 beyond_ascii) {
  auto inner = inside_brackets(text, beyond_ascii);
  if (!inner) return inner.why();
  if (inner->empty()) return reverse_path();
  auto m = mailbox::parse(*inner, beyond_ascii);
  if (!m) return m.why();
  return reverse_path(*m);
}

bool reverse_path::needs_smtputf8() const noexcept { return !text::all_ascii(text_); }

result<forward_path> forward_path::parse(std::string_view text, utf8 beyond_ascii) {
  auto inner = inside_brackets(text, beyond_ascii);
  if (!inner) return inner.why();
  if (inner->empty()) return invalid("a recipient cannot be the empty address <>");
  if (text::iequals(*inner, "postmaster")) return forward_path(std::string(*inner));  // RFC 5321 §4.5.1
  auto m = mailbox::parse(*inner, beyond_ascii);
  if (!m) return m.why();
  return forward_path(*m);
}

bool forward_path::needs_smtputf8() const noexcept { return !text::all_ascii(text_); }

}  // namespace smtpscope::wire
