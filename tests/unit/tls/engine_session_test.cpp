// Two engines back to back: however the octets are cut, whatever is agreed on, wherever the link ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/err.h>

#include "smtpscope/tls/engine.hpp"
#include "support/tls_pair.hpp"

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct terms {
  const char* name;
  version most;
  key_kind key;
  const char* groups;
  const char* expected_group;
  const char* expected_suite;
  suite_order order = suite_order::usual;
};

constexpr terms all_terms[] = {
    {"ecdsa_x25519", version::tls_1_3, key_kind::p256, "X25519", "X25519", "TLS_AES_256_GCM_SHA384"},
    {"rsa_p256", version::tls_1_3, key_kind::rsa2048, "P-256", "secp256r1", "TLS_AES_256_GCM_SHA384"},
    {"ed25519_p384", version::tls_1_3, key_kind::ed25519, "P-384", "secp384r1", "TLS_AES_256_GCM_SHA384"},
    {"chacha", version::tls_1_3, key_kind::p256, "X25519", "X25519", "TLS_CHACHA20_POLY1305_SHA256",
     suite_order::chacha20_first},
    {"old_ecdsa", version::tls_1_2, key_kind::p256, "P-256", "secp256r1", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {"old_rsa", version::tls_1_2, key_kind::rsa2048, "X25519", "X25519", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {"old_chacha", version::tls_1_2, key_kind::rsa2048, "X25519", "X25519",
     "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", suite_order::chacha20_first},
};

client_options client_for(const terms& t) {
  client_options options = client_of();
  options.most = t.most;
  options.suites = t.order;
  options.groups = t.groups;
  return options;
}

class EngineTerms : public testing::TestWithParam<terms> {};
INSTANTIATE_TEST_SUITE_P(All, EngineTerms, testing::ValuesIn(all_terms),
                         [](const auto& i) { return std::string(i.param.name); });

// A session with data both ways, ended in order by the client.
void whole_session(tls_pair& pair) {
  pair.run();
  std::string large(100'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  pair.write(pair.server, "220 server.example\r\n");
  pair.write(pair.client, large);
  EXPECT_EQ(pair.server.received, large);
  EXPECT_EQ(pair.client.received, "220 server.example\r\n");
  pair.client.engine.close();
  pair.run();
  EXPECT_NE(pair.server.first<close_notify_received>(), nullptr);
  EXPECT_FALSE(pair.client.engine.write("more").ok());
  EXPECT_EQ(pair.client.first<failed>(), nullptr);
  EXPECT_EQ(pair.server.first<failed>(), nullptr);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(EngineTerms, AgreeHoweverTheOctetsAreCut) {
  tls_pair at_once(client_for(GetParam()), server_with(test_server(GetParam().key)));
  whole_session(at_once);
  const auto* agreed = at_once.client.first<established>();
  ASSERT_NE(agreed, nullptr);
  EXPECT_EQ(agreed->group, GetParam().expected_group);
  EXPECT_EQ(agreed->suite, GetParam().expected_suite);
  EXPECT_TRUE(agreed->verified);
  EXPECT_EQ(agreed->binding.exporter, at_once.server.first<established>()->binding.exporter);
  std::vector<cutter> cuts = {octet_by_octet()};
  for (unsigned seed = 1; seed <= 5; ++seed) cuts.push_back(random_pieces(seed));
  for (const cutter& cut : cuts) {
    tls_pair pair(client_for(GetParam()), server_with(test_server(GetParam().key)), cut);
    whole_session(pair);
    EXPECT_EQ(pair.client.messages(), at_once.client.messages());
    EXPECT_EQ(pair.client.first<established>()->suite, agreed->suite);
  }
}

// After every flight: before the end of the handshake it failed, later what came may not be all.
TEST_P(EngineTerms, TellWhereTheLinkIsCut) {
  tls_pair uncut(client_for(GetParam()), server_with(test_server(GetParam().key)));
  uncut.run();
  for (std::size_t flights = 0; flights <= uncut.flights(); ++flights) {
    SCOPED_TRACE(flights);
    tls_pair pair(client_for(GetParam()), server_with(test_server(GetParam().key)));
    pair.run(flights);
    for (tls_end* end : {&pair.client, &pair.server}) {
      const bool open = end->first<established>() != nullptr;
      end->engine.peer_closed();
      end->collect();
      EXPECT_EQ(end->count<truncated>(), open ? 1U : 0U);
      EXPECT_EQ(end->count<failed>(), open ? 0U : 1U);
      if (!open) {
        EXPECT_EQ(end->first<failed>()->what, code::reset);
        EXPECT_THAT(end->first<failed>()->message, HasSubstr("hung up during the TLS handshake"));
      }
      end->engine.receive("more", tls_today);
      EXPECT_FALSE(end->engine.next().has_value());
    }
  }
}

// Records are told before what they carry, and what is inside a protected one is known as such.
TEST_P(EngineTerms, TellWhatIsEncryptedFromWhere) {
  tls_pair pair(client_for(GetParam()), server_with(test_server(GetParam().key)));
  whole_session(pair);
  for (const event& e : pair.client.events) {
    if (const auto* seen = std::get_if<message_seen>(&e)) {
      const std::string& type = seen->what.type;
      const bool clear = type == "client_hello" || type == "server_hello" || type == "change_cipher_spec" ||
                         (GetParam().most == version::tls_1_2 && type != "finished" && type != "alert");
      EXPECT_EQ(seen->what.cover == protection::clear, clear) << type;
    }
  }
  EXPECT_GT(pair.client.count<record_seen>(), 10U);
  EXPECT_EQ(pair.client.count<chain_received>(), 1U);
  const certificate& own = pair.client.first<chain_received>()->certificates.at(0);
  EXPECT_EQ(own.subject, "CN=server.example");
  EXPECT_THAT(own.names, testing::ElementsAre("server.example"));
  EXPECT_EQ(own.not_before, "2026-05-27T20:26:40Z");
  EXPECT_EQ(own.sha256.size(), 64U);
  EXPECT_EQ(own.serial.substr(0, 2), "05");
}

TEST_P(EngineTerms, ResumeASession) {
  const secret key(std::string(ticket_key_octets, 't'));
  server_options with_tickets = server_with(test_server(GetParam().key));
  with_tickets.ticket_key = key;
  tls_pair first(client_for(GetParam()), with_tickets);
  first.run();
  const auto* given = first.client.first<session_given>();
  ASSERT_NE(given, nullptr);
  EXPECT_FALSE(first.client.first<established>()->resumed);

  client_options again = client_for(GetParam());
  again.resume = given->session;
  tls_pair second(again, with_tickets);
  whole_session(second);
  EXPECT_TRUE(second.client.first<established>()->resumed);
  EXPECT_TRUE(second.client.first<established>()->verified);
  EXPECT_EQ(second.client.count<chain_received>(), 0U);
  EXPECT_THAT(second.client.messages(), Not(Contains("s2c certificate")));
  EXPECT_NE(second.client.first<established>()->binding.exporter, first.client.first<established>()->binding.exporter);

  // A session of another host, or one that is no session, is not offered.
  again.host = "elsewhere.example";
  tls_pair elsewhere(again, with_tickets);
  elsewhere.run();
  EXPECT_EQ(elsewhere.client.first<failed>()->why, reason::name_mismatch);
  again = client_for(GetParam());
  again.resume = secret("no session");
  tls_pair broken(again, with_tickets);
  whole_session(broken);
  EXPECT_FALSE(broken.client.first<established>()->resumed);
}

// A session that was let through without a verdict is none to a client that demands one.
TEST(TlsEngine, DoesNotResumeWhatWasOnlyRecorded) {
  server_options server = server_with(make_self_signed({}));
  server.ticket_key = secret(std::string(ticket_key_octets, 't'));
  client_options careless = client_of();
  careless.verify = verification::recorded;
  tls_pair first(careless, server);
  first.run();
  ASSERT_NE(first.client.first<established>(), nullptr);
  EXPECT_FALSE(first.client.first<established>()->verified);
  client_options again = client_of();
  again.resume = first.client.first<session_given>()->session;
  tls_pair second(again, server);
  second.run();
  EXPECT_EQ(second.client.first<established>(), nullptr);
  EXPECT_EQ(second.client.first<failed>()->what, code::tls_verify);
}

TEST(TlsEngine, RetriesWithAGroupOfTheServers) {
  client_options client = client_of();
  client.groups = "X25519:P-256";
  server_options server = server_with();
  server.groups = "P-256";
  for (const cutter& cut : {whole(), octet_by_octet()}) {
    tls_pair pair(client, server, cut);
    whole_session(pair);
    EXPECT_EQ(pair.client.first<established>()->group, "secp256r1");
    EXPECT_THAT(pair.client.messages(), Contains("s2c hello_retry_request"));
  }
}

TEST(TlsEngine, AgreesOnAProtocolInTheServersOrder) {
  client_options client = client_of();
  client.alpn = {"smtp", "h2"};
  server_options server = server_with();
  server.alpn = {"x", "h2", "smtp"};
  tls_pair pair(client, server);
  pair.run();
  EXPECT_EQ(pair.client.first<established>()->alpn, "h2");
  EXPECT_EQ(pair.server.first<established>()->alpn, "h2");
  server.alpn = {"other"};
  tls_pair none(client, server);
  none.run();
  EXPECT_EQ(none.client.first<established>()->alpn, "");
}

TEST(TlsEngine, GivesKeysOnlyWhenAsked) {
  tls_pair quiet(client_of(), server_with());
  whole_session(quiet);
  EXPECT_EQ(quiet.client.count<key_log>() + quiet.server.count<key_log>(), 0U);
  client_options asking = client_of();
  asking.keys = key_logging::wanted;
  tls_pair pair(asking, server_with());
  whole_session(pair);
  ASSERT_GE(pair.client.count<key_log>(), 4U);
  EXPECT_THAT(pair.client.first<key_log>()->line, HasSubstr("_TRAFFIC_SECRET"));
  EXPECT_EQ(pair.server.count<key_log>(), 0U);
}

TEST(TlsEngine, SendsItsNameForNamesOnly) {
  certificate_plan plan;
  plan.alternatives = {"DNS:server.example", "IP:192.0.2.1", "IP:2001:db8::1"};
  const tls_identity by_address = make_identity(plan, test_authority());
  for (const char* host : {"192.0.2.1", "2001:db8::1", "2001:DB8:0::1", "server.example"}) {
    client_options client = client_of();
    client.host = host;
    tls_pair pair(client, server_with(by_address));
    pair.run();
    ASSERT_NE(pair.client.first<established>(), nullptr) << host;
    const bool named = std::string_view(host) == "server.example";
    for (const event& e : pair.client.events)
      if (const auto* m = std::get_if<message_seen>(&e); m != nullptr && m->what.type == "client_hello") {
        EXPECT_EQ(m->what.data.contains("server_name"), named) << host;
      }
  }
  client_options other = client_of();
  other.host = "192.0.2.2";
  tls_pair pair(other, server_with(by_address));
  pair.run();
  EXPECT_EQ(pair.client.first<failed>()->why, reason::name_mismatch);
}

// Every octet of what a server says in the session, changed: nothing of it is taken for data.
TEST(TlsEngine, EndsWhenARecordWasChanged) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{20}}) {
    tls_pair pair(client_of(), server_with());
    pair.run();
    ASSERT_TRUE(pair.server.engine.write("250 all is well\r\n").ok());
    pair.server.collect();
    pair.server.to_send[at] ^= 1;
    pair.run();
    pair.client.engine.peer_closed();
    pair.client.collect();
    EXPECT_EQ(pair.client.received, "") << at;
    EXPECT_EQ(pair.client.count<failed>() + pair.client.count<truncated>(), 1U) << at;
    if (const auto* no = pair.client.first<failed>()) {
      EXPECT_EQ(no->what, code::tls_protocol);
      EXPECT_THAT(no->message, HasSubstr("changed on the way"));
    }
  }
}

TEST(TlsEngine, LeavesQuietlyInTheMiddleOfAHandshake) {
  tls_pair pair(client_of(), server_with());
  pair.run(1);
  pair.client.engine.close();
  pair.client.collect();
  pair.client.engine.receive("anything", tls_today);
  pair.client.engine.peer_closed();
  pair.client.collect();
  EXPECT_EQ(pair.client.first<failed>(), nullptr);
  EXPECT_FALSE(pair.client.engine.write("x").ok());
}

TEST(TlsEngine, SaysWhatIsWrongWithItsOptions) {
  const auto complaint = [](client_options options) {
    const result<engine> made = engine::client(std::move(options));
    return made ? std::string("none") : made.why().detail;
  };
  client_options options = client_of();
  options.host = "";
  EXPECT_THAT(complaint(options), HasSubstr("host"));
  options = client_of();
  options.alpn = {std::string(256, 'x')};
  EXPECT_THAT(complaint(options), HasSubstr("alpn"));
  options = client_of();
  options.groups = "X25519:nonsense";
  EXPECT_THAT(complaint(options), HasSubstr("groups"));
  options = client_of();
  options.least = version::tls_1_3;
  options.most = version::tls_1_2;
  EXPECT_THAT(complaint(options), HasSubstr("version"));
  const auto server_complaint = [](server_options of) {
    const result<engine> made = engine::server(std::move(of));
    return made ? std::string("none") : made.why().detail;
  };
  EXPECT_THAT(server_complaint({}), HasSubstr("identity"));
  server_options mixed;
  mixed.identity = secret(test_server().key + test_server(key_kind::rsa2048).certificate);
  EXPECT_THAT(server_complaint(std::move(mixed)), HasSubstr("do not belong together"));
  server_options sealed = server_with();
  sealed.ticket_key = secret("short");
  EXPECT_THAT(server_complaint(std::move(sealed)), HasSubstr("ticket_key"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace smtpscope::tls
