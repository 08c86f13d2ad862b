#include "relay/net/tls_server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "relay/base/durable_file.hpp"
#include "relay/net/x509.hpp"
#include "smtpscope/tls/certificate_text.hpp"

namespace smtpscope::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_octets_of_pem = std::size_t{1} << 20;

// RFC 9325 §4.2: forward secrecy and authenticated encryption. TLS 1.3 has nothing else.
constexpr const char* suites_of_tls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
// What every client of today has one of. The finite-field groups cost the server much more.
constexpr const char* groups = "X25519:P-256:P-384";

error wrong(const fs::path& file, std::string_view what) {
  ERR_clear_error();
  return {errc::invalid_argument, file.string() + ": " + std::string(what)};
}

result<std::string> contents_of(const fs::path& file) {
  auto octets = read_file(file, most_octets_of_pem);
  if (!octets) return wrong(file, octets.error().message());
  return std::move(*octets);
}

// The server's certificate and those behind it.
status use_chain(SSL_CTX& context, const fs::path& file, const std::string& pem) {
  const auto chain = parse_certificates(pem);
  if (!chain) return wrong(file, chain.why().detail);
  X509& own = *chain->front();
  if (!valid_between(own, validity_clock::now(), validity_clock::now()))
    return wrong(file, "the certificate is valid from " + tls::describe_certificate(own).not_before + " to " +
                           tls::describe_certificate(own).not_after + ", which is not now: renew it, or set the clock");
  if (SSL_CTX_use_certificate(&context, &own) != 1)
    return wrong(file, "its first certificate is too weak to be used, or of a kind OpenSSL does not know");
  for (std::size_t i = 1; i < chain->size(); ++i)
    if (SSL_CTX_add1_chain_cert(&context, (*chain)[i].get()) != 1)
      return wrong(file, "a certificate behind the first cannot be used");
  return {};
}

status use_key(SSL_CTX& context, const fs::path& file, const std::string& pem) {
  struct stat about {};
  if (::stat(file.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0)
    return wrong(file, "it holds a private key and everybody on this machine may read it: run chmod o= on it");
  const bio_ptr bio = bio_over(pem);
  const key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key && pem.find("ENCRYPTED") != std::string::npos)
    return wrong(file, "the key is encrypted: write it without a password, with openssl pkey");
  if (!key) return wrong(file, "it holds no private key in PEM that OpenSSL can read");
  if (X509_check_private_key(SSL_CTX_get0_certificate(&context), key.get()) != 1)
    return wrong(file, "this key does not belong to the certificate");
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1) return wrong(file, "OpenSSL does not take this key");
  return {};
}

// RFC 7301 §3.2: whoever offers protocols and not ours is told so, instead of being misunderstood.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 9> http = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, http.data(), http.size(), offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

bool offer_strong_tls(SSL_CTX& context) {
  SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                    SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(&context, 0);
  return SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1 &&  // RFC 8996
         SSL_CTX_set_cipher_list(&context, suites_of_tls12) == 1 && SSL_CTX_set1_groups_list(&context, groups) == 1;
}

result<tls_server::context_ptr> tls_server::read(const certificate_files& files) {
  context_ptr context(SSL_CTX_new(TLS_server_method()));
  if (!offer_strong_tls(*context)) return error{errc::unsupported, "this OpenSSL has no TLS 1.2 with ECDHE"};
  const auto chain = contents_of(files.certificate);
  if (!chain) return chain.why();
  if (const status ok = use_chain(*context, files.certificate, *chain); !ok) return ok.why();
  auto key = contents_of(files.key);
  if (!key) return key.why();
  const status ok = use_key(*context, files.key, *key);
  OPENSSL_cleanse(key->data(), key->size());
  if (!ok) return ok.why();
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);  // fewer system calls a record
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  return context;
}

result<std::unique_ptr<tls_server>> tls_server::load(certificate_files files) {
  auto context = read(files);
  if (!context) return context.why();
  return std::unique_ptr<tls_server>(new tls_server(std::move(files), std::move(*context)));
}

status tls_server::reload() {
  auto context = read(files_);
  if (!context) return context.why();
  const std::lock_guard lock(mutex_);
  context_ = std::move(*context);
  return {};
}

ssl_ptr tls_server::session() const {
  const std::lock_guard lock(mutex_);
  return ssl_ptr(SSL_new(context_.get()));  // which keeps the context
}

std::vector<std::string> tls_server::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names = tls::describe_certificate(*SSL_CTX_get0_certificate(context_.get())).names;
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return name.find('*') != std::string::npos; }),
              names.end());
  for (std::string& name : names)
    if (name.find(':') != std::string::npos) name = "[" + name + "]";
  return names;
}

std::string tls_server::not_after() const {
  const std::lock_guard lock(mutex_);
  return tls::describe_certificate(*SSL_CTX_get0_certificate(context_.get())).not_after;
}

}  // namespace smtpscope::net
