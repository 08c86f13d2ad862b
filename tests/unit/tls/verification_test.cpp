// Every way in which a server is not to be trusted has its own reason, and names the certificate at fault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtpscope/tls/engine.hpp"
#include "smtpscope/tls/trust.hpp"
#include "support/tls_pair.hpp"

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;
using std::chrono::hours;
using testing::HasSubstr;

struct bad_server {
  const char* name;
  tls_identity identity;
  reason why;
  std::optional<std::size_t> failing;
  const char* text;
  const char* alert;
  std::string host = "server.example";
};

tls_identity server_like(void (*change)(certificate_plan&)) {
  certificate_plan plan;
  change(plan);
  return make_identity(plan, test_authority());
}

const tls_identity& intermediate() {
  static const tls_identity made = make_identity({"Intermediate",
                                                  {},
                                                  key_kind::p256,
                                                  tls_today - hours(240),
                                                  tls_today + hours(240),
                                                  certificate_plan::role::authority},
                                                 test_authority());
  return made;
}

tls_identity below(const tls_identity& issuer, const char* url, const std::string& chain) {
  certificate_plan plan;
  plan.issuer_is_at = url;
  tls_identity made = make_identity(plan, issuer);
  made.certificate += chain;
  return made;
}

tls_identity with_expired_intermediate() {
  const tls_identity old = make_identity({"Old intermediate",
                                          {},
                                          key_kind::p256,
                                          tls_today - hours(240),
                                          tls_today - hours(24),
                                          certificate_plan::role::authority},
                                         test_authority());
  return below(old, "", old.certificate);
}

// Signed with another key than the authority's of that name.
tls_identity forged() {
  certificate_plan authority{"Test authority",      {},
                             key_kind::p256,        tls_today - hours(24),
                             tls_today + hours(24), certificate_plan::role::authority};
  return make_identity({}, make_self_signed(authority));
}

std::vector<bad_server> bad_servers() {
  const tls_identity unknown = make_self_signed({"Nobody's authority",
                                                 {},
                                                 key_kind::p256,
                                                 tls_today - hours(240),
                                                 tls_today + hours(240),
                                                 certificate_plan::role::authority});
  return {
      {"expired", server_like([](auto& p) { p.until = tls_today - hours(1); }), reason::expired, 0,
       "has expired on 2026-05-28", "certificate_expired"},
      {"not_yet_valid", server_like([](auto& p) { p.from = tls_today + hours(1); }), reason::not_yet_valid, 0,
       "begins on 2026-05-28", "bad_certificate"},
      {"expired_intermediate", with_expired_intermediate(), reason::expired, 1,
       "Certificate 2 of those that server.example sent, that of CN=Old intermediate, has expired on 2026-05-27",
       "certificate_expired"},
      {"wrong_name", test_server(), reason::name_mismatch, 0, "not for mail.example but for server.example",
       "bad_certificate", "mail.example"},
      {"partial_wildcard", server_like([](auto& p) { p.alternatives = {"DNS:ser*.example"}; }), reason::name_mismatch,
       0, "but for ser*.example", "bad_certificate"},
      {"wildcard_too_deep", server_like([](auto& p) { p.alternatives = {"DNS:*.example"}; }), reason::name_mismatch, 0,
       "but for *.example", "bad_certificate", "a.b.example"},
      {"no_host_names", server_like([](auto& p) { p.alternatives.clear(); }), reason::no_host_names, 0,
       "names no host in its subjectAltName", "bad_certificate"},
      {"self_signed", make_self_signed({}), reason::self_signed, 0, "is signed by itself", "unknown_ca"},
      {"unknown_root", below(unknown, "", ""), reason::unknown_authority, 0, "does not know", "unknown_ca"},
      {"unknown_root_sent", below(unknown, "", unknown.certificate), reason::unknown_authority, 1, "does not know",
       "unknown_ca"},
      {"of_a_client", server_like([](auto& p) { p.only_for = "clientAuth"; }), reason::other, 0,
       "The certificate of server.example could not be verified", "unsupported_certificate"},
      {"forged", forged(), reason::other, 0, "could not be verified", "decrypt_error"},
      {"missing_intermediate", below(intermediate(), "http://issuer.example/ca.der", ""), reason::incomplete_chain, 0,
       "whose own certificate the server did not send", "unknown_ca"},
  };
}

class BadServers : public testing::TestWithParam<bad_server> {};
INSTANTIATE_TEST_SUITE_P(All, BadServers, testing::ValuesIn(bad_servers()),
                         [](const auto& i) { return std::string(i.param.name); });

TEST_P(BadServers, AreRefusedWithTheirOwnReason) {
  for (const version most : {version::tls_1_2, version::tls_1_3}) {
    client_options options = client_of();
    options.host = GetParam().host;
    options.most = most;
    tls_pair pair(options, server_with(GetParam().identity));
    pair.run();
    const auto* no = pair.client.first<failed>();
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(pair.client.first<established>(), nullptr);
    EXPECT_EQ(no->what, code::tls_verify);
    EXPECT_EQ(no->why, GetParam().why);
    EXPECT_EQ(no->failing, GetParam().failing);
    EXPECT_THAT(no->message, HasSubstr(GetParam().text));
    ASSERT_FALSE(no->certificates.empty());
    EXPECT_EQ(no->certificates.front().subject, "CN=server.example");
    ASSERT_NE(pair.server.first<alert_seen>(), nullptr);
    EXPECT_EQ(pair.server.first<alert_seen>()->description, GetParam().alert);
    EXPECT_EQ(pair.server.first<failed>()->why, reason::alert);
    EXPECT_FALSE(pair.client.engine.write("secret").ok());
  }
}

TEST_P(BadServers, AreRecordedWhereTheHostWantsIt) {
  client_options options = client_of();
  options.host = GetParam().host;
  options.verify = verification::recorded;
  tls_pair pair(options, server_with(GetParam().identity));
  pair.run();
  const auto* agreed = pair.client.first<established>();
  ASSERT_NE(agreed, nullptr);
  EXPECT_FALSE(agreed->verified);
  ASSERT_TRUE(agreed->refused.has_value());
  EXPECT_EQ(agreed->refused->why, GetParam().why);
  EXPECT_EQ(agreed->refused->failing, GetParam().failing);
  EXPECT_EQ(agreed->anchor, "");
  pair.write(pair.client, "goes on");
  EXPECT_EQ(pair.server.received, "goes on");
}

TEST(TlsTrust, KnowsTheAnchorOfALongerChain) {
  tls_pair pair(client_of(), server_with(below(intermediate(), "", intermediate().certificate)));
  pair.run();
  const auto* agreed = pair.client.first<established>();
  ASSERT_NE(agreed, nullptr);
  EXPECT_EQ(agreed->chain.size(), 3U);
  EXPECT_EQ(agreed->anchor, "CN=Test authority");
  EXPECT_EQ(pair.client.first<chain_received>()->certificates.size(), 2U);
}

TEST(TlsTrust, TrustsWhatIsAddedAndNothingElse) {
  client_options nobody = client_of();
  nobody.roots = trust();
  tls_pair refused(nobody, server_with());
  refused.run();
  EXPECT_EQ(refused.client.first<failed>()->why, reason::unknown_authority);
  // A self-signed certificate that the reader names is as good as an authority.
  const tls_identity own = make_self_signed({});
  client_options added = client_of();
  added.roots = *added.roots.with(own.certificate);
  EXPECT_EQ(added.roots.size(), 2U);
  tls_pair pair(added, server_with(own));
  pair.run();
  EXPECT_NE(pair.client.first<established>(), nullptr);
}

// Fourteen authorities below `top`, more than is shown of a chain; the first of them is valid until then.
tls_identity below_many(const tls_identity& top, std::chrono::seconds first_until) {
  certificate_plan authority{
      "Authority", {}, key_kind::p256, tls_today - hours(240), first_until, certificate_plan::role::authority};
  tls_identity issuer = top;
  std::string chain;
  for (int i = 0; i < 14; ++i) {
    authority.common_name = "Authority " + std::to_string(i);
    issuer = make_identity(authority, issuer);
    chain.insert(0, issuer.certificate);
    authority.until = tls_today + hours(240);
  }
  return below(issuer, "", chain);
}

// The certificate at fault may be one that is not shown any more.
TEST(TlsTrust, RefusesAChainThatIsLongerThanWhatIsShown) {
  const tls_identity unknown = make_self_signed({"Nobody's authority",
                                                 {},
                                                 key_kind::p256,
                                                 tls_today - hours(240),
                                                 tls_today + hours(240),
                                                 certificate_plan::role::authority});
  const std::pair<tls_identity, reason> servers[] = {
      {below_many(unknown, tls_today + hours(240)), reason::unknown_authority},
      {below_many(test_authority(), tls_today - hours(1)), reason::expired}};
  for (const auto& [identity, why] : servers) {
    tls_pair pair(client_of(), server_with(identity));
    pair.run();
    const auto* no = pair.client.first<failed>();
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->why, why);
    EXPECT_EQ(no->certificates.size(), 10U);
    if (why == reason::expired) {
      EXPECT_THAT(no->message,
                  HasSubstr("The certificate of CN=Authority 0, on which that of server.example rests, has"));
    }
    EXPECT_EQ(no->failing, std::nullopt);
    client_options careless = client_of();
    careless.verify = verification::recorded;
    tls_pair recorded(careless, server_with(identity));
    recorded.run();
    ASSERT_NE(recorded.client.first<established>(), nullptr);
    EXPECT_EQ(recorded.client.first<established>()->refused->failing, std::nullopt);
  }
}

// What is trusted here may have expired itself: no server sends it, and its name is told all the same.
TEST(TlsTrust, NamesAnAuthorityThatHasExpired) {
  const tls_identity old = make_self_signed({"Old authority",
                                             {},
                                             key_kind::p256,
                                             tls_today - hours(240),
                                             tls_today - hours(24),
                                             certificate_plan::role::authority});
  tls_pair pair(client_of(old), server_with(make_identity({}, old)));
  pair.run();
  const auto* no = pair.client.first<failed>();
  ASSERT_NE(no, nullptr);
  EXPECT_EQ(no->why, reason::expired);
  EXPECT_EQ(no->failing, std::nullopt);
  EXPECT_THAT(no->message, HasSubstr("The certificate of CN=Old authority, on which that of server.example rests, "
                                     "has expired on 2026-05-27"));
}

TEST(TlsTrust, SaysWhichCertificateIsDamaged) {
  const std::string good = test_authority().certificate;
  EXPECT_EQ(trust::from_pem(good + "text between\n" + good)->size(), 1U);
  EXPECT_THAT(trust::from_pem("").why().detail, HasSubstr("holds no certificate"));
  EXPECT_THAT(trust::from_pem(test_server().key).why().detail, HasSubstr("holds no certificate"));
  std::string bad = good;
  bad[60] = bad[60] == 'A' ? 'B' : 'A';
  bad[61] = '!';
  EXPECT_THAT(trust::from_pem(good + bad).why().detail, HasSubstr("certificate 2 in it is damaged"));
  EXPECT_FALSE(trust::from_pem(good.substr(0, 100)).has_value());
}

TEST(TlsTrust, TrustsNoKeyThatIsTooShort) {
  certificate_plan short_key{"Weak authority",       {},
                             key_kind::rsa1024,      tls_today - hours(240),
                             tls_today + hours(240), certificate_plan::role::authority};
  const tls_identity authority = make_self_signed(short_key);
  tls_pair pair(client_of(authority), server_with(make_identity({}, authority)));
  pair.run();
  ASSERT_NE(pair.client.first<failed>(), nullptr);
  EXPECT_EQ(pair.client.first<failed>()->why, reason::weak);
  EXPECT_THAT(pair.client.first<failed>()->message, HasSubstr("too weak to trust"));
  // A server of ours does not even show such a one.
  EXPECT_FALSE(engine::server(server_with(make_self_signed({"server.example", {}, key_kind::rsa1024}))).has_value());
}

// --- no TLS, or none in common ---

struct refusal_case {
  const char* name;
  std::string answer;
};

class NotTls : public testing::TestWithParam<refusal_case> {};
INSTANTIATE_TEST_SUITE_P(Answers, NotTls,
                         testing::Values(refusal_case{"smtp", "220 mail.example ESMTP ready\r\n"},
                                         refusal_case{"http", "HTTP/1.1 400 Bad Request\r\n\r\n"},
                                         refusal_case{"ssh", "SSH-2.0-OpenSSH_9.2\r\n"},
                                         refusal_case{"zeros", std::string(64, '\0')},
                                         refusal_case{"high", std::string(64, '\xff')}),
                         [](const auto& i) { return std::string(i.param.name); });

TEST_P(NotTls, IsNamedAsSuch) {
  for (const bool at_once : {true, false}) {
    client_options options = client_of();
    options.port = 465;
    auto client = tls_end(std::move(*engine::client(options)));
    client.engine.start(tls_today);
    const std::string& answer = GetParam().answer;
    if (at_once)
      client.engine.receive(answer, tls_today);
    else
      for (const char c : answer) client.engine.receive({&c, 1}, tls_today);
    client.collect();
    const auto* no = client.first<failed>();
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->what, code::tls_protocol);
    EXPECT_EQ(no->why, reason::not_tls);
    EXPECT_THAT(no->message, HasSubstr("server.example:465 answered in plain text"));
    EXPECT_EQ(client.count<failed>(), 1U);
  }
}

TEST(TlsTerms, InCommonAreDemanded) {
  client_options newest = client_of();
  newest.least = version::tls_1_3;
  server_options old = server_with();
  old.most = version::tls_1_2;
  tls_pair versions(newest, old);
  versions.run();
  EXPECT_EQ(versions.client.first<failed>()->why, reason::no_common_terms);
  EXPECT_EQ(versions.server.first<failed>()->what, code::tls_protocol);

  client_options one_group = client_of();
  one_group.groups = "X25519";
  server_options another = server_with();
  another.groups = "P-384";
  tls_pair groups(one_group, another);
  groups.run();
  EXPECT_EQ(groups.client.first<failed>()->why, reason::no_common_terms);
  EXPECT_EQ(groups.server.first<failed>()->why, reason::no_common_terms);
}

}  // namespace
}  // namespace smtpscope::tls
