#include "relay/net/tls_client.hpp"

#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "relay/base/durable_file.hpp"
#include "relay/net/certificate_text.hpp"
#include "relay/net/x509.hpp"
#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::net {
namespace {

constexpr std::size_t most_octets_of_pem = std::size_t{4} << 20;

// RFC 8446 §4, RFC 5246 §7.4.
std::string message_type(unsigned type) {
  switch (type) {
    case 0: return "hello_request";
    case 1: return "client_hello";
    case 2: return "server_hello";
    case 4: return "new_session_ticket";
    case 5: return "end_of_early_data";
    case 8: return "encrypted_extensions";
    case 11: return "certificate";
    case 12: return "server_key_exchange";
    case 13: return "certificate_request";
    case 14: return "server_hello_done";
    case 15: return "certificate_verify";
    case 16: return "client_key_exchange";
    case 20: return "finished";
    case 22: return "certificate_status";
    case 24: return "key_update";
    default: return "handshake_" + std::to_string(type);
  }
}

// OpenSSL shows every message, both ways. Only what belongs to the handshake is kept: a session may
// last long, and its tickets and alerts are no part of the report.
void on_message(int written, int, int content_type, const void* data, std::size_t size, SSL* session, void* argument) {
  constexpr std::size_t enough = 64;
  auto& messages = static_cast<handshake_record*>(argument)->messages;
  if (size == 0 || messages.size() == enough || SSL_is_init_finished(session) == 1) return;
  const auto dir = written != 0 ? tunnel::direction::client_to_server : tunnel::direction::server_to_client;
  const auto length = static_cast<std::uint32_t>(size);
  if (content_type == SSL3_RT_HANDSHAKE)
    messages.push_back({message_type(*static_cast<const unsigned char*>(data)), dir, length});
  else if (content_type == SSL3_RT_CHANGE_CIPHER_SPEC)
    messages.push_back({"change_cipher_spec", dir, length});
  else if (content_type == SSL3_RT_ALERT)
    messages.push_back({"alert", dir, length});
}

// Keeps what the server showed before OpenSSL throws it away with the session.
int on_verify(int good, X509_STORE_CTX* context) {
  if (good == 1) return 1;
  const auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* record = static_cast<handshake_record*>(SSL_get_app_data(session));
  if (record->refused.empty()) {
    record->refused = describe_chain(X509_STORE_CTX_get0_untrusted(context));
    record->why = reason_of_verification(*context);
  }
  return 0;
}

// Adds every certificate of the text; a text without any is an error.
status trust(SSL_CTX& context, const std::string& pem) {
  const auto read = parse_certificates(pem);
  if (!read) return error{errc::invalid_argument, read.why().detail};
  for (const certificate_ptr& certificate : *read) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), certificate.get()) == 1) continue;
    ERR_clear_error();
    return error{errc::invalid_argument, "a certificate in it cannot be used"};
  }
  return {};
}

}  // namespace

tls_client::context_ptr tls_client::make_context() {
  context_ptr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, on_verify);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_read_ahead(context.get(), 1);  // fewer system calls a record
  return context;
}

result<tls_client> tls_client::with_system_roots(const std::vector<std::filesystem::path>& more) {
  context_ptr context = make_context();
  SSL_CTX_set_default_verify_paths(context.get());
  ERR_clear_error();  // a machine without authorities is one that trusts the files only
  for (const auto& file : more) {
    const io_result<std::string> pem = read_file(file, most_octets_of_pem);
    if (!pem) return error{errc::invalid_argument, file.string() + ": " + pem.error().message()};
    if (const status ok = trust(*context, *pem); !ok)
      return error{errc::invalid_argument, file.string() + ": " + ok.why().detail};
  }
  return tls_client(std::move(context));
}

result<tls_client> tls_client::with_only(const std::string& pem) {
  context_ptr context = make_context();
  if (const status ok = trust(*context, pem); !ok) return ok.why();
  return tls_client(std::move(context));
}

ssl_ptr tls_client::session(const std::string& host, handshake_record& record) const {
  ssl_ptr session(SSL_new(context_.get()));
  SSL_set_app_data(session.get(), &record);
  SSL_set_msg_callback(session.get(), on_message);
  SSL_set_msg_callback_arg(session.get(), &record);
  if (tunnel::parse_ip_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(session.get(), host.c_str());  // RFC 6066 §3: names only
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set1_host(session.get(), host.c_str());
  }
  return session;
}

}  // namespace smtpscope::net
