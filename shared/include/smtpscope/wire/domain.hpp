#pragma once
// Domain and address-literal of RFC 5321 §4.1.2 and §4.1.3.

#include <string_view>

namespace smtpscope::wire {

// Whether octets over 127 may stand in a text: only where SMTPUTF8 is in use (RFC 6531), and then as UTF-8.
enum class utf8 { refused, allowed };

// Letters, digits and hyphens in labels of 1 to 63, at most 255 octets. With utf8::allowed also
// U-labels (RFC 6531 §3.3), where the limits count the A-labels.
[[nodiscard]] bool is_domain(std::string_view text, utf8 beyond_ascii = utf8::refused);
// "[192.0.2.1]", "[IPv6:…]" or "[Tag:…]", by the grammar of RFC 5321 §4.1.3.
[[nodiscard]] bool is_address_literal(std::string_view text) noexcept;
// What EHLO takes (RFC 5321 §4.1.1.1): never UTF-8 (RFC 6531 §3.7.1).
[[nodiscard]] bool is_domain_or_literal(std::string_view text, utf8 beyond_ascii = utf8::refused);

}  // namespace smtpscope::wire
