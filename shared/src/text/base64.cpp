#include "smtpscope/text/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::text {
namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0x80;  // the one bit no 6-bit digit has

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (auto& d : digits)
    d = no_digit;
  for (std::uint8_t i = 0; i < 64; ++i)
    digits[static_cast<unsigned char>(alphabet[i])] = i;
  return digits;
}
constexpr std::array<std::uint8_t, 256> digits = make_digits();

constexpr std::uint32_t octet(char c) noexcept { return static_cast<unsigned char>(c); }
constexpr std::uint32_t digit(char c) noexcept { return digits[static_cast<unsigned char>(c)]; }

// Writes 4 × ceil(n / 3) characters to `out` and returns the place behind them.
char* encode_to(char* out, const char* in, std::size_t n) noexcept {
  for (; n >= 3; n -= 3, in += 3) {
    const std::uint32_t v = octet(in[0]) << 16 | octet(in[1]) << 8 | octet(in[2]);
    *out++ = alphabet[v >> 18];
    *out++ = alphabet[v >> 12 & 63];
    *out++ = alphabet[v >> 6 & 63];
    *out++ = alphabet[v & 63];
  }
  if (n == 0)
    return out;
  const std::uint32_t v = octet(in[0]) << 16 | (n == 2 ? octet(in[1]) << 8 : 0);
  *out++ = alphabet[v >> 18];
  *out++ = alphabet[v >> 12 & 63];
  *out++ = n == 2 ? alphabet[v >> 6 & 63] : '=';
  *out++ = '=';
  return out;
}

constexpr std::size_t encoded_size(std::size_t octets) noexcept { return (octets + 2) / 3 * 4; }

error invalid(std::string detail) { return {errc::invalid_base64, std::move(detail)}; }

// Decodes the last four characters, which may end in padding.
status decode_last(std::string_view quad, std::string& out) {
  const bool two_pads = quad[2] == '=' && quad[3] == '=';
  const bool one_pad = !two_pads && quad[3] == '=';
  const std::uint32_t a = digit(quad[0]);
  const std::uint32_t b = digit(quad[1]);
  const std::uint32_t c = two_pads ? 0 : digit(quad[2]);
  const std::uint32_t d = two_pads || one_pad ? 0 : digit(quad[3]);
  if (((a | b | c | d) & no_digit) != 0) {
    const bool misplaced = quad[0] == '=' || quad[1] == '=' || quad[2] == '=';
    return invalid(misplaced ? "'=' may only stand at the very end" : "a character outside the base64 alphabet");
  }
  // RFC 4648 §3.5: bits that padding leaves over are zero; other values would be a second
  // spelling of the same octets.
  if ((two_pads && (b & 15) != 0) || (one_pad && (c & 3) != 0))
    return invalid("bits left over before '=' are not zero");
  const std::uint32_t v = a << 18 | b << 12 | c << 6 | d;
  out += static_cast<char>(v >> 16);
  if (!two_pads)
    out += static_cast<char>(v >> 8 & 255);
  if (!two_pads && !one_pad)
    out += static_cast<char>(v & 255);
  return {};
}

}  // namespace

std::string base64_encode(std::string_view octets) {
  std::string out(encoded_size(octets.size()), '\0');
  encode_to(out.data(), octets.data(), octets.size());
  return out;
}

result<std::string> base64_decode(std::string_view text) {
  if (text.empty())
    return std::string();
  if (text.size() % 4 != 0)
    return invalid("the length is not a multiple of four");
  const std::size_t whole = text.size() / 4 - 1;  // groups without padding
  std::string out(whole * 3, '\0');
  out.reserve(out.size() + 3);
  std::uint32_t seen = 0;
  char* to = out.data();
  for (std::size_t i = 0; i < whole; ++i) {
    const char* quad = text.data() + i * 4;
    const std::uint32_t a = digit(quad[0]);
    const std::uint32_t b = digit(quad[1]);
    const std::uint32_t c = digit(quad[2]);
    const std::uint32_t d = digit(quad[3]);
    seen |= a | b | c | d;
    const std::uint32_t v = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(v >> 16 & 255);
    *to++ = static_cast<char>(v >> 8 & 255);
    *to++ = static_cast<char>(v & 255);
  }
  if ((seen & no_digit) != 0) {
    const bool padded = text.substr(0, whole * 4).find('=') != std::string_view::npos;
    return invalid(padded ? "'=' may only stand at the very end" : "a character outside the base64 alphabet");
  }
  if (status ok = decode_last(text.substr(whole * 4), out); !ok)
    return ok.why();
  return out;
}

std::string base64_read(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=')
      break;
    const std::uint32_t value = digit(c);
    if (value == no_digit)
      continue;
    bits = (bits << 6 | value) & 0xFFFFFF;
    count += 6;
    if (count < 8)
      continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

std::string base64_lines(std::string_view octets) {
  constexpr std::size_t octets_per_line = limits::encoded_line / 4 * 3;
  const std::size_t lines = (octets.size() + octets_per_line - 1) / octets_per_line;
  std::string out(encoded_size(octets.size()) + 2 * lines, '\0');
  char* to = out.data();
  for (std::size_t i = 0; i < octets.size(); i += octets_per_line) {
    const std::string_view line = octets.substr(i, octets_per_line);
    to = encode_to(to, line.data(), line.size());
    *to++ = '\r';
    *to++ = '\n';
  }
  return out;
}

}  // namespace smtpscope::text
