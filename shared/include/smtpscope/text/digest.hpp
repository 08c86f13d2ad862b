#pragma once
// Digests, HMAC (RFC 2104) and PBKDF2 (RFC 8018 §5.2), from libcrypto's low-level functions: the
// ones that link into WebAssembly without its provider machinery. Results are raw octets.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smtpscope::text {

// MD5 and SHA-1 serve old mechanisms only (RFC 6151, RFC 6194): nothing new may rest on them.
enum class digest_kind : std::uint8_t { md5, sha1, sha256, sha512 };

// Octets of a digest: 16, 20, 32 or 64.
[[nodiscard]] constexpr std::size_t digest_octets(digest_kind kind) noexcept {
  switch (kind) {
    case digest_kind::md5: return 16;
    case digest_kind::sha1: return 20;
    case digest_kind::sha256: return 32;
    case digest_kind::sha512: return 64;
  }
  return 0;
}

[[nodiscard]] std::string digest(digest_kind kind, std::string_view octets);

// Keys may be of any length (RFC 2104 §2).
[[nodiscard]] std::string hmac(digest_kind kind, std::string_view key, std::string_view octets);

// PBKDF2 with HMAC. `iterations` is at least 1; the caller bounds it, since time grows with it.
// `octets` is the length of the derived key; 0 means that of one digest, as SCRAM's Hi() has it.
[[nodiscard]] std::string pbkdf2(digest_kind kind, std::string_view password, std::string_view salt,
                                 std::uint32_t iterations, std::size_t octets = 0);

// Comparison whose time depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// Two lower-case hexadecimal digits an octet.
[[nodiscard]] std::string to_hex(std::string_view octets);

}  // namespace smtpscope::text
