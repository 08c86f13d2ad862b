#pragma once
// Certificates for people: names and dates as text.

#include <string>
#include <vector>

#include <openssl/x509.h>

#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::net {

// Subject and issuer as RFC 4514 text, alternative names, dates as RFC 3339 in UTC. What the
// certificate lacks is "".
[[nodiscard]] tunnel::certificate describe_certificate(X509& certificate);
// Each of a chain, in order; at most 10. No chain: none.
[[nodiscard]] std::vector<tunnel::certificate> describe_chain(const STACK_OF(X509) * chain);
// DER in base64; "" when OpenSSL cannot write it.
[[nodiscard]] std::string base64_der(X509& certificate);

}  // namespace smtpscope::net
