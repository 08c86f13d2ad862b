#include "smtpscope/tls/observer.hpp"

#include <string_view>
#include <utility>

#include <openssl/err.h>

#include "alert_name.hpp"
#include "smtpscope/tls/certificate_text.hpp"
#include "smtpscope/tls/verification.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::size_t record_header_octets = 5;

enum class generation : std::uint8_t { before_1_3, tls_1_3 };
enum class origin : std::uint8_t { own, peer };

std::size_t index_of(direction dir) { return dir == direction::client_to_server ? 0 : 1; }

void on_content(observer& by, generation of, direction dir, content_type content, std::string_view octets) {
  const protection cover = by.last_record[index_of(dir)];
  message_seen told{by.viewer.view(dir, content, cover, octets)};
  if (by.clock != nullptr) told.what.at = by.clock() - by.begun;
  by.seen.emplace_back(std::move(told));
  // RFC 5246 §7.1: what follows is protected. In TLS 1.3 it means nothing (RFC 8446 §D.4).
  if (content == content_type::change_cipher_spec && of == generation::before_1_3)
    by.after_change[index_of(dir)] = protection::encrypted;
  if (content == content_type::alert && octets.size() == 2)
    by.seen.emplace_back(alert_seen{dir, alert_level(static_cast<std::uint8_t>(octets[0])),
                                    alert_name(static_cast<std::uint8_t>(octets[1]))});
}

void on_bounded_content(observer& by, generation of, direction dir, content_type content, std::string_view octets) {
  if (by.messages == observer::most_messages) return;
  ++by.messages;
  on_content(by, of, dir, content, octets);
}

// RFC 8446 §5.1: type, version, length. Under TLS 1.3 what is encrypted calls itself application_data.
void on_record(observer& by, generation of, origin from, direction dir, std::string_view header) {
  const auto at = [header](std::size_t i) { return static_cast<std::uint8_t>(header[i]); };
  record_seen record;
  record.dir = dir;
  record.content = at(0);
  record.version = static_cast<std::uint16_t>(at(1) << 8 | at(2));
  record.length = static_cast<std::uint16_t>(at(3) << 8 | at(4));
  const auto content = static_cast<content_type>(record.content);
  // OpenSSL also shows what it will refuse at once, such as the greeting of a server without TLS.
  if (name(content) == "unknown" || at(1) != 3) return;
  if (from == origin::peer) by.peer_speaks_tls = true;
  record.cover = content == content_type::application_data ? protection::encrypted : by.after_change[index_of(dir)];
  by.last_record[index_of(dir)] = record.cover;
  by.seen.emplace_back(record);
  // OpenSSL shows the change_cipher_spec that it sends, and not the one that it receives.
  if (from == origin::peer && content == content_type::change_cipher_spec && record.length == 1)
    on_bounded_content(by, of, dir, content, "\x01");
}

void on_message(int written, int, int content, const void* data, std::size_t size, SSL* session, void* argument) {
  auto& by = *static_cast<observer*>(argument);
  const bool to_server = (written != 0) != (SSL_is_server(session) == 1);
  const auto dir = to_server ? direction::client_to_server : direction::server_to_client;
  const auto of = SSL_version(session) >= TLS1_3_VERSION ? generation::tls_1_3 : generation::before_1_3;
  const auto from = written == 0 ? origin::peer : origin::own;
  const std::string_view octets(static_cast<const char*>(data), size);
  switch (content) {
    case SSL3_RT_HEADER:
      if (size == record_header_octets) on_record(by, of, from, dir, octets);
      return;
    case SSL3_RT_CHANGE_CIPHER_SPEC:
    case SSL3_RT_ALERT:
    case SSL3_RT_HANDSHAKE: return on_bounded_content(by, of, dir, static_cast<content_type>(content), octets);
    default: return;  // OpenSSL's own kinds, such as the type inside a record of TLS 1.3
  }
}

// Who trusts whoever has some certificate trusts anybody: without a name or an address that it has to be for,
// it is for none.
bool is_for_somebody(X509_STORE_CTX& chain) {
  X509_VERIFY_PARAM* const expected = X509_STORE_CTX_get0_param(&chain);
  char* const address = X509_VERIFY_PARAM_get1_ip_asc(expected);
  const bool named = address != nullptr || X509_VERIFY_PARAM_get0_host(expected, 0) != nullptr;
  OPENSSL_free(address);
  if (!named) X509_STORE_CTX_set_error(&chain, X509_V_ERR_HOSTNAME_MISMATCH);
  return named;
}

// Of what is protected once and for all.
void on_late_message(int written, int version, int content, const void* data, std::size_t size, SSL* session,
                     void* argument) {
  if (content != SSL3_RT_HEADER) on_message(written, version, content, data, size, session, argument);
}

}  // namespace

void observe(SSL& session, observer& by) {
  SSL_set_app_data(&session, &by);
  SSL_set_msg_callback(&session, on_message);
  SSL_set_msg_callback_arg(&session, &by);
}

void observe_messages(SSL& session) { SSL_set_msg_callback(&session, on_late_message); }

extern "C" int smtpscope_observe_verification(X509_STORE_CTX* chain, void*) {
  const auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& by = *static_cast<observer*>(SSL_get_app_data(session));
  by.shown = describe_chain(X509_STORE_CTX_get0_untrusted(chain));
  by.seen.emplace_back(chain_received{by.shown});
  if (X509_verify_cert(chain) == 1 && is_for_somebody(*chain)) return 1;
  by.refused = refusal_of(*chain);
  if (by.verify == verification::demanded) return 0;
  ERR_clear_error();  // the handshake goes on
  return 1;
}

}  // namespace smtpscope::tls
