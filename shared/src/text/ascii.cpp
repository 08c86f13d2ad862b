#include "smtpscope/text/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace smtpscope::text {

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_upper(c);
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

namespace {

// Message bodies pass through here: eight octets at a time, as far as none of them is looked for.
template <class Test>
std::size_t skip_words(std::string_view text, std::size_t i, Test has_one) noexcept {
  std::uint64_t word = 0;
  for (; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if (has_one(word)) break;
  }
  return i;
}

constexpr std::uint64_t each = 0x0101010101010101U;

}  // namespace

bool all_ascii(std::string_view text) noexcept {
  std::size_t i = skip_words(text, 0, [](std::uint64_t word) { return (word & each * 0x80) != 0; });
  for (; i < text.size(); ++i)
    if (!is_ascii(text[i])) return false;
  return true;
}

std::size_t find_up_to_cr(std::string_view text, std::size_t from) noexcept {
  // Subtracting borrows into the high bit of octets that are smaller, and of no other that is ASCII.
  const auto has_one = [](std::uint64_t word) { return ((word - each * ('\r' + 1)) & ~word & each * 0x80) != 0; };
  for (std::size_t i = skip_words(text, from, has_one); i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) <= '\r') return i;
  return text.size();
}

}  // namespace smtpscope::text
