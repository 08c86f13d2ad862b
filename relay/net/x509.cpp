#include "relay/net/x509.hpp"

#include <array>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace smtpscope::net {
namespace {

struct extension_deleter {
  void operator()(X509_EXTENSION* p) const noexcept { X509_EXTENSION_free(p); }
};

error openssl_error(std::string_view doing) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return {errc::invalid_argument, "OpenSSL failed while " + std::string(doing) + ": " + reason.data()};
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets, and not to be guessed.
bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  random[0] = static_cast<unsigned char>((random[0] & 0x7F) | 0x40);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
      BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr), &BN_free);
  return number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, const validity& when) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), validity_clock::to_time_t(when.from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), validity_clock::to_time_t(when.until)) != nullptr;
}

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const std::unique_ptr<X509_EXTENSION, extension_deleter> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// What every certificate of ours has: version 3, serial, dates, public key, subject.
bool fill_in(X509* certificate, EVP_PKEY* key, const validity& when, const std::string& common_name) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
         set_validity(certificate, when) && X509_set_pubkey(certificate, key) == 1 &&
         add_name(X509_get_subject_name(certificate), "O", "smtpscope") &&
         add_name(X509_get_subject_name(certificate), "CN", common_name);
}

// Tells two installations' CAs apart in a list of trusted ones.
std::string random_label() {
  std::array<unsigned char, 4> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return "unnamed";
  std::string label;
  for (const unsigned char octet : random) {
    label += "0123456789abcdef"[octet >> 4];
    label += "0123456789abcdef"[octet & 15];
  }
  return label;
}

template <class Print>
std::string print_pem(Print print) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || print(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

}  // namespace

result<key_pair> make_authority(validity when) {
  key_pair made{key_ptr(EVP_EC_gen("P-256")), certificate_ptr(X509_new())};
  X509* const certificate = made.certificate.get();
  if (made.key == nullptr || certificate == nullptr ||
      !fill_in(certificate, made.key.get(), when, "smtpscope private CA " + random_label()) ||
      X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1 ||
      !add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(certificate, certificate, NID_subject_key_identifier, "hash") ||
      X509_sign(certificate, made.key.get(), EVP_sha256()) <= 0)
    return openssl_error("making the certificate authority");
  return made;
}

result<key_pair> make_server_certificate(const key_pair& authority, validity when,
                                         const std::vector<std::string>& dns_names,
                                         const std::vector<std::string>& addresses) {
  std::string alternatives;
  for (const std::string& name : dns_names) alternatives += (alternatives.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : addresses) alternatives += (alternatives.empty() ? "IP:" : ",IP:") + address;

  key_pair made{key_ptr(EVP_EC_gen("P-256")), certificate_ptr(X509_new())};
  X509* const certificate = made.certificate.get();
  X509* const issuer = authority.certificate.get();
  if (made.key == nullptr || certificate == nullptr ||
      !fill_in(certificate, made.key.get(), when, "smtpscope mailbox") ||
      X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1 ||
      !add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") ||
      !add_extension(certificate, issuer, NID_subject_key_identifier, "hash") ||
      !add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") ||
      !add_extension(certificate, issuer, NID_subject_alt_name, alternatives) ||
      X509_sign(certificate, authority.key.get(), EVP_sha256()) <= 0)
    return openssl_error("making the server certificate");
  return made;
}

std::string to_pem(const X509& certificate) {
  return print_pem([&certificate](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(const EVP_PKEY& key) {
  return print_pem(
      [&key](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr); });
}

result<key_pair> parse_key_pair(std::string_view pem) {
  const bio_ptr for_key = bio_over(pem);
  const bio_ptr for_certificate = bio_over(pem);
  key_pair read{key_ptr(PEM_read_bio_PrivateKey(for_key.get(), nullptr, no_password, nullptr)),
                certificate_ptr(PEM_read_bio_X509(for_certificate.get(), nullptr, no_password, nullptr))};
  ERR_clear_error();
  if (read.key == nullptr) return error{errc::invalid_encoding, "holds no readable private key"};
  if (read.certificate == nullptr) return error{errc::invalid_encoding, "holds no readable certificate"};
  if (X509_check_private_key(read.certificate.get(), read.key.get()) != 1) {
    ERR_clear_error();
    return error{errc::invalid_encoding, "holds a key and a certificate that do not belong together"};
  }
  return read;
}

bool covers_name(const X509& certificate, const std::string& dns_name) {
  return X509_check_host(const_cast<X509*>(&certificate), dns_name.data(), dns_name.size(),
                         X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
}

bool covers_address(const X509& certificate, const std::string& address) {
  return X509_check_ip_asc(const_cast<X509*>(&certificate), address.c_str(), 0) == 1;
}

bool signed_by(const X509& certificate, const key_pair& authority) {
  auto* const checked = const_cast<X509*>(&certificate);
  const bool good = X509_check_issued(authority.certificate.get(), checked) == X509_V_OK &&
                    X509_verify(checked, authority.key.get()) == 1;
  ERR_clear_error();
  return good;
}

bool valid_between(const X509& certificate, validity_clock::time_point now, validity_clock::time_point until) {
  std::time_t from_seconds = validity_clock::to_time_t(now);
  std::time_t until_seconds = validity_clock::to_time_t(until);
  return X509_cmp_time(X509_get0_notBefore(&certificate), &from_seconds) < 0 &&
         X509_cmp_time(X509_get0_notAfter(&certificate), &until_seconds) > 0;
}

}  // namespace smtpscope::net
