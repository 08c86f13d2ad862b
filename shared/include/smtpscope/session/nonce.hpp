#pragma once
// Nonces from the host's randomness: one HMAC each over a label and a counter, so that none is
// used twice and none tells anything of another.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smtpscope::session {

inline constexpr std::size_t random_octets = 32;  // at least, of the host's randomness
[[nodiscard]] inline bool enough_random(std::string_view random) noexcept { return random.size() >= random_octets; }

// 24 characters of base64, which stand for 144 bits.
[[nodiscard]] std::string make_nonce(std::string_view random, std::string_view label, std::uint32_t count);

}  // namespace smtpscope::session
