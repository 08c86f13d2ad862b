#include "support/tls_identity.hpp"

#include <cstdlib>
#include <map>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "smtpscope/tls/openssl.hpp"

namespace smtpscope::test {
namespace {

void must(bool done) {
  if (!done) std::abort();
}

tls::key_ptr make_key(key_kind kind) {
  switch (kind) {
    case key_kind::p256: return tls::key_ptr(EVP_EC_gen("P-256"));
    case key_kind::p384: return tls::key_ptr(EVP_EC_gen("P-384"));
    case key_kind::rsa2048: return tls::key_ptr(EVP_RSA_gen(2048));
    case key_kind::rsa1024: return tls::key_ptr(EVP_RSA_gen(1024));
    case key_kind::ed25519: return tls::key_ptr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

tls::bio_ptr over(const std::string& pem) {
  return tls::bio_ptr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

template <class Print>
std::string print(Print to) {
  const tls::bio_ptr bio(BIO_new(BIO_s_mem()));
  must(to(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void fill(X509* made, const certificate_plan& plan, EVP_PKEY* key, X509* issuer) {
  static long serial = 0x5C09E;
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(made), plan.from.count());
  ASN1_TIME_set(X509_getm_notAfter(made), plan.until.count());
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(plan.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer));
  const bool authority = plan.role == certificate_plan::role::authority;
  extend(made, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(made, issuer, NID_key_usage, authority ? "critical,keyCertSign" : "critical,digitalSignature,keyEncipherment");
  extend(made, issuer, NID_subject_key_identifier, "hash");
  if (!plan.only_for.empty()) extend(made, issuer, NID_ext_key_usage, plan.only_for);
  if (!plan.issuer_is_at.empty()) extend(made, issuer, NID_info_access, "caIssuers;URI:" + plan.issuer_is_at);
  std::string names;
  for (const std::string& name : plan.alternatives) names += (names.empty() ? "" : ",") + name;
  if (!authority && !names.empty()) extend(made, issuer, NID_subject_alt_name, names);
}

tls_identity sign(const certificate_plan& plan, const tls_identity* issuer) {
  const tls::key_ptr key = make_key(plan.key);
  const tls::x509_ptr made(X509_new());
  must(key != nullptr && made != nullptr);
  tls::x509_ptr above;
  tls::key_ptr with;
  if (issuer != nullptr) {
    above.reset(PEM_read_bio_X509(over(issuer->certificate).get(), nullptr, nullptr, nullptr));
    with.reset(PEM_read_bio_PrivateKey(over(issuer->key).get(), nullptr, nullptr, nullptr));
    must(above != nullptr && with != nullptr);
  }
  fill(made.get(), plan, key.get(), above ? above.get() : made.get());
  EVP_PKEY* signer = with ? with.get() : key.get();
  const bool digests_itself = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519;
  must(X509_sign(made.get(), signer, digests_itself ? nullptr : EVP_sha256()) > 0);
  return {print([&](BIO* to) {
            return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          print([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); })};
}

}  // namespace

tls_identity make_identity(const certificate_plan& plan, const tls_identity& issuer) { return sign(plan, &issuer); }

tls_identity make_self_signed(const certificate_plan& plan) { return sign(plan, nullptr); }

const tls_identity& test_authority() {
  using std::chrono::hours;
  static const tls_identity made = make_self_signed({"Test authority",
                                                     {},
                                                     key_kind::p256,
                                                     tls_today - hours(24 * 3650),
                                                     tls_today + hours(24 * 3650),
                                                     certificate_plan::role::authority});
  return made;
}

const tls_identity& test_server(key_kind key) {
  static std::map<key_kind, tls_identity> made;
  auto found = made.find(key);
  if (found == made.end()) {
    certificate_plan plan;
    plan.key = key;
    found = made.emplace(key, make_identity(plan, test_authority())).first;
  }
  return found->second;
}

}  // namespace smtpscope::test
