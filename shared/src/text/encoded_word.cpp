#include "smtpscope/text/encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/charset.hpp"
#include "smtpscope/text/quoted_printable.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

constexpr std::string_view q_start = "=?utf-8?Q?";
constexpr std::string_view b_start = "=?utf-8?B?";
// RFC 2047 §2 allows 75; real programs write longer ones. The bound keeps decoding linear.
constexpr std::size_t longest_word = 1000;
constexpr std::size_t frame = q_start.size() + 2;  // with the closing "?="

// RFC 2047 §4.2 and §5 (3).
bool stands_for_itself(char c, word_place place) noexcept {
  if (is_alnum(c)) return true;
  if (place == word_place::phrase) return std::string_view("!*+-/").find(c) != std::string_view::npos;
  return c > ' ' && c < 127 && c != '=' && c != '?' && c != '_';
}

std::size_t q_width(std::string_view octets, word_place place) noexcept {
  std::size_t width = 0;
  for (const char c : octets) width += c == ' ' || stands_for_itself(c, place) ? 1 : 3;
  return width;
}

void append_q(std::string& out, std::string_view octets, word_place place) {
  for (const char c : octets) {
    if (c == ' ') {
      out += '_';
    } else if (stands_for_itself(c, place)) {
      out += c;
    } else {
      const unsigned octet = static_cast<unsigned char>(c);
      out += '=';
      out += to_hex_digit(octet >> 4);
      out += to_hex_digit(octet);
    }
  }
}

constexpr std::size_t b_width(std::size_t octets) noexcept { return (octets + 2) / 3 * 4; }

// How many octets of `text`, whole characters, fit into `room` characters of an encoded word.
std::size_t take(std::string_view text, std::size_t room, word_place place, char encoding) noexcept {
  std::size_t taken = 0;
  std::size_t width = 0;
  while (taken < text.size()) {
    const std::size_t octets = first_code_point(text.substr(taken)).octets;
    width = encoding == 'Q' ? width + q_width(text.substr(taken, octets), place) : b_width(taken + octets);
    if (width > room && taken > 0) break;
    taken += octets;
  }
  return taken;
}

struct found_word {
  std::string_view charset;
  std::string octets;
  std::size_t size = 0;  // of the whole encoded word
};

// RFC 2047 §4.2: "_" is a space and "=XX" an octet.
std::optional<std::string> decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] != '=') {
      out += text[i];
    } else {
      if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(static_cast<unsigned char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2])));
      i += 2;
    }
  }
  return out;
}

// The encoded word that begins at the front of `text`.
std::optional<found_word> find_word(std::string_view text) {
  if (text.substr(0, 2) != "=?") return std::nullopt;
  text = text.substr(0, longest_word);
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?')
    return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view payload = text.substr(begin, end - begin);
  if (payload.find_first_of(" \t\r\n?") != std::string_view::npos) return std::nullopt;
  found_word word;
  word.size = end + 2;
  word.charset = text.substr(2, charset_end - 2);
  word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231 §5: a language may follow
  const char encoding = to_upper(text[charset_end + 1]);
  if (encoding == 'Q') {
    auto octets = decode_q(payload);
    if (!octets) return std::nullopt;
    word.octets = std::move(*octets);
  } else if (encoding == 'B') {
    word.octets = base64_read(payload);
  } else {
    return std::nullopt;
  }
  if (!to_utf8({}, word.charset)) return std::nullopt;
  return word;
}

// Where the run of other text that begins at `begin` ends: at a blank, or where an encoded word may
// begin. One pass: searching for each apart could be quadratic.
std::size_t end_of_run(std::string_view text, std::size_t begin) noexcept {
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return i;
    if (i > begin && c == '=' && text.substr(i, 2) == "=?") return i;
  }
  return text.size();
}

}  // namespace

std::vector<std::string> encode_words(std::string_view utf8, std::size_t first_room, word_place place) {
  const char encoding = q_width(utf8, place) <= b_width(utf8.size()) ? 'Q' : 'B';
  std::vector<std::string> words;
  std::size_t room = std::clamp(first_room, smallest_encoded_word, limits::encoded_word);
  while (!utf8.empty()) {
    const std::size_t octets = take(utf8, room - frame, place, encoding);
    std::string word(encoding == 'Q' ? q_start : b_start);
    if (encoding == 'Q') {
      append_q(word, utf8.substr(0, octets), place);
    } else {
      word += base64_encode(utf8.substr(0, octets));
    }
    words.push_back(word + "?=");
    utf8.remove_prefix(octets);
    room = limits::encoded_word;
  }
  return words;
}

std::string decode_words(std::string_view text) {
  std::string out;
  // Octets of words that follow each other in one charset are joined before they are converted:
  // some programs cut characters in two.
  std::string charset;
  std::string pending;
  const auto flush = [&] {
    if (!charset.empty()) out += to_utf8(pending, charset).value_or(pending);
    charset.clear();
    pending.clear();
  };
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    if (auto word = find_word(text.substr(blank))) {
      // RFC 2047 §6.2: white space between two encoded words is no content.
      if (charset.empty()) out.append(text.substr(0, blank));
      if (!iequals(charset, word->charset)) flush();
      charset = word->charset;
      pending += word->octets;
      text.remove_prefix(blank + word->size);
      continue;
    }
    flush();
    const std::size_t next = end_of_run(text, blank);
    out.append(text.substr(0, next));
    text.remove_prefix(next);
  }
  flush();
  return out;
}

}  // namespace smtpscope::text
