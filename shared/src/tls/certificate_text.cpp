#include "smtpscope/tls/certificate_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "smtpscope/text/ip_address.hpp"
#include "smtpscope/tls/group_name.hpp"
#include "smtpscope/tls/openssl.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::size_t most_names = 100;

std::string name_text(const X509_NAME* name) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  // RFC 4514, but UTF-8 stays as it is: people read this.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

void append_padded(std::string& out, int value, std::size_t digits) {
  const std::string text = std::to_string(value);
  out.append(digits > text.size() ? digits - text.size() : 0, '0') += text;
}

// RFC 3339.
std::string time_text(const ASN1_TIME* time) {
  tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  std::string out;
  append_padded(out, parts.tm_year + 1900, 4);
  append_padded(out += '-', parts.tm_mon + 1, 2);
  append_padded(out += '-', parts.tm_mday, 2);
  append_padded(out += 'T', parts.tm_hour, 2);
  append_padded(out += ':', parts.tm_min, 2);
  append_padded(out += ':', parts.tm_sec, 2);
  return out += 'Z';
}

std::string address_text(const ASN1_OCTET_STRING& octets) {
  const unsigned char* data = ASN1_STRING_get0_data(&octets);
  const int size = ASN1_STRING_length(&octets);
  if (size == 4) return text::format(text::ip_address::v4({data[0], data[1], data[2], data[3]}));
  text::ip_address address;
  if (size != static_cast<int>(address.octets.size())) return {};
  std::copy(data, data + size, address.octets.begin());
  return text::format(address);
}

std::vector<std::string> alternative_names(X509& of) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&of, NID_subject_alt_name, nullptr, nullptr)), &GENERAL_NAMES_free);
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()) && names.size() < most_names; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) {
      const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      names.emplace_back(data, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      if (std::string text = address_text(*name->d.iPAddress); !text.empty()) names.push_back(std::move(text));
    }
  }
  return names;
}

std::string hexadecimal(std::string_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : octets) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// RFC 5280 §4.1.2.2: at most 20 octets; what is longer is cut.
std::string serial_text(X509& of) {
  const ASN1_INTEGER* number = X509_get0_serialNumber(&of);
  const auto size = static_cast<std::size_t>(std::clamp(ASN1_STRING_length(number), 0, 64));
  return hexadecimal({reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)), size});
}

std::string key_text(X509& of) {
  EVP_PKEY* key = X509_get0_pubkey(&of);
  if (key == nullptr) return {};
  const char* type = EVP_PKEY_get0_type_name(key);
  const std::string kind = type != nullptr ? type : "";
  if (kind == "EC") return "EC " + group_name(*key);
  if (kind.rfind("RSA", 0) == 0 || kind == "DSA") return kind + " " + std::to_string(EVP_PKEY_get_bits(key));
  return kind == "ED25519" ? "Ed25519" : kind == "ED448" ? "Ed448" : kind;
}

std::string signature_text(const X509& of) {
  const char* text = OBJ_nid2ln(X509_get_signature_nid(&of));
  return text != nullptr ? text : "";
}

std::string der_of(X509& of) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(&of, &der);
  if (size < 0) return {};
  std::string octets(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return octets;
}

std::string fingerprint(const X509& of) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned size = 0;
  if (X509_digest(&of, EVP_sha256(), octets.data(), &size) != 1) return {};
  return hexadecimal({reinterpret_cast<const char*>(octets.data()), size});
}

}  // namespace

certificate describe_certificate(X509& of) {
  certificate described;
  described.subject = name_text(X509_get_subject_name(&of));
  described.issuer = name_text(X509_get_issuer_name(&of));
  described.names = alternative_names(of);
  described.not_before = time_text(X509_get0_notBefore(&of));
  described.not_after = time_text(X509_get0_notAfter(&of));
  described.serial = serial_text(of);
  described.key = key_text(of);
  described.signature = signature_text(of);
  described.sha256 = fingerprint(of);
  described.der = der_of(of);
  ERR_clear_error();
  return described;
}

std::vector<certificate> describe_chain(const STACK_OF(X509) * chain) {
  std::vector<certificate> described;
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain) && i < longest_chain; ++i)
    described.push_back(describe_certificate(*sk_X509_value(chain, i)));
  return described;
}

}  // namespace smtpscope::tls
