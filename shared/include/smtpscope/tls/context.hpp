#pragma once
// What all sessions of one kind have in common, in OpenSSL's terms: for the engine, and for hosts that
// let OpenSSL use a socket itself.

#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "smtpscope/base/result.hpp"
#include "smtpscope/tls/openssl.hpp"
#include "smtpscope/tls/trust.hpp"

namespace smtpscope::tls {

struct certificate_store {
  store_ptr of;
};

// Adds every certificate of a PEM text to a store.
// Error: invalid_argument; the text says which certificate is damaged, or that there is none.
[[nodiscard]] status add_certificates(X509_STORE& to, std::string_view pem);

// For clients: TLS 1.2 or later, a certificate demanded and verified by what the store trusts, no
// compression, no renegotiation. Sessions of it need an observer (observer.hpp), and expect_host(): without, every
// certificate is refused. The store is shared.
// Null when memory has run out.
[[nodiscard]] context_ptr make_client_context(X509_STORE& trusted);

// Before the handshake: the certificate has to be for `host`, a DNS name or an IP address; a name is
// also sent (RFC 6066 §3). False where it is neither.
[[nodiscard]] bool expect_host(SSL& session, const std::string& host);

}  // namespace smtpscope::tls
