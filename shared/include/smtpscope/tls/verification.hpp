#pragma once
// Why a certificate or a handshake was refused, in OpenSSL's terms and in ours.

#include <cstddef>

#include <openssl/x509_vfy.h>

#include "smtpscope/tls/event.hpp"

namespace smtpscope::tls {

// Why a certificate was refused, and which of those the server sent, as far as they are told (longest_chain):
// inside OpenSSL's verification.
[[nodiscard]] refusal refusal_of(X509_STORE_CTX& refused);

// What an error of OpenSSL's SSL library means (its SSL_R_…).
[[nodiscard]] reason reason_of_protocol(int ssl_reason) noexcept;

}  // namespace smtpscope::tls
