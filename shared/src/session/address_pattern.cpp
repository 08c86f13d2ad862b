#include "smtpscope/session/address_pattern.hpp"

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {

enum class letters { exact, any_case };

bool same(char a, char b, letters how) noexcept {
  return how == letters::exact ? a == b : text::to_lower(a) == text::to_lower(b);
}

// Without recursion: after a mismatch the last "*" takes one octet more.
bool fits(std::string_view pattern, std::string_view text, letters how) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], text[t], how))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct halves {
  std::string_view local;
  std::string_view domain;
};

halves split(std::string_view mailbox) noexcept {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return {mailbox, {}};
  return {mailbox.substr(0, at), mailbox.substr(at + 1)};
}

}  // namespace

bool means(std::string_view pattern, std::string_view mailbox) noexcept {
  if (pattern.empty()) return true;
  if (pattern == "<>" || mailbox.empty()) return pattern == "<>" && mailbox.empty();
  const halves wanted = split(pattern);
  const halves given = split(mailbox);
  if (!fits(wanted.local, given.local, letters::exact)) return false;
  return pattern.rfind('@') == std::string_view::npos || fits(wanted.domain, given.domain, letters::any_case);
}

}  // namespace smtpscope::session
