#include "smtpscope/tls/verification.hpp"

#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include "smtpscope/tls/certificate_text.hpp"

namespace smtpscope::tls {
namespace {

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

reason reason_of(X509_STORE_CTX& refused) {
  const X509& own = *X509_STORE_CTX_get0_cert(&refused);
  switch (X509_STORE_CTX_get_error(&refused)) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return reason::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return reason::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return reason::self_signed;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      if (X509_STORE_CTX_get_error_depth(&refused) == 0 && names_its_issuers_certificate(own))
        return reason::incomplete_chain;
      return reason::unknown_authority;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_CERT_UNTRUSTED: return reason::unknown_authority;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return has_subject_alt_name(own) ? reason::name_mismatch : reason::no_host_names;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return reason::weak;
    default: return reason::other;
  }
}

}  // namespace

refusal refusal_of(X509_STORE_CTX& refused) {
  refusal made{reason_of(refused), {}, {}};
  X509* at_fault = X509_STORE_CTX_get_current_cert(&refused);
  if (at_fault == nullptr) at_fault = X509_STORE_CTX_get0_cert(&refused);
  if (at_fault != nullptr) made.at_fault = describe_certificate(*at_fault);
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(&refused);
  for (int i = 0; at_fault != nullptr && i < sk_X509_num(sent) && i < longest_chain && !made.failing; ++i)
    if (X509_cmp(sk_X509_value(sent, i), at_fault) == 0) made.failing = static_cast<std::size_t>(i);
  return made;
}

reason reason_of_protocol(int ssl_reason) noexcept {
  switch (ssl_reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH: return reason::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_UNSUPPORTED_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: return reason::no_common_terms;
    default: return ssl_reason >= SSL_AD_REASON_OFFSET ? reason::alert : reason::broken;
  }
}

}  // namespace smtpscope::tls
