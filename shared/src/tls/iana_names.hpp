#pragma once
// Numbers of TLS by IANA's names: those that a client of today offers or meets. Others are "0x1A2B".

#include <cstdint>
#include <string>

namespace smtpscope::tls {

[[nodiscard]] std::string version_name(std::uint32_t version);  // "TLSv1.3"
[[nodiscard]] std::string suite_name(std::uint32_t suite);
[[nodiscard]] std::string group_name(std::uint32_t group);
[[nodiscard]] std::string signature_name(std::uint32_t scheme);
// By its name in lower_snake_case; "" for one that is not known.
[[nodiscard]] std::string extension_name(std::uint32_t type);
// RFC 8701: numbers that mean nothing, sent so that peers learn to ignore what they do not know.
[[nodiscard]] bool is_grease(std::uint32_t number) noexcept;
[[nodiscard]] std::string hexadecimal_number(std::uint32_t number);  // at least four digits

// How a suite of TLS 1.2 agrees on keys.
enum class key_exchange : std::uint8_t { ecdhe, dhe, rsa, none };
[[nodiscard]] key_exchange key_exchange_of(std::uint16_t suite);

}  // namespace smtpscope::tls
