#pragma once

#include <string>

#include <openssl/evp.h>

namespace smtpscope::tls {

// The group of a key by its name in TLS (IANA "TLS Supported Groups"): "secp256r1", "X25519". "" where
// it has none.
[[nodiscard]] std::string group_name(EVP_PKEY& key);

}  // namespace smtpscope::tls
