#include "smtpscope/sasl/mechanism.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/sasl/setups.hpp"

namespace smtpscope::sasl {
namespace {

using test::initial_response;
using test::respond;
using test::server_proven;
using test::start;
using test::step;
using test::use_secret;

using namespace std::string_literals;

client_mechanism client(std::string_view name, std::string identity, std::string password) {
  return test::client(name, test::client_of(std::move(identity), std::move(password)));
}

offered_credentials offered(server_mechanism& m, std::string_view response) {
  auto got = step(m, response);
  EXPECT_TRUE(got && std::holds_alternative<offered_credentials>(*got));
  return got ? std::get<offered_credentials>(*got) : offered_credentials{};
}

TEST(Sasl, KnowsItsMechanisms) {
  for (const mechanism_traits& m : mechanisms) {
    client_setup c = test::client_of("u", "p");
    c.binding.exporter = "x";
    EXPECT_EQ(find_mechanism(m.name), &m);
    EXPECT_TRUE(make_client(m.name, c)) << m.name;
    EXPECT_TRUE(make_server(m.name, test::server_of())) << m.name;
  }
  for (const char* name : {"", "plain", "KERBEROS_V4", "SCRAM-SHA-3", "SCRAM-SHA-256-PLUS-PLUS", "PLAIN "}) {
    EXPECT_EQ(make_client(name, test::client_of("u", "p")).why().code, errc::unsupported) << name;
    EXPECT_EQ(make_server(name, test::server_of()).why().code, errc::unsupported) << name;
  }
}

TEST(Sasl, NoncesAreNeeded) {
  for (const mechanism_traits& m : mechanisms) {
    client_setup c = test::client_of("u", "p", "");
    c.binding.exporter = "x";
    EXPECT_EQ(!make_client(m.name, c), m.needs_nonce) << m.name;
    c.nonce = "with,comma";
    EXPECT_EQ(!make_client(m.name, c), m.needs_nonce) << m.name;
  }
}

TEST(SaslPlain, SaysItAllAtOnce) {
  client_mechanism m = client("PLAIN", "tim", "tanstaaftanstaaf");
  EXPECT_EQ(initial_response(m), "\0tim\0tanstaaftanstaaf"s);  // RFC 4616 §4
  EXPECT_EQ(respond(m, "").why().code, errc::misuse) << "and nothing more";
}

TEST(SaslPlain, MayWaitForTheEmptyChallenge) {
  client_mechanism m = client("PLAIN", "tim", "tanstaaftanstaaf");
  EXPECT_EQ(*respond(m, ""), "\0tim\0tanstaaftanstaaf"s);
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslPlain, RefusesNulsThatWouldMoveTheParts) {
  EXPECT_EQ(make_client("PLAIN", test::client_of("a\0b"s, "p")).why().code, errc::forbidden_character);
  EXPECT_EQ(make_client("PLAIN", test::client_of("a", "p\0q"s)).why().code, errc::forbidden_character);
}

TEST(SaslPlain, ServerTakesTheMessageApart) {
  auto m = test::server("PLAIN", test::server_of());
  EXPECT_EQ(std::get<challenge>(start(m)).octets, "");
  const offered_credentials c = offered(m, "Ursel\0Kurt\0xipj3plmq"s);  // RFC 4616 §4
  EXPECT_EQ(c.authorization_identity, "Ursel");
  EXPECT_EQ(c.authentication_identity, "Kurt");
  EXPECT_EQ(c.password.reveal(), "xipj3plmq");
  EXPECT_EQ(offered(m, "\0tim\0p"s).authorization_identity, "");
  EXPECT_EQ(offered(m, "\0t\xC3\xAFm\0p\xC3\xA4ss"s).password.reveal(), "p\xC3\xA4ss");
}

TEST(SaslPlain, ServerRefusesOtherForms) {
  auto m = test::server("PLAIN", test::server_of());
  for (const std::string& response :
       {""s, "tim"s, "\0"s, "tim\0pass"s, "\0\0"s, "\0tim\0"s, "\0\0pass"s, "a\0b\0c\0"s, "a\0b\0c\0d"s}) {
    const auto got = step(m, response);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().code, errc::invalid_encoding);
  }
}

TEST(SaslLogin, GivesNameThenPasswordWhateverIsAsked) {
  client_mechanism m = client("LOGIN", "tim", "tanstaaf");
  EXPECT_EQ(*respond(m, "Username:"), "tim");
  EXPECT_EQ(*respond(m, "anything"), "tanstaaf");
  EXPECT_EQ(respond(m, "Password:").why().code, errc::misuse);
}

TEST(SaslLogin, MayGiveTheNameFirst) {
  client_mechanism m = client("LOGIN", "tim", "tanstaaf");
  EXPECT_EQ(initial_response(m), "tim");
  EXPECT_EQ(*respond(m, "Password:"), "tanstaaf");
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslLogin, ServerAsksTwice) {
  auto m = test::server("LOGIN", test::server_of());
  EXPECT_EQ(std::get<challenge>(start(m)).octets, "Username:");
  const auto second = step(m, "tim");
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<challenge>(*second).octets, "Password:");
  const offered_credentials c = offered(m, "tanstaaf");
  EXPECT_EQ(c.authentication_identity, "tim");
  EXPECT_EQ(c.authorization_identity, "");
  EXPECT_EQ(c.password.reveal(), "tanstaaf");
}

TEST(SaslLogin, ServerWantsAName) {
  auto m = test::server("LOGIN", test::server_of());
  EXPECT_EQ(step(m, "").why().code, errc::invalid_encoding);
}

TEST(SaslPlain, MayActAsAnother) {
  client_setup c = test::client_of("Kurt", "xipj3plmq");
  c.authorization_identity = "Ursel";
  client_mechanism m = test::client("PLAIN", c);
  EXPECT_EQ(initial_response(m), "Ursel\0Kurt\0xipj3plmq"s);  // RFC 4616 §4
}

TEST(SaslExternal, SaysAtMostWhomToActAs) {
  client_mechanism m = client("EXTERNAL", "ignored", "");
  EXPECT_EQ(initial_response(m), "");
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
  client_setup c = test::client_of("", "");
  c.authorization_identity = "amy@mail.example";
  client_mechanism other = test::client("EXTERNAL", c);
  auto s = test::server("EXTERNAL", test::server_of());
  EXPECT_EQ(offered(s, *respond(other, "")).authorization_identity, "amy@mail.example");
  EXPECT_EQ(step(s, "a\0b"s).why().code, errc::invalid_encoding);
  EXPECT_EQ(step(s, "\xFF").why().code, errc::invalid_encoding);
  c.authorization_identity = "a\0b"s;
  EXPECT_EQ(make_client("EXTERNAL", c).why().code, errc::forbidden_character);
}

TEST(SaslAnonymous, LeavesATrace) {
  client_mechanism m = client("ANONYMOUS", "sirhc", "");
  auto s = test::server("ANONYMOUS", test::server_of());
  EXPECT_EQ(offered(s, *initial_response(m)).authentication_identity, "sirhc");  // RFC 4505 §4
  EXPECT_EQ(step(s, std::string(256, 'x')).why().code, errc::invalid_encoding);
  EXPECT_EQ(step(s, "a\nb").why().code, errc::invalid_encoding);
  client_mechanism decomposed = client("ANONYMOUS", "do\xCC\x88rte", "");
  EXPECT_EQ(initial_response(decomposed), "do\xCC\x88rte") << "RFC 4505 §3: nothing is mapped";
  EXPECT_FALSE(make_client("ANONYMOUS", test::client_of(std::string(256, 'x'), "")));
  EXPECT_FALSE(make_client("ANONYMOUS", test::client_of("a\nb", "")));
}

TEST(Sasl, BothSidesMeet) {
  for (const mechanism_traits& m : mechanisms) {
    client_setup c = test::client_of("tim", "p");
    server_setup s = test::server_of();
    c.binding.exporter = s.binding.exporter = "the same connection";
    client_mechanism one = test::client(m.name, c);
    server_mechanism other = test::server(m.name, s);
    const test::talk t = test::converse(one, other, secret{"p"});
    EXPECT_EQ(t.client_refusal + t.server_refusal, "") << m.name;
    if (m.by == proof_by::hidden_password) {
      EXPECT_EQ(t.ended, proof::right) << m.name;
      for (const std::string& message : t.messages) EXPECT_NE(message, "p") << "the password itself";
    } else {
      ASSERT_TRUE(t.offered) << m.name;
      EXPECT_EQ(t.offered->authentication_identity, m.by == proof_by::certificate ? "" : "tim") << m.name;
      const bool secret_sent = m.by == proof_by::password || m.by == proof_by::token;
      EXPECT_EQ(t.offered->password.reveal(), secret_sent ? "p" : "") << m.name;
    }
    EXPECT_TRUE(server_proven(one)) << m.name;
    EXPECT_EQ(use_secret(other, secret{"p"}).why().code, errc::misuse) << m.name << ": nothing is asked now";
  }
}

}  // namespace
}  // namespace smtpscope::sasl
