#include "smtpscope/text/base64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::text {
namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0x80;  // the one bit no 6-bit digit has

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (auto& d : digits) d = no_digit;
  for (std::uint8_t i = 0; i < 64; ++i) digits[static_cast<unsigned char>(alphabet[i])] = i;
  return digits;
}
constexpr std::array<std::uint8_t, 256> digits = make_digits();

constexpr std::uint32_t octet(char c) noexcept { return static_cast<unsigned char>(c); }
constexpr std::uint32_t digit(char c) noexcept { return digits[static_cast<unsigned char>(c)]; }

// Two characters for every 12 bits: half as many look-ups as one character for every 6. Made when
// first used, because it would be 8 KiB of the WebAssembly file.
using character_pair = std::array<char, 2>;
using pair_table = std::array<character_pair, 4096>;

pair_table make_pairs() noexcept {
  pair_table pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {alphabet[i >> 6], alphabet[i & 63]};
  return pairs;
}

// Writes 4 × ceil(n / 3) characters to `out` and returns the place behind them.
char* encode_to(char* out, const char* in, std::size_t n) noexcept {
  static const pair_table pairs = make_pairs();
  for (; n >= 3; n -= 3, in += 3, out += 4) {
    const std::uint32_t v = octet(in[0]) << 16 | octet(in[1]) << 8 | octet(in[2]);
    std::memcpy(out, &pairs[v >> 12], 2);
    std::memcpy(out + 2, &pairs[v & 4095], 2);
  }
  if (n == 0) return out;
  const std::uint32_t v = octet(in[0]) << 16 | (n == 2 ? octet(in[1]) << 8 : 0);
  *out++ = alphabet[v >> 18];
  *out++ = alphabet[v >> 12 & 63];
  *out++ = n == 2 ? alphabet[v >> 6 & 63] : '=';
  *out++ = '=';
  return out;
}

// Decodes `groups` groups of four characters without padding. Returns all digits or'ed together:
// the bit no_digit is set when a character was none.
std::uint32_t decode_to(char* out, const char* in, std::size_t groups) noexcept {
  std::uint32_t seen = 0;
  for (; groups > 0; --groups, in += 4) {
    const std::uint32_t a = digit(in[0]);
    const std::uint32_t b = digit(in[1]);
    const std::uint32_t c = digit(in[2]);
    const std::uint32_t d = digit(in[3]);
    seen |= a | b | c | d;
    const std::uint32_t v = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<char>(v >> 16 & 255);
    *out++ = static_cast<char>(v >> 8 & 255);
    *out++ = static_cast<char>(v & 255);
  }
  return seen;
}

// Work goes through a block on the stack that is then appended: filling a long string with zeros
// first takes as long as the encoding itself.
constexpr std::size_t block_groups = 1024;

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
  if (!two_pads) out += static_cast<char>(v >> 8 & 255);
  if (!two_pads && !one_pad) out += static_cast<char>(v & 255);
  return {};
}

}  // namespace

std::string base64_encode(std::string_view octets) {
  std::string out;
  out.reserve(encoded_size(octets.size()));
  std::array<char, block_groups * 4> block;  // written before it is read
  while (!octets.empty()) {
    const std::string_view part = octets.substr(0, block_groups * 3);
    char* const end = encode_to(block.data(), part.data(), part.size());
    out.append(block.data(), end);
    octets.remove_prefix(part.size());
  }
  return out;
}

result<std::string> base64_decode(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0) return invalid("the length is not a multiple of four");
  const std::size_t whole = text.size() / 4 - 1;  // groups without padding
  std::string out;
  out.reserve(whole * 3 + 3);
  std::array<char, block_groups * 3> block;  // written before it is read
  std::uint32_t seen = 0;
  for (std::size_t done = 0; done < whole;) {
    const std::size_t groups = std::min(block_groups, whole - done);
    seen |= decode_to(block.data(), text.data() + done * 4, groups);
    out.append(block.data(), groups * 3);
    done += groups;
  }
  if ((seen & no_digit) != 0) {
    const bool padded = text.substr(0, whole * 4).find('=') != std::string_view::npos;
    return invalid(padded ? "'=' may only stand at the very end" : "a character outside the base64 alphabet");
  }
  if (status ok = decode_last(text.substr(whole * 4), out); !ok) return ok.why();
  return out;
}

std::string base64_read(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Whole lines of whole groups are what nearly all of it is.
    std::array<char, 3> octets{};
    if (count == 0 && text.size() - i >= 4 && (decode_to(octets.data(), text.data() + i, 1) & no_digit) == 0) {
      out.append(octets.data(), octets.size());
      i += 3;
      continue;
    }
    if (text[i] == '=') break;
    const std::uint32_t value = digit(text[i]);
    if (value == no_digit) continue;
    bits = (bits << 6 | value) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

void append_base64_lines(std::string& out, std::string_view octets) {
  constexpr std::size_t octets_per_line = limits::encoded_line / 4 * 3;
  constexpr std::size_t lines_per_block = block_groups * 4 / (limits::encoded_line + 2);
  std::array<char, block_groups * 4> block;  // written before it is read
  while (!octets.empty()) {
    char* to = block.data();
    for (std::size_t line = 0; line < lines_per_block && !octets.empty(); ++line) {
      const std::string_view part = octets.substr(0, octets_per_line);
      to = encode_to(to, part.data(), part.size());
      *to++ = '\r';
      *to++ = '\n';
      octets.remove_prefix(part.size());
    }
    out.append(block.data(), to);
  }
}

}  // namespace smtpscope::text
