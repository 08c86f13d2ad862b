#include "smtpscope/sasl/scram_message.hpp"

#include <algorithm>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::sasl {

std::optional<std::string_view> take_attribute(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
  const std::size_t comma = message.find(',');
  const std::string_view value = message.substr(2, comma == std::string_view::npos ? comma : comma - 2);
  message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 1);
  return value;
}

std::string escape_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out += c;
    }
  }
  return out;
}

result<std::string> unescape_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '=') {
      out += name[i];
      continue;
    }
    const std::string_view escape = name.substr(i, 3);
    if (escape != "=2C" && escape != "=3D")
      return error{errc::invalid_encoding, "a \"=\" in the user name must be written =3D, a comma =2C"};
    out += escape == "=2C" ? ',' : '=';
    i += 2;
  }
  return out;
}

bool is_nonce(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != ','; });
}

std::optional<std::uint32_t> read_iterations(std::string_view digits, std::uint32_t most) noexcept {
  if (digits.empty() || digits.size() > 9 || digits.front() == '0') return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits) {
    if (!text::is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > most) return std::nullopt;
  return value;
}

scram_proofs prove(text::digest_kind digest, std::string_view salted_password, std::string_view auth_message) {
  scram_proofs out;
  out.client = text::hmac(digest, salted_password, "Client Key");
  const std::string signature = text::hmac(digest, text::digest(digest, out.client), auth_message);
  for (std::size_t i = 0; i < signature.size(); ++i) out.client[i] = static_cast<char>(out.client[i] ^ signature[i]);
  out.server = text::hmac(digest, text::hmac(digest, salted_password, "Server Key"), auth_message);
  return out;
}

}  // namespace smtpscope::sasl
