#pragma once
// The pieces that both sides of SCRAM share: attributes, names, keys (RFC 5802 §3, §5.1, §7).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/text/digest.hpp"

namespace smtpscope::sasl {

// Takes "<name>=value" off the front of `message`, with the comma behind it. Nothing when the front
// is another attribute; `message` is then unchanged.
[[nodiscard]] std::optional<std::string_view> take_attribute(std::string_view& message, char name);

// saslname: "," becomes =2C, "=" becomes =3D.
[[nodiscard]] std::string escape_name(std::string_view name);
// Error: invalid_encoding ("=" that begins neither =2C nor =3D).
[[nodiscard]] result<std::string> unescape_name(std::string_view name);

// A nonce: printable ASCII without comma, not empty.
[[nodiscard]] bool is_nonce(std::string_view text) noexcept;

// posit-number, at most `most`; nothing for anything else.
[[nodiscard]] std::optional<std::uint32_t> read_iterations(std::string_view digits, std::uint32_t most) noexcept;

// ClientProof and ServerSignature for a salted password and the AuthMessage (RFC 5802 §3).
struct scram_proofs {
  std::string client;
  std::string server;
};
[[nodiscard]] scram_proofs prove(text::digest_kind digest, std::string_view salted_password,
                                 std::string_view auth_message);

}  // namespace smtpscope::sasl
