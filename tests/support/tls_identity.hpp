#pragma once
// Keys and certificates for tests of TLS, made when they are needed: good ones and bad ones.

#include <chrono>
#include <string>
#include <vector>

namespace smtpscope::test {

enum class key_kind { p256, p384, rsa2048, rsa1024, ed25519 };

// PEM.
struct tls_identity {
  std::string key;
  std::string certificate;
  [[nodiscard]] std::string both() const { return key + certificate; }
};

// The time that tests of TLS live in, unless they say otherwise.
inline constexpr std::chrono::seconds tls_today{1'780'000'000};  // 2026-05-28

struct certificate_plan {
  std::string common_name = "server.example";
  std::vector<std::string> alternatives = {"DNS:server.example"};  // "DNS:…", "IP:…"; none: no such extension
  key_kind key = key_kind::p256;
  std::chrono::seconds from = tls_today - std::chrono::hours(24);
  std::chrono::seconds until = tls_today + std::chrono::hours(24);
  enum class role { server, authority } role = role::server;
  std::string only_for{};      // extended key usage: "clientAuth"; none: for anything
  std::string issuer_is_at{};  // a URL, as public authorities write it into certificates
};

// Signed by `issuer`. Ends the program where OpenSSL will not.
[[nodiscard]] tls_identity make_identity(const certificate_plan& plan, const tls_identity& issuer);
// Signed by itself.
[[nodiscard]] tls_identity make_self_signed(const certificate_plan& plan);
// An authority that signs others, valid for long around `tls_today`; one for the whole program.
[[nodiscard]] const tls_identity& test_authority();
// For server.example, signed by test_authority(); one of each kind for the whole program.
[[nodiscard]] const tls_identity& test_server(key_kind key = key_kind::p256);

}  // namespace smtpscope::test
