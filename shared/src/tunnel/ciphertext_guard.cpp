#include "smtpscope/tunnel/ciphertext_guard.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::tunnel {
namespace {

constexpr std::uint8_t header_octets = 5;
constexpr std::uint8_t first_content_type = 20;  // change_cipher_spec
constexpr std::byte handshake_type{22};
constexpr std::uint8_t last_content_type = 24;  // heartbeat
constexpr std::uint8_t major_version = 3;
constexpr std::uint32_t most_record_octets = (1U << 14) + 2048;  // RFC 5246 §6.2.3
constexpr std::size_t most_command_octets = 512;                 // RFC 5321 §4.5.3.1.4
constexpr std::size_t code_octets = 4;                           // "220 " or "220-"

bool is_allowed(std::string_view command) {
  for (const std::string_view verb : {"EHLO ", "HELO "})
    if (text::istarts_with(command, verb)) return true;
  for (const std::string_view verb : {"NOOP", "RSET", "QUIT"})
    if (text::iequals(command, verb)) return true;
  return false;
}

}  // namespace

bool ciphertext_guard::records::take(std::span<const std::byte> octets) noexcept {
  while (!octets.empty()) {
    if (left > 0) {
      const auto skipped = static_cast<std::uint32_t>(std::min<std::size_t>(left, octets.size()));
      left -= skipped;
      octets = octets.subspan(skipped);
      continue;
    }
    const auto octet = std::to_integer<std::uint8_t>(octets.front());
    octets = octets.subspan(1);
    if (column == 0 && (octet < first_content_type || octet > last_content_type)) return false;
    if (column == 1 && octet != major_version) return false;
    if (column == 3) length = octet;
    if (column == 4) length = length << 8 | octet;
    if (++column < header_octets) continue;
    column = 0;
    if (length == 0 || length > most_record_octets) return false;
    left = length;
  }
  return true;
}

bool ciphertext_guard::take_command() {
  if (command_.size() < 2 || command_[command_.size() - 2] != '\r') return false;
  const std::string_view line = std::string_view(command_).substr(0, command_.size() - 2);
  starttls_sent_ = text::iequals(line, "STARTTLS");
  const bool good = starttls_sent_ || is_allowed(line);
  command_.clear();
  return good;
}

bool ciphertext_guard::page_may_say(std::span<const std::byte> octets) {
  if (octets.empty()) return true;
  if (!std::exchange(begun_, true) && octets.front() == handshake_type) in_records_ = true;
  if (in_records_) return page_.take(octets);
  for (const std::byte octet : octets) {
    // Nothing may follow STARTTLS before its answer, which the server gives in the clear (RFC 3207 §4).
    if (starttls_sent_ || command_.size() == most_command_octets) return false;
    command_ += static_cast<char>(octet);
    if (octet == std::byte{'\n'} && !take_command()) return false;
  }
  return true;
}

bool ciphertext_guard::server_may_say(std::span<const std::byte> octets) {
  begun_ = begun_ || !octets.empty();
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (in_records_) return server_.take(octets.subspan(i));
    const char c = static_cast<char>(octets[i]);
    if (reply_.size() < 3 && !text::is_digit(c)) return false;
    if (c != '\n') {
      if (reply_.size() < code_octets) reply_ += c;
      continue;
    }
    const bool last = reply_.size() < code_octets || reply_[3] != '-';
    if (last && starttls_sent_) {
      in_records_ = reply_.rfind("220", 0) == 0;
      starttls_sent_ = false;
    }
    reply_.clear();
  }
  return true;
}

}  // namespace smtpscope::tunnel
