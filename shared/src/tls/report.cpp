#include "smtpscope/tls/report.hpp"

#include <openssl/err.h>

#include "smtpscope/tls/certificate_text.hpp"
#include "smtpscope/tls/channel_binding.hpp"
#include "smtpscope/tls/group_name.hpp"
#include "smtpscope/tls/openssl.hpp"

namespace smtpscope::tls {
namespace {

std::string group_of(SSL& session) {
  EVP_PKEY* key = nullptr;
  const long has = SSL_get_peer_tmp_key(&session, &key);
  const key_ptr owned(key);
  ERR_clear_error();
  return has == 1 && key != nullptr ? group_name(*key) : std::string();
}

std::string alpn_of(const SSL& session) {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&session, &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

established describe_session(SSL& session) {
  established report;
  report.version = SSL_get_version(&session);
  const char* suite = SSL_CIPHER_standard_name(SSL_get_current_cipher(&session));
  report.suite = suite != nullptr ? suite : "";
  report.group = group_of(session);
  report.alpn = alpn_of(session);
  report.resumed = SSL_session_reused(&session) == 1;
  report.verified = SSL_is_server(&session) == 0 && SSL_get_verify_result(&session) == X509_V_OK;
  report.chain = describe_chain(SSL_get0_verified_chain(&session));
  // A chain that could not be verified ends anywhere.
  if (!report.verified) report.chain.clear();
  if (!report.chain.empty()) report.anchor = report.chain.back().subject;
  report.binding = binding_of(session);
  return report;
}

}  // namespace smtpscope::tls
