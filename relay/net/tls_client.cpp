#include "relay/net/tls_client.hpp"

#include <chrono>
#include <utility>

#include <openssl/err.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "relay/base/durable_file.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/tls/context.hpp"
#include "smtpscope/tls/report.hpp"
#include "smtpscope/tls/verification.hpp"

namespace smtpscope::net {
namespace {

constexpr std::size_t most_octets_of_pem = std::size_t{4} << 20;

microseconds steady_time() {
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

tls::context_ptr context_that_trusts(X509_STORE& store) {
  tls::context_ptr context = tls::make_client_context(store);
  SSL_CTX_set_read_ahead(context.get(), 1);  // fewer system calls a record
  return context;
}

}  // namespace

result<tls_client> tls_client::with_system_roots(const std::vector<std::filesystem::path>& more) {
  const tls::store_ptr store(X509_STORE_new());
  X509_STORE_set_default_paths(store.get());
  ERR_clear_error();  // a machine without authorities is one that trusts the files only
  for (const auto& file : more) {
    const io_result<std::string> pem = read_file(file, most_octets_of_pem);
    if (!pem) return error{errc::invalid_argument, file.string() + ": " + pem.error().message()};
    if (const status ok = tls::add_certificates(*store, *pem); !ok)
      return error{errc::invalid_argument, file.string() + ": " + ok.why().detail};
  }
  return tls_client(context_that_trusts(*store));
}

result<tls_client> tls_client::with_only(const std::string& pem) {
  const tls::store_ptr store(X509_STORE_new());
  if (const status ok = tls::add_certificates(*store, pem); !ok) return ok.why();
  return tls_client(context_that_trusts(*store));
}

ssl_ptr tls_client::session(const std::string& host, handshake_record& record) const {
  ssl_ptr session(SSL_new(context_.get()));
  record.clock = steady_time;
  record.begun = steady_time();
  tls::observe(*session, record);
  // Hosts come from the policy or the command line, which know names from what is none.
  static_cast<void>(tls::expect_host(*session, host));
  return session;
}

std::vector<tunnel::handshake_message> take_messages(handshake_record& record) {
  std::vector<tunnel::handshake_message> messages;
  for (tls::event& e : std::exchange(record.seen, {}))
    if (auto* seen = std::get_if<tls::message_seen>(&e)) messages.push_back(std::move(seen->what));
  return messages;
}

tunnel::tls_report make_report(SSL& session, handshake_record& record, microseconds us) {
  tls::established agreed = tls::describe_session(session);
  tunnel::tls_report report;
  report.version = std::move(agreed.version);
  report.suite = std::move(agreed.suite);
  report.group = std::move(agreed.group);
  report.verified = agreed.verified;
  for (const tls::certificate& c : agreed.chain) report.chain.push_back(text::base64_encode(c.der));
  report.certificates = std::move(agreed.chain);
  report.anchor = std::move(agreed.anchor);
  report.us = us;
  report.messages = take_messages(record);
  return report;
}

tls_failure explain_failure(const handshake_record& record, const error_code& ec) {
  if (ec.category() != asio::error::get_ssl_category()) return {tunnel::code::reset, {tls::reason::broken, {}, {}}};
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && record.refused) return {tunnel::code::tls_verify, *record.refused};
  return {tunnel::code::tls_protocol,
          {record.peer_speaks_tls ? tls::reason_of_protocol(reason) : tls::reason::not_tls, {}, {}}};
}

}  // namespace smtpscope::net
