#include "smtpscope/tls/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_pair.hpp"

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;
using testing::ElementsAre;

TEST(TlsEngine, AgreesAndCarriesDataBothWays) {
  tls_pair pair(client_of(), server_with());
  pair.run();
  const auto* agreed = pair.client.first<established>();
  ASSERT_NE(agreed, nullptr);
  EXPECT_EQ(agreed->version, "TLSv1.3");
  EXPECT_TRUE(agreed->verified);
  EXPECT_EQ(agreed->anchor, "CN=Test authority");
  EXPECT_EQ(agreed->chain.size(), 2U);
  EXPECT_FALSE(agreed->binding.exporter.empty());
  ASSERT_NE(pair.server.first<established>(), nullptr);
  EXPECT_EQ(agreed->binding.exporter, pair.server.first<established>()->binding.exporter);
  EXPECT_EQ(agreed->binding.server_end_point, pair.server.first<established>()->binding.server_end_point);
  pair.write(pair.client, "EHLO client.example\r\n");
  EXPECT_EQ(pair.server.received, "EHLO client.example\r\n");
  pair.write(pair.server, "250 server.example\r\n");
  EXPECT_EQ(pair.client.received, "250 server.example\r\n");
}

TEST(TlsEngine, TellsEveryMessageOfBothVersions) {
  tls_pair pair(client_of(), server_with());
  pair.run();
  EXPECT_THAT(pair.client.messages(),
              ElementsAre("c2s client_hello", "s2c server_hello", "s2c change_cipher_spec", "s2c encrypted_extensions",
                          "s2c certificate", "s2c certificate_verify", "s2c finished", "c2s change_cipher_spec",
                          "c2s finished"));
  client_options old = client_of();
  old.most = version::tls_1_2;
  tls_pair older(old, server_with());
  older.run();
  EXPECT_THAT(older.client.messages(),
              ElementsAre("c2s client_hello", "s2c server_hello", "s2c certificate", "s2c server_key_exchange",
                          "s2c server_hello_done", "c2s client_key_exchange", "c2s change_cipher_spec", "c2s finished",
                          "s2c change_cipher_spec", "s2c finished"));
}

TEST(TlsEngine, TellsAnEndInOrderFromOneThatIsNot) {
  tls_pair pair(client_of(), server_with());
  pair.run();
  pair.server.engine.close();
  pair.run();
  EXPECT_NE(pair.client.first<close_notify_received>(), nullptr);
  pair.client.engine.peer_closed();
  pair.client.collect();
  EXPECT_EQ(pair.client.first<truncated>(), nullptr);

  tls_pair cut(client_of(), server_with());
  cut.run();
  cut.client.engine.peer_closed();
  cut.client.collect();
  EXPECT_NE(cut.client.first<truncated>(), nullptr);
}

TEST(TlsEngine, RefusesAnotherHostsCertificate) {
  client_options options = client_of();
  options.host = "other.example";
  tls_pair pair(options, server_with());
  pair.run();
  const auto* no = pair.client.first<failed>();
  ASSERT_NE(no, nullptr);
  EXPECT_EQ(no->what, code::tls_verify);
  EXPECT_EQ(no->why, reason::name_mismatch);
  EXPECT_EQ(no->failing, 0U);
  EXPECT_THAT(no->message, testing::HasSubstr("not for other.example but for server.example"));
  const auto* told = pair.server.first<alert_seen>();
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->description, "bad_certificate");
}

}  // namespace
}  // namespace smtpscope::tls
