#pragma once

#include <openssl/ssl.h>

#include "smtpscope/sasl/channel_binding.hpp"

namespace smtpscope::tls {

// What a login may bind to on this connection, whose handshake is done: RFC 9266's exporter where
// the handshake makes it safe (TLS 1.3, or the extended master secret), and RFC 5929's digest of
// the server's certificate. What is not available stays empty.
[[nodiscard]] sasl::channel_binding binding_of(SSL& session);

}  // namespace smtpscope::tls
