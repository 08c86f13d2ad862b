#include "iana_names.hpp"

#include <string_view>

namespace smtpscope::tls {
namespace {

struct row {
  std::uint16_t number;
  const char* name;
};

template <std::size_t size>
const char* find(const row (&rows)[size], std::uint32_t number) {
  for (const row& r : rows)
    if (r.number == number) return r.name;
  return nullptr;
}

template <std::size_t size>
std::string name_in(const row (&rows)[size], std::uint32_t number) {
  if (const char* known = find(rows, number)) return known;
  return is_grease(number) ? "GREASE" : hexadecimal_number(number);
}

constexpr row versions[] = {
    {0x0304, "TLSv1.3"}, {0x0303, "TLSv1.2"}, {0x0302, "TLSv1.1"}, {0x0301, "TLSv1.0"}, {0x0300, "SSLv3"}};

constexpr row suites[] = {
    {0x1301, "TLS_AES_128_GCM_SHA256"},
    {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
    {0x1304, "TLS_AES_128_CCM_SHA256"},
    {0x1305, "TLS_AES_128_CCM_8_SHA256"},
    {0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xCCAA, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xC0AC, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"},
    {0xC0AD, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"},
    {0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    {0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    {0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    {0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
    {0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
    {0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
    {0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0x006B, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    {0x003C, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
    {0x003D, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
    {0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"},
    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
    {0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
    {0x00FF, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
    {0x5600, "TLS_FALLBACK_SCSV"},
};

constexpr row groups[] = {
    {0x001D, "x25519"},    {0x0017, "secp256r1"}, {0x0018, "secp384r1"},      {0x0019, "secp521r1"},
    {0x001E, "x448"},      {0x0100, "ffdhe2048"}, {0x0101, "ffdhe3072"},      {0x0102, "ffdhe4096"},
    {0x0103, "ffdhe6144"}, {0x0104, "ffdhe8192"}, {0x11EC, "X25519MLKEM768"}, {0x6399, "X25519Kyber768Draft00"},
};

constexpr row signatures[] = {
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080A, "rsa_pss_pss_sha384"},
    {0x080B, "rsa_pss_pss_sha512"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0201, "rsa_pkcs1_sha1"},
    {0x0203, "ecdsa_sha1"},
    {0x0301, "rsa_pkcs1_sha224"},
    {0x0303, "ecdsa_sha224"},
    {0x0202, "dsa_sha1"},
    {0x0302, "dsa_sha224"},
    {0x0402, "dsa_sha256"},
    {0x0502, "dsa_sha384"},
    {0x0602, "dsa_sha512"},
};

constexpr row extensions[] = {
    {0, "server_name"},
    {1, "max_fragment_length"},
    {5, "status_request"},
    {10, "supported_groups"},
    {11, "ec_point_formats"},
    {13, "signature_algorithms"},
    {16, "application_layer_protocol_negotiation"},
    {18, "signed_certificate_timestamp"},
    {21, "padding"},
    {22, "encrypt_then_mac"},
    {23, "extended_master_secret"},
    {27, "compress_certificate"},
    {28, "record_size_limit"},
    {35, "session_ticket"},
    {41, "pre_shared_key"},
    {42, "early_data"},
    {43, "supported_versions"},
    {44, "cookie"},
    {45, "psk_key_exchange_modes"},
    {47, "certificate_authorities"},
    {49, "post_handshake_auth"},
    {50, "signature_algorithms_cert"},
    {51, "key_share"},
    {65037, "encrypted_client_hello"},
    {65281, "renegotiation_info"},
};

}  // namespace

std::string hexadecimal_number(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "0x";
  for (int shift = number > 0xFFFF ? 28 : 12; shift >= 0; shift -= 4) out += digits[number >> shift & 15];
  return out;
}

bool is_grease(std::uint32_t number) noexcept {
  return (number & 0x0F0F) == 0x0A0A && (number >> 8) == (number & 0xFF);
}

std::string version_name(std::uint32_t version) { return name_in(versions, version); }
std::string suite_name(std::uint32_t suite) { return name_in(suites, suite); }
std::string group_name(std::uint32_t group) { return name_in(groups, group); }
std::string signature_name(std::uint32_t scheme) { return name_in(signatures, scheme); }

std::string extension_name(std::uint32_t type) {
  const char* known = find(extensions, type);
  return known != nullptr ? known : "";
}

key_exchange key_exchange_of(std::uint16_t suite) {
  const char* known = find(suites, suite);
  const std::string_view name = known != nullptr ? known : "";
  if (name.rfind("TLS_ECDHE_", 0) == 0) return key_exchange::ecdhe;
  if (name.rfind("TLS_DHE_", 0) == 0) return key_exchange::dhe;
  if (name.rfind("TLS_RSA_", 0) == 0) return key_exchange::rsa;
  return key_exchange::none;
}

}  // namespace smtpscope::tls
