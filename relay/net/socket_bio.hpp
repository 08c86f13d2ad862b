#pragma once
// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so that a peer that is gone would end the
// process by SIGPIPE. This one does not, and is otherwise the same.

#include <openssl/ssl.h>

namespace smtpscope::net {

// Makes `session` read from and write to a non-blocking socket, which must outlive it.
void attach_socket(SSL& session, int socket);

}  // namespace smtpscope::net
