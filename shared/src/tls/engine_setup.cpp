// How OpenSSL is made ready for one side of a connection.

#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "engine_state.hpp"
#include "smtpscope/text/ip_address.hpp"
#include "smtpscope/tls/context.hpp"
#include "smtpscope/tls/pem.hpp"

namespace smtpscope::tls {
namespace {

// The usual order of OpenSSL without what has no forward secrecy or no authenticated encryption.
constexpr const char* chacha20_first_1_2 =
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE+AESGCM:DHE+CHACHA20:DHE+AESGCM";
constexpr const char* chacha20_first_1_3 = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";

error wrong(std::string what) {
  ERR_clear_error();
  return {errc::invalid_argument, std::move(what)};
}

error no_memory() { return wrong("OpenSSL cannot be made ready: memory has run out, or there is no randomness"); }

// RFC 7301 §3.1: each with its length in front.
result<std::string> alpn_octets(const std::vector<std::string>& protocols) {
  std::string out;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) return wrong("alpn: a protocol's name has 1 to 255 octets");
    (out += static_cast<char>(protocol.size())) += protocol;
  }
  if (out.size() > 65535) return wrong("alpn: too many protocols");
  return out;
}

engine::state& state_of(const SSL* session) {
  // The observer is the state's first member; OpenSSL carries the state itself beside it.
  return *static_cast<engine::state*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
}

void on_key(const SSL* session, const char* line) { state_of(session).watch.seen.emplace_back(key_log{line}); }

int on_session(SSL* session, SSL_SESSION* given) {
  if (SSL_SESSION_is_resumable(given) != 1) return 0;
  const int size = i2d_SSL_SESSION(given, nullptr);
  if (size <= 0) return 0;
  std::string octets(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(octets.data());
  i2d_SSL_SESSION(given, &out);
  state_of(session).watch.seen.emplace_back(session_given{secret(std::move(octets))});
  return 0;  // OpenSSL keeps its own
}

// RFC 7301 §3.2: the server's order decides.
int on_alpn(SSL* session, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
            unsigned offered_size, void*) {
  for (const std::string& own : state_of(session).alpn) {
    for (unsigned at = 0; at < offered_size && at + offered[at] < offered_size; at += 1U + offered[at]) {
      const std::string_view theirs(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
      if (theirs != own) continue;
      *chosen = offered + at + 1;
      *chosen_size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

status set_versions(SSL_CTX& context, version least, version most) {
  if (least > most) return wrong("the least version of TLS is above the most");
  SSL_CTX_set_min_proto_version(&context, static_cast<int>(least));
  SSL_CTX_set_max_proto_version(&context, static_cast<int>(most));
  return {};
}

status set_groups(SSL_CTX& context, const std::string& groups) {
  if (!groups.empty() && SSL_CTX_set1_groups_list(&context, groups.c_str()) != 1)
    return wrong("groups: a list such as X25519:P-256 is wanted");
  return {};
}

status set_suites(SSL_CTX& context, suite_order order) {
  switch (order) {
    case suite_order::usual: return {};
    case suite_order::chacha20_first:
      if (SSL_CTX_set_cipher_list(&context, chacha20_first_1_2) != 1 ||
          SSL_CTX_set_ciphersuites(&context, chacha20_first_1_3) != 1)
        return wrong("suites: this build has none of them");
      return {};
  }
  return {};
}

// Whether a session was made with `host`: the verdict on its certificate is not made anew.
bool session_fits(SSL_SESSION& session, const std::string& host) {
  X509* certificate = SSL_SESSION_get0_peer(&session);
  if (certificate == nullptr) return false;
  constexpr unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return text::parse_ip_address(host) ? X509_check_ip_asc(certificate, host.c_str(), 0) == 1
                                      : X509_check_host(certificate, host.data(), host.size(), flags, nullptr) == 1;
}

void resume(engine::state& made, const secret& octets) {
  const std::string_view der = octets.reveal();
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const saved_session_ptr session(d2i_SSL_SESSION(nullptr, &data, static_cast<long>(der.size())));
  if (session != nullptr && session_fits(*session, made.host)) SSL_set_session(made.session.get(), session.get());
  ERR_clear_error();
}

// Private key, own certificate, then those of its issuers.
status set_identity(SSL_CTX& context, std::string_view pem) {
  const key_ptr key(PEM_read_bio_PrivateKey(bio_over(pem).get(), nullptr, no_password, nullptr));
  if (key == nullptr) return wrong("identity: it holds no private key in PEM");
  const auto chain = parse_certificates(pem);
  if (!chain) return wrong("identity: " + chain.why().detail);
  X509* const own = chain->front().get();
  if (X509_check_private_key(own, key.get()) != 1) return wrong("identity: key and certificate do not belong together");
  if (SSL_CTX_use_certificate(&context, own) != 1 || SSL_CTX_use_PrivateKey(&context, key.get()) != 1)
    return wrong("identity: its certificate is too weak to be used, or of a kind OpenSSL does not know");
  for (std::size_t i = 1; i < chain->size(); ++i)
    if (SSL_CTX_add1_chain_cert(&context, (*chain)[i].get()) != 1)
      return wrong("identity: a certificate behind the first cannot be used");
  return {};
}

status set_tickets(SSL_CTX& context, std::optional<secret>& key) {
  if (!key) {
    SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(&context, 0);
    return {};
  }
  std::string octets(key->reveal());
  const bool fits = octets.size() == ticket_key_octets &&
                    SSL_CTX_set_tlsext_ticket_keys(&context, octets.data(), static_cast<long>(octets.size())) == 1;
  OPENSSL_cleanse(octets.data(), octets.size());
  if (!fits) return wrong("ticket_key: " + std::to_string(ticket_key_octets) + " octets are wanted");
  return {};
}

void log_keys(SSL_CTX& context, key_logging wanted) {
  if (wanted == key_logging::wanted) SSL_CTX_set_keylog_callback(&context, on_key);
}

}  // namespace

bool engine::state::attach() {
  session.reset(SSL_new(context.get()));
  bio_ptr in(BIO_new(BIO_s_mem()));
  bio_ptr out(BIO_new(BIO_s_mem()));
  if (session == nullptr || in == nullptr || out == nullptr) return false;
  // No octets yet is not the end.
  BIO_set_mem_eof_return(in.get(), -1);
  BIO_set_mem_eof_return(out.get(), -1);
  from_network = in.get();
  to_network = out.get();
  SSL_set_bio(session.get(), in.release(), out.release());
  observe(*session, watch);
  return true;
}

status prepare_client(engine::state& made, const client_options& options) {
  made.context = make_client_context(*options.roots.store().of);
  if (made.context == nullptr) return no_memory();
  SSL_CTX& context = *made.context;
  SSL_CTX_set_app_data(&context, &made);
  for (const status& ready : {set_versions(context, options.least, options.most), set_groups(context, options.groups),
                              set_suites(context, options.suites)})
    if (!ready) return ready;
  const result<std::string> alpn = alpn_octets(options.alpn);
  if (!alpn) return alpn.why();
  SSL_CTX_set_alpn_protos(&context, reinterpret_cast<const unsigned char*>(alpn->data()),
                          static_cast<unsigned>(alpn->size()));
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(&context, on_session);
  log_keys(context, options.keys);
  made.watch.verify = options.verify;
  made.host = options.host;
  made.port = options.port;
  made.begun = options.begun;
  made.where = options.where;
  if (!made.attach()) return no_memory();
  SSL_set_connect_state(made.session.get());
  if (!expect_host(*made.session, options.host)) return wrong("host: a DNS name or an IP address is wanted");
  if (options.resume) resume(made, *options.resume);
  return {};
}

status prepare_server(engine::state& made, server_options& options) {
  made.context.reset(SSL_CTX_new(TLS_server_method()));
  if (made.context == nullptr) return no_memory();
  SSL_CTX& context = *made.context;
  SSL_CTX_set_app_data(&context, &made);
  SSL_CTX_set_security_level(&context, 2);
  SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  for (const status& ready :
       {set_tickets(context, options.ticket_key), set_versions(context, options.least, options.most),
        set_groups(context, options.groups), set_identity(context, options.identity.reveal())})
    if (!ready) return ready;
  if (const result<std::string> alpn = alpn_octets(options.alpn); !alpn) return alpn.why();
  made.alpn = std::move(options.alpn);
  SSL_CTX_set_alpn_select_cb(&context, on_alpn, nullptr);
  log_keys(context, options.keys);
  made.host = "the client";
  if (!made.attach()) return no_memory();
  SSL_set_accept_state(made.session.get());
  return {};
}

}  // namespace smtpscope::tls
