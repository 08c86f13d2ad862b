#pragma once
// TLS for those who connect to us: what we offer, and the certificate of the page's listener, which
// can be exchanged while the relay runs.

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "relay/net/stream.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::net {

// What every server of ours offers: TLS 1.2 with forward secrecy and authenticated encryption, and
// TLS 1.3; no compression, no renegotiation, no resumption. False when OpenSSL refuses.
[[nodiscard]] bool offer_strong_tls(SSL_CTX& context);

// Where the listener's certificate is: PEM, the server's first and then those between it and the
// authority; and its private key, which is not encrypted. Both may be one file.
struct certificate_files {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// All calls from any thread.
class tls_server {
 public:
  // Error: invalid_argument; the text names the file, what is wrong with it and what to do.
  [[nodiscard]] static result<std::unique_ptr<tls_server>> load(certificate_files files);

  // Reads the files again. On an error, which is as of load(), what was in use stays in use. Sessions that
  // stand are not touched.
  [[nodiscard]] status reload();

  // A fresh session with the present certificate, for stream::handshake().
  [[nodiscard]] ssl_ptr session() const;

  // The DNS names and addresses in the present certificate, without wildcards; IPv6 in brackets.
  [[nodiscard]] std::vector<std::string> names() const;
  // The end of its validity, "2026-12-24T18:00:00Z".
  [[nodiscard]] std::string not_after() const;

 private:
  struct context_deleter {
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
  };
  using context_ptr = std::unique_ptr<SSL_CTX, context_deleter>;

  explicit tls_server(certificate_files files, context_ptr context)
      : files_(std::move(files)), context_(std::move(context)) {}
  [[nodiscard]] static result<context_ptr> read(const certificate_files& files);

  const certificate_files files_;
  mutable std::mutex mutex_;  // of context_
  context_ptr context_;
};

}  // namespace smtpscope::net
