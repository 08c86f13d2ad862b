#pragma once
// Certificates for people: names, dates and keys as text.

#include <string>
#include <vector>

#include <openssl/x509.h>

#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// What there is to say of a certificate. Leaves OpenSSL's error queue as it was empty.
[[nodiscard]] certificate describe_certificate(X509& of);
// So many of a chain are told; a server may send far more.
inline constexpr int longest_chain = 10;
// Each of a chain, in order; at most `longest_chain`. No chain: none.
[[nodiscard]] std::vector<certificate> describe_chain(const STACK_OF(X509) * chain);

}  // namespace smtpscope::tls
