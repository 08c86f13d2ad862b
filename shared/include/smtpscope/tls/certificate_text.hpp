#pragma once
// Certificates for people: names, dates and keys as text.

#include <string>
#include <vector>

#include <openssl/x509.h>

#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// What there is to say of a certificate. Leaves OpenSSL's error queue as it was empty.
[[nodiscard]] certificate describe_certificate(X509& of);
// Each of a chain, in order; at most 10. No chain: none.
[[nodiscard]] std::vector<certificate> describe_chain(const STACK_OF(X509) * chain);

}  // namespace smtpscope::tls
