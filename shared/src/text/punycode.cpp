#include "smtpscope/text/punycode.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::text {
namespace {

// RFC 3492 §5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t t_min = 1;
constexpr std::uint32_t t_max = 26;
constexpr std::uint32_t skew = 38;
constexpr std::uint32_t damp = 700;
constexpr std::uint32_t initial_bias = 72;
constexpr char32_t initial_n = 0x80;

constexpr std::size_t longest = 255;  // a domain; a label is far shorter
constexpr char32_t last_code_point = 0x10FFFF;

// §6.1. `points` counts the code points handled so far, this one included.
std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, std::uint32_t divisor) noexcept {
  delta /= divisor;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > (base - t_min) * t_max / 2; k += base) delta /= base - t_min;
  return k + (base - t_min + 1) * delta / (delta + skew);
}

constexpr std::uint32_t threshold(std::uint32_t k, std::uint32_t bias) noexcept {
  return k <= bias + t_min ? t_min : k >= bias + t_max ? t_max : k - bias;
}

constexpr char digit(std::uint32_t value) noexcept {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + value - 26);
}

// `base` for what is no digit.
constexpr std::uint32_t digit_value(char c) noexcept {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0') + 26;
  return is_alpha(c) ? static_cast<std::uint32_t>(to_lower(c) - 'a') : base;
}

error wrong(const char* detail) { return {errc::invalid_encoding, detail}; }

// §6.3: one number as digits of growing weight.
void append_number(std::string& out, std::uint32_t number, std::uint32_t bias) {
  for (std::uint32_t k = base;; k += base) {
    const std::uint32_t t = threshold(k, bias);
    if (number < t) break;
    out += digit(t + (number - t) % (base - t));
    number = (number - t) / (base - t);
  }
  out += digit(number);
}

// §6.2: takes one number from the front and adds it to `i`; false when there is none or it is too large.
bool take_number(std::string_view& text, std::uint32_t& i, std::uint32_t bias) noexcept {
  std::uint64_t sum = i;
  std::uint64_t weight = 1;
  for (std::uint32_t k = base;; k += base) {
    if (text.empty()) return false;
    const std::uint32_t d = digit_value(text.front());
    text.remove_prefix(1);
    if (d >= base) return false;
    sum += d * weight;
    if (sum > UINT32_MAX) return false;
    const std::uint32_t t = threshold(k, bias);
    if (d < t) break;
    weight *= base - t;
    if (weight > UINT32_MAX) return false;
  }
  i = static_cast<std::uint32_t>(sum);
  return true;
}

}  // namespace

result<std::string> punycode_encode(std::string_view utf8) {
  if (utf8.size() > longest) return wrong("the label is too long for Punycode");
  std::vector<char32_t> points;
  std::string out;
  while (!utf8.empty()) {
    const code_point c = first_code_point(utf8);
    if (c.state == code_point::kind::invalid) return wrong("the label is not UTF-8");
    if (c.value < initial_n) out += utf8.front();
    points.push_back(c.value);
    utf8.remove_prefix(c.octets);
  }
  const auto basic = static_cast<std::uint32_t>(out.size());
  std::uint32_t handled = basic;
  if (basic > 0) out += '-';
  char32_t n = initial_n;
  std::uint32_t delta = 0;
  std::uint32_t bias = initial_bias;
  while (handled < points.size()) {
    char32_t next = last_code_point;
    for (const char32_t c : points)
      if (c >= n && c < next) next = c;
    delta += static_cast<std::uint32_t>(next - n) * (handled + 1);  // at most 0x10FFFF × 256: no overflow
    n = next;
    for (const char32_t c : points) {
      if (c < n) ++delta;
      if (c != n) continue;
      append_number(out, delta, bias);
      bias = adapt(delta, handled + 1, handled == basic ? damp : 2);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

result<std::string> punycode_decode(std::string_view ascii) {
  if (ascii.size() > longest) return wrong("the label is too long for Punycode");
  if (!all_ascii(ascii)) return wrong("Punycode holds only ASCII");
  const std::size_t hyphen = ascii.rfind('-');
  const std::size_t basic = hyphen == std::string_view::npos ? 0 : hyphen;
  std::vector<char32_t> points(ascii.begin(), ascii.begin() + static_cast<std::ptrdiff_t>(basic));
  if (basic > 0) ascii.remove_prefix(basic + 1);
  std::uint32_t n = initial_n;
  std::uint32_t i = 0;
  std::uint32_t bias = initial_bias;
  while (!ascii.empty()) {
    const std::uint32_t before = i;
    if (!take_number(ascii, i, bias)) return wrong("the Punycode is cut short or holds a number that is too large");
    const auto count = static_cast<std::uint32_t>(points.size()) + 1;
    bias = adapt(i - before, count, before == 0 ? damp : 2);
    const std::uint64_t point = std::uint64_t{n} + i / count;
    if (point > last_code_point || (point >= 0xD800 && point <= 0xDFFF))
      return wrong("the Punycode holds a number that is no character");
    n = static_cast<std::uint32_t>(point);
    i %= count;
    points.insert(points.begin() + static_cast<std::ptrdiff_t>(i), static_cast<char32_t>(n));
    ++i;
  }
  std::string out;
  for (const char32_t c : points) append_utf8(out, c);
  return out;
}

}  // namespace smtpscope::text
