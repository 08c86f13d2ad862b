// A server that keeps talking about TLS itself: the session goes on, and what is told of it stays bounded.

#include <gtest/gtest.h>

#include "smtpscope/tls/observer.hpp"
#include "smtpscope/tls/pem.hpp"
#include "support/tls_pair.hpp"

#include <openssl/pem.h>

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;

// A server of OpenSSL's own: an engine never asks for new keys.
struct talking_server {
  context_ptr context{SSL_CTX_new(TLS_server_method())};
  session_ptr session;
  BIO* in = nullptr;  // both are the session's
  BIO* out = nullptr;

  talking_server() {
    const key_ptr key(PEM_read_bio_PrivateKey(bio_over(test_server().key).get(), nullptr, nullptr, nullptr));
    const auto chain = parse_certificates(test_server().certificate);
    SSL_CTX_use_certificate(context.get(), chain->front().get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    session.reset(SSL_new(context.get()));
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    SSL_set_bio(session.get(), in, out);
    SSL_set_accept_state(session.get());
  }

  // What it says now goes to the client, and what that answers comes back.
  void exchange(tls_end& client) {
    char* said = nullptr;
    const long size = BIO_get_mem_data(out, &said);
    client.engine.receive({said, static_cast<std::size_t>(size)}, tls_today);
    BIO_reset(out);
    client.collect();
    const std::string answer = std::exchange(client.to_send, {});
    BIO_write(in, answer.data(), static_cast<int>(answer.size()));
  }
};

TEST(TlsFlood, OfNewKeysIsToldUpToABound) {
  talking_server server;
  tls_end client(std::move(*engine::client(client_of())));
  client.engine.start(tls_today);
  for (int flight = 0; flight < 4; ++flight) {
    server.exchange(client);
    SSL_do_handshake(server.session.get());
  }
  ASSERT_NE(client.first<established>(), nullptr);
  for (int i = 0; i < 1000; ++i) {
    SSL_key_update(server.session.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(server.session.get());
    server.exchange(client);
  }
  SSL_write(server.session.get(), "250 here I am", 13);
  server.exchange(client);
  EXPECT_EQ(client.received, "250 here I am");
  EXPECT_EQ(client.count<message_seen>(), observer::most_messages);
}

}  // namespace
}  // namespace smtpscope::tls
