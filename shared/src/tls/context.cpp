#include "smtpscope/tls/context.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "smtpscope/text/ip_address.hpp"
#include "smtpscope/tls/observer.hpp"
#include "smtpscope/tls/pem.hpp"

namespace smtpscope::tls {
status add_certificates(X509_STORE& to, std::string_view pem) {
  const auto read = parse_certificates(pem);
  if (!read) return error{errc::invalid_argument, read.why().detail};
  for (const x509_ptr& certificate : *read) {
    if (X509_STORE_add_cert(&to, certificate.get()) == 1) continue;
    ERR_clear_error();
    return error{errc::invalid_argument, "a certificate in it cannot be used"};
  }
  return {};
}

context_ptr make_client_context(X509_STORE& trusted) {
  context_ptr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX* const c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_security_level(c, 2);  // 112 bits: RSA from 2048, no SHA-1
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set1_cert_store(c, &trusted);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(c, observe_verification, nullptr);
  return context;
}

bool expect_host(SSL& session, const std::string& host) {
  if (text::parse_ip_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), host.c_str()) == 1;
  if (host.empty() || host.find('\0') != std::string::npos) return false;
  SSL_set_hostflags(&session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const bool fits = SSL_set_tlsext_host_name(&session, host.c_str()) == 1 && SSL_set1_host(&session, host.c_str()) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace smtpscope::tls
