#pragma once
// Keys and X.509 certificates by OpenSSL's API: made, read, written, compared. No files here.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "smtpscope/base/result.hpp"
#include "smtpscope/tls/pem.hpp"

namespace smtpscope::net {

using certificate_ptr = tls::x509_ptr;
using tls::bio_over;
using tls::bio_ptr;
using tls::key_ptr;
using tls::no_password;
using tls::parse_certificates;

// A certificate and the key it belongs to.
struct key_pair {
  key_ptr key;
  certificate_ptr certificate;
};

using validity_clock = std::chrono::system_clock;
struct validity {
  validity_clock::time_point from;
  validity_clock::time_point until;
};

// A new P-256 key with a self-signed certificate that may sign server certificates only.
// Error: invalid_argument with OpenSSL's reason.
[[nodiscard]] result<key_pair> make_authority(validity when);

// A new P-256 key with a certificate for `dns_names` and `addresses` (text), signed by `authority`.
// Precondition: every name is a Domain of RFC 5321 §4.1.2 and every address an IP address.
// Error: invalid_argument with OpenSSL's reason.
[[nodiscard]] result<key_pair> make_server_certificate(const key_pair& authority, validity when,
                                                       const std::vector<std::string>& dns_names,
                                                       const std::vector<std::string>& addresses);

// PEM of a certificate; of a private key (PKCS #8, not encrypted).
[[nodiscard]] std::string to_pem(const X509& certificate);
[[nodiscard]] std::string to_pem(const EVP_PKEY& key);

// The first private key and the first certificate in a text of PEM blocks.
// Error: invalid_encoding when one is missing or broken, or they do not belong together.
[[nodiscard]] result<key_pair> parse_key_pair(std::string_view pem);

// True when `certificate` names exactly this host or address among its subject alternative names.
[[nodiscard]] bool covers_name(const X509& certificate, const std::string& dns_name);
[[nodiscard]] bool covers_address(const X509& certificate, const std::string& address);
[[nodiscard]] bool signed_by(const X509& certificate, const key_pair& authority);
// True when `certificate` is valid from before `now` until after `until`.
[[nodiscard]] bool valid_between(const X509& certificate, validity_clock::time_point now,
                                 validity_clock::time_point until);

}  // namespace smtpscope::net
