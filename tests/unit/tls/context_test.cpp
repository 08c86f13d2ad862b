#include "smtpscope/tls/context.hpp"

#include <gtest/gtest.h>

#include "smtpscope/tls/engine.hpp"
#include "smtpscope/tls/observer.hpp"
#include "support/tls_pair.hpp"

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;

// A session of OpenSSL's own with test_server(), as hosts make them that let it use a socket.
std::optional<refusal> refusal_for(const std::string& host) {
  const store_ptr trusted(X509_STORE_new());
  EXPECT_TRUE(add_certificates(*trusted, test_authority().certificate).ok());
  const context_ptr context = make_client_context(*trusted);
  observer watch;
  const session_ptr session(SSL_new(context.get()));
  observe(*session, watch);
  static_cast<void>(expect_host(*session, host));
  X509_VERIFY_PARAM_set_time(SSL_get0_param(session.get()), tls_today.count());
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(session.get(), in, out);
  tls_end server(std::move(*engine::server(server_with())));
  for (int flight = 0; flight < 4; ++flight) {
    SSL_connect(session.get());
    char* said = nullptr;
    const long size = BIO_get_mem_data(out, &said);
    server.engine.receive({said, static_cast<std::size_t>(size)}, tls_today);
    BIO_reset(out);
    server.collect();
    const std::string answer = std::exchange(server.to_send, {});
    BIO_write(in, answer.data(), static_cast<int>(answer.size()));
  }
  EXPECT_EQ(SSL_is_init_finished(session.get()) == 1, !watch.refused.has_value());
  return watch.refused;
}

TEST(TlsContext, TakesNobodyWhereItIsNotSaidWhoIsExpected) {
  EXPECT_FALSE(refusal_for("server.example").has_value());
  const std::string too_long(300, 'a');  // for a name in TLS: it cannot be expected
  for (const std::string& none : {std::string(), too_long}) {
    const auto refused = refusal_for(none);
    ASSERT_TRUE(refused.has_value()) << none;
    EXPECT_EQ(refused->why, reason::name_mismatch);
  }
}

}  // namespace
}  // namespace smtpscope::tls
