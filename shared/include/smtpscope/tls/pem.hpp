#pragma once
// Certificates and keys in texts of PEM.

#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/tls/openssl.hpp"

namespace smtpscope::tls {

// To read `text`, which must outlive it; at most 2 GiB.
[[nodiscard]] bio_ptr bio_over(std::string_view text);
// For OpenSSL's readers of PEM: an encrypted key is an error, and nobody at the terminal is asked for its password.
int no_password(char* into, int size, int writing, void* argument) noexcept;

// Every certificate of the text, in its order; at least one. Errors, whose detail is for a sentence that names the
// text: invalid_encoding (which one is damaged, there is none).
[[nodiscard]] result<std::vector<x509_ptr>> parse_certificates(std::string_view pem);

}  // namespace smtpscope::tls
