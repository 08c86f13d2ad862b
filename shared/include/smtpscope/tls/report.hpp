#pragma once

#include <openssl/ssl.h>

#include "smtpscope/tls/event.hpp"

namespace smtpscope::tls {

// What was agreed on, of a session whose handshake is done. `verified` is OpenSSL's verdict on the
// peer's certificate: false for a server, whose clients show none. `refused` is left empty.
[[nodiscard]] established describe_session(SSL& session);

}  // namespace smtpscope::tls
