#include "smtpscope/tls/pem.hpp"

#include <climits>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace smtpscope::tls {

bio_ptr bio_over(std::string_view text) {
  const std::string_view readable = text.substr(0, INT_MAX);
  return bio_ptr(BIO_new_mem_buf(readable.data(), static_cast<int>(readable.size())));
}

int no_password(char*, int, int, void*) noexcept { return -1; }

result<std::vector<x509_ptr>> parse_certificates(std::string_view pem) {
  const bio_ptr bio = bio_over(pem);
  std::vector<x509_ptr> read;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) read.emplace_back(one);
  // What ends a text that is whole is that no more begins in it.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!whole)
    return error{errc::invalid_encoding, "certificate " + std::to_string(read.size() + 1) + " in it is damaged"};
  if (read.empty())
    return error{errc::invalid_encoding, "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"};
  return read;
}

}  // namespace smtpscope::tls
