#pragma once
// Owners of OpenSSL's objects.

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace smtpscope::tls {

struct openssl_deleter {
  void operator()(SSL* p) const noexcept { SSL_free(p); }
  void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
  void operator()(SSL_SESSION* p) const noexcept { SSL_SESSION_free(p); }
  void operator()(BIO* p) const noexcept { BIO_free_all(p); }
  void operator()(X509* p) const noexcept { X509_free(p); }
  void operator()(X509_STORE* p) const noexcept { X509_STORE_free(p); }
  void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
};

using session_ptr = std::unique_ptr<SSL, openssl_deleter>;
using context_ptr = std::unique_ptr<SSL_CTX, openssl_deleter>;
using saved_session_ptr = std::unique_ptr<SSL_SESSION, openssl_deleter>;
using bio_ptr = std::unique_ptr<BIO, openssl_deleter>;
using x509_ptr = std::unique_ptr<X509, openssl_deleter>;
using store_ptr = std::unique_ptr<X509_STORE, openssl_deleter>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_deleter>;

}  // namespace smtpscope::tls
