#include "smtpscope/tls/channel_binding.hpp"

#include <array>
#include <string_view>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace smtpscope::tls {
namespace {

std::string exporter(SSL& session) {
  // RFC 9266 §4.2: without these, two connections may share their keys (triple handshake).
  if (SSL_version(&session) < TLS1_3_VERSION && SSL_get_extms_support(&session) != 1) return {};
  static constexpr std::string_view label = "EXPORTER-Channel-Binding";
  std::array<unsigned char, 32> octets{};
  if (SSL_export_keying_material(&session, octets.data(), octets.size(), label.data(), label.size(), nullptr, 0, 0) !=
      1)
    return {};
  return {octets.begin(), octets.end()};
}

// RFC 5929 §4.1: the digest of the certificate's signature, but SHA-256 for MD5 and SHA-1; none
// where the signature has no single one.
std::string end_point(X509& certificate) {
  int digest = NID_undef;
  if (X509_get_signature_info(&certificate, &digest, nullptr, nullptr, nullptr) != 1 || digest == NID_undef) return {};
  if (digest == NID_md5 || digest == NID_sha1) digest = NID_sha256;
  const EVP_MD* kind = EVP_get_digestbynid(digest);
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned size = 0;
  if (kind == nullptr || X509_digest(&certificate, kind, octets.data(), &size) != 1) return {};
  return {octets.begin(), octets.begin() + size};
}

}  // namespace

sasl::channel_binding binding_of(SSL& session) {
  sasl::channel_binding binding;
  binding.exporter = exporter(session);
  X509* server = SSL_is_server(&session) == 1 ? SSL_get_certificate(&session) : SSL_get0_peer_certificate(&session);
  if (server != nullptr) binding.server_end_point = end_point(*server);
  ERR_clear_error();
  return binding;
}

}  // namespace smtpscope::tls
