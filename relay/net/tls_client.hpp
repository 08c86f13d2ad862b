#pragma once
// TLS towards servers: what is trusted, what is demanded, and what a handshake tells afterwards.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "relay/net/stream.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::net {

// What the handshake of one session did: filled while it runs, so it must outlive the session.
struct handshake_record {
  std::vector<tunnel::handshake_message> messages;
  std::vector<tunnel::certificate> refused;            // what the server showed, when it was not to be trusted
  tunnel::tls_reason why = tunnel::tls_reason::other;  // it was not
};

// Why a handshake failed.
struct tls_failure {
  tunnel::code what;  // tls_verify, tls_protocol or reset
  tunnel::tls_reason reason;
};

class tls_client {
 public:
  // Trusts the system's authorities and those of the files (PEM, one or more certificates each).
  // Error: invalid_argument; the text names the file and what is wrong with it.
  [[nodiscard]] static result<tls_client> with_system_roots(const std::vector<std::filesystem::path>& more);
  // Trusts the authorities in that PEM text, and nothing else. Error: invalid_argument.
  [[nodiscard]] static result<tls_client> with_only(const std::string& pem);

  // A fresh session: TLS 1.2 or later, SNI for names, and a certificate that is valid for `host`
  // (a DNS name or an IP address) demanded.
  [[nodiscard]] ssl_ptr session(const std::string& host, handshake_record& record) const;

 private:
  struct context_deleter {
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
  };
  using context_ptr = std::unique_ptr<SSL_CTX, context_deleter>;

  explicit tls_client(context_ptr context) : context_(std::move(context)) {}
  [[nodiscard]] static context_ptr make_context();

  context_ptr context_;
};

// After a handshake that succeeded.
[[nodiscard]] tunnel::tls_report make_report(SSL& session, const handshake_record& record, microseconds us);

// After one that failed with `ec`.
[[nodiscard]] tls_failure explain_failure(const handshake_record& record, const error_code& ec);

// Why a certificate was refused, inside OpenSSL's verification.
[[nodiscard]] tunnel::tls_reason reason_of_verification(X509_STORE_CTX& refused);

}  // namespace smtpscope::net
