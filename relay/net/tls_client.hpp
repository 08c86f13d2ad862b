#pragma once
// TLS towards servers: what is trusted, what is demanded, and what a handshake tells afterwards, over a
// socket that OpenSSL uses itself. What TLS means lies in smtpscope/tls.

#include <filesystem>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "relay/net/stream.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tls/observer.hpp"
#include "smtpscope/tls/openssl.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::net {

// What the handshake of one session did: filled while it runs, so it must outlive the session.
using handshake_record = tls::observer;

// Why a handshake failed.
struct tls_failure {
  tunnel::code what;  // tls_verify, tls_protocol or reset
  tls::refusal why;   // with tls_verify all of it, with tls_protocol its reason
};

class tls_client {
 public:
  // Trusts the system's authorities and those of the files (PEM, one or more certificates each).
  // Error: invalid_argument; the text names the file and what is wrong with it.
  [[nodiscard]] static result<tls_client> with_system_roots(const std::vector<std::filesystem::path>& more);
  // Trusts the authorities in that PEM text, and nothing else. Error: invalid_argument.
  [[nodiscard]] static result<tls_client> with_only(const std::string& pem);

  // A fresh session: TLS 1.2 or later, SNI for names, and a certificate that is valid for `host`
  // (a DNS name or an IP address) demanded. The record's messages have the time since this call.
  [[nodiscard]] ssl_ptr session(const std::string& host, handshake_record& record) const;

 private:
  explicit tls_client(tls::context_ptr context) : context_(std::move(context)) {}

  tls::context_ptr context_;
};

// The messages seen so far; the record has them no more.
[[nodiscard]] std::vector<tunnel::handshake_message> take_messages(handshake_record& record);

// After a handshake that succeeded: what was agreed on. Takes the record's messages.
[[nodiscard]] tunnel::tls_report make_report(SSL& session, handshake_record& record, microseconds us);

// After one that failed with `ec`.
[[nodiscard]] tls_failure explain_failure(const handshake_record& record, const error_code& ec);

}  // namespace smtpscope::net
