#pragma once
// A client of the relay's HTTPS at the level of octets, by OpenSSL. Blocking calls; each wait has a
// deadline of 20 s.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace smtpscope::testing {

class tls_page {
 public:
  // Connects to 127.0.0.1 and does the handshake, trusting that authority alone. `highest_version` as in
  // TLS1_2_VERSION, 0: any.
  tls_page(std::uint16_t port, const std::filesystem::path& ca_file, int highest_version = 0);
  tls_page(const tls_page&) = delete;
  tls_page& operator=(const tls_page&) = delete;
  ~tls_page();

  // Whether TLS stands and the certificate was good.
  [[nodiscard]] bool stands() const noexcept { return stands_; }
  bool send(std::string_view octets);
  std::string read_to_end();

 private:
  int socket_;
  SSL_CTX* context_;
  SSL* tls_;
  bool stands_ = false;
};

}  // namespace smtpscope::testing
