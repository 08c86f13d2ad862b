#include "integration/tunnel_tls_page.hpp"

#include <array>

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {

tls_page::tls_page(std::uint16_t port, const std::filesystem::path& ca_file, int highest_version)
    : socket_(connect_to_loopback(port)), context_(SSL_CTX_new(TLS_client_method())), tls_(nullptr) {
  const timeval limit{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  SSL_CTX_load_verify_locations(context_, ca_file.c_str(), nullptr);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_security_level(context_, 0);  // so that it offers what nobody should take
  SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
  if (highest_version != 0) SSL_CTX_set_max_proto_version(context_, highest_version);
  tls_ = SSL_new(context_);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), "127.0.0.1");
  SSL_set_fd(tls_, socket_);
  ERR_clear_error();
  stands_ = SSL_connect(tls_) == 1;
  ERR_clear_error();
}

tls_page::~tls_page() {
  SSL_free(tls_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

bool tls_page::send(std::string_view octets) {
  return stands_ && SSL_write(tls_, octets.data(), static_cast<int>(octets.size())) == static_cast<int>(octets.size());
}

std::string tls_page::read_to_end() {
  std::string got;
  std::array<char, 16384> piece;
  while (stands_) {
    const int n = SSL_read(tls_, piece.data(), static_cast<int>(piece.size()));
    if (n <= 0) break;
    got.append(piece.data(), static_cast<std::size_t>(n));
  }
  ERR_clear_error();
  return got;
}

}  // namespace smtpscope::testing
