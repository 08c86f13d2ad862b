#include "relay/net/certificate_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include "smtpscope/text/base64.hpp"
#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::net {
namespace {

constexpr int longest_chain = 10;
constexpr std::size_t most_names = 100;

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  // RFC 4514, but UTF-8 stays as it is: people read this.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string address_text(const ASN1_OCTET_STRING& octets) {
  const unsigned char* data = ASN1_STRING_get0_data(&octets);
  const int size = ASN1_STRING_length(&octets);
  if (size == 4) return tunnel::format(tunnel::ip_address::v4({data[0], data[1], data[2], data[3]}));
  tunnel::ip_address address;
  if (size != static_cast<int>(address.octets.size())) return {};
  std::copy(data, data + size, address.octets.begin());
  return tunnel::format(address);
}

std::vector<std::string> alternative_names(X509& certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
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

}  // namespace

tunnel::certificate describe_certificate(X509& certificate) {
  return {name_text(X509_get_subject_name(&certificate)), name_text(X509_get_issuer_name(&certificate)),
          alternative_names(certificate), time_text(X509_get0_notBefore(&certificate)),
          time_text(X509_get0_notAfter(&certificate))};
}

std::vector<tunnel::certificate> describe_chain(const STACK_OF(X509) * chain) {
  std::vector<tunnel::certificate> described;
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain) && i < longest_chain; ++i)
    described.push_back(describe_certificate(*sk_X509_value(chain, i)));
  return described;
}

std::string base64_der(X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(&certificate, &der);
  if (size < 0) return {};
  std::string text = text::base64_encode({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return text;
}

}  // namespace smtpscope::net
