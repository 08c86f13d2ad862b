#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "relay/net/certificate_text.hpp"
#include "relay/net/tls_client.hpp"

namespace smtpscope::net {
namespace {

// By its name in TLS (IANA supported groups), where OpenSSL calls it otherwise.
std::string group_name(SSL& session) {
  EVP_PKEY* key = nullptr;
  if (SSL_get_peer_tmp_key(&session, &key) != 1) return {};
  std::string name;
  std::array<char, 64> text{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, text.data(), text.size(), &size) == 1 && size > 0)
    name.assign(text.data(), size);
  else if (const char* type = EVP_PKEY_get0_type_name(key))
    name = type;
  EVP_PKEY_free(key);
  ERR_clear_error();
  if (name == "prime256v1") return "secp256r1";
  return name;
}

// Public authorities say in each certificate where that of its issuer can be fetched (RFC 5280 §4.2.2.1);
// authorities of one's own hardly ever do.
bool names_its_issuers_certificate(const X509& certificate) {
  auto* access = static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(&certificate, NID_info_access, nullptr, nullptr));
  bool found = false;
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); ++i)
    if (OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(access, i)->method) == NID_ad_ca_issuers) found = true;
  AUTHORITY_INFO_ACCESS_free(access);
  return found;
}

// RFC 9525 §6.3: hosts are named there and nowhere else.
bool has_subject_alt_name(const X509& certificate) {
  return X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0;
}

tunnel::tls_reason reason_of_protocol(int reason) {
  using tunnel::tls_reason;
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH: return tls_reason::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_UNSUPPORTED_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: return tls_reason::no_common_terms;
    default: return reason >= SSL_AD_REASON_OFFSET ? tls_reason::alert : tls_reason::broken;
  }
}

}  // namespace

tunnel::tls_reason reason_of_verification(X509_STORE_CTX& refused) {
  using tunnel::tls_reason;
  const X509& own = *X509_STORE_CTX_get0_cert(&refused);
  switch (X509_STORE_CTX_get_error(&refused)) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return tls_reason::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return tls_reason::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return tls_reason::self_signed;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      if (X509_STORE_CTX_get_error_depth(&refused) == 0 && names_its_issuers_certificate(own))
        return tls_reason::incomplete_chain;
      return tls_reason::unknown_authority;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_CERT_UNTRUSTED: return tls_reason::unknown_authority;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return has_subject_alt_name(own) ? tls_reason::name_mismatch : tls_reason::no_host_names;
    case X509_V_ERR_CERT_REVOKED: return tls_reason::revoked;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return tls_reason::weak;
    default: return tls_reason::other;
  }
}

tunnel::tls_report make_report(SSL& session, const handshake_record& record, microseconds us) {
  tunnel::tls_report report;
  report.version = SSL_get_version(&session);
  report.suite = SSL_CIPHER_standard_name(SSL_get_current_cipher(&session));
  report.group = group_name(session);
  report.verified = SSL_get_verify_result(&session) == X509_V_OK;
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(&session);
  report.certificates = describe_chain(chain);
  for (int i = 0; i < static_cast<int>(report.certificates.size()); ++i)
    report.chain.push_back(base64_der(*sk_X509_value(chain, i)));
  if (!report.certificates.empty()) report.anchor = report.certificates.back().subject;
  report.us = us;
  report.messages = record.messages;
  return report;
}

tls_failure explain_failure(const handshake_record& record, const error_code& ec) {
  if (ec.category() != asio::error::get_ssl_category()) return {tunnel::code::reset, tunnel::tls_reason::broken};
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) return {tunnel::code::tls_verify, record.why};
  return {tunnel::code::tls_protocol, reason_of_protocol(reason)};
}

}  // namespace smtpscope::net
