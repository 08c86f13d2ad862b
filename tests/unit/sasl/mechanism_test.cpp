#include "smtpscope/sasl/mechanism.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smtpscope::sasl {
namespace {

using namespace std::string_literals;

client_mechanism client(std::string_view name, std::string identity, std::string password) {
  auto made = make_client(name, std::move(identity), secret{std::move(password)});
  EXPECT_TRUE(made);
  return std::move(*made);
}

offered_credentials offered(server_mechanism& m, std::string_view response) {
  auto got = step(m, response);
  EXPECT_TRUE(got && std::holds_alternative<offered_credentials>(*got));
  return got ? std::get<offered_credentials>(*got) : offered_credentials{};
}

TEST(Sasl, KnowsPlainAndLogin) {
  EXPECT_EQ(known_mechanisms(), (std::vector<std::string>{"PLAIN", "LOGIN"}));
  for (const std::string& name : known_mechanisms()) {
    EXPECT_TRUE(make_client(name, "u", secret{"p"})) << name;
    EXPECT_TRUE(make_server(name)) << name;
  }
  for (const char* name : {"", "plain", "CRAM-MD5", "XOAUTH2"}) {
    EXPECT_EQ(make_client(name, "u", secret{"p"}).why().code, errc::unsupported) << name;
    EXPECT_EQ(make_server(name).why().code, errc::unsupported) << name;
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
  EXPECT_EQ(make_client("PLAIN", "a\0b"s, secret{"p"}).why().code, errc::forbidden_character);
  EXPECT_EQ(make_client("PLAIN", "a", secret{"p\0q"s}).why().code, errc::forbidden_character);
}

TEST(SaslPlain, ServerTakesTheMessageApart) {
  auto m = *make_server("PLAIN");
  EXPECT_EQ(std::get<challenge>(start(m)).octets, "");
  const offered_credentials c = offered(m, "Ursel\0Kurt\0xipj3plmq"s);  // RFC 4616 §4
  EXPECT_EQ(c.authorization_identity, "Ursel");
  EXPECT_EQ(c.authentication_identity, "Kurt");
  EXPECT_EQ(c.password.reveal(), "xipj3plmq");
  EXPECT_EQ(offered(m, "\0tim\0p"s).authorization_identity, "");
  EXPECT_EQ(offered(m, "\0t\xC3\xAFm\0p\xC3\xA4ss"s).password.reveal(), "p\xC3\xA4ss");
}

TEST(SaslPlain, ServerRefusesOtherForms) {
  auto m = *make_server("PLAIN");
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
  auto m = *make_server("LOGIN");
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
  auto m = *make_server("LOGIN");
  EXPECT_EQ(step(m, "").why().code, errc::invalid_encoding);
}

TEST(Sasl, BothSidesMeet) {
  for (const std::string& name : known_mechanisms())
    for (const bool first : {true, false}) {
      client_mechanism c = client(name, "tim", "p");
      server_mechanism s = *make_server(name);
      server_step at = start(s);
      if (first) at = *step(s, *initial_response(c));
      for (int i = 0; i < 3 && std::holds_alternative<challenge>(at); ++i)
        at = *step(s, *respond(c, std::get<challenge>(at).octets));
      ASSERT_TRUE(std::holds_alternative<offered_credentials>(at)) << name;
      EXPECT_EQ(std::get<offered_credentials>(at).authentication_identity, "tim");
      EXPECT_EQ(std::get<offered_credentials>(at).password.reveal(), "p");
    }
}

}  // namespace
}  // namespace smtpscope::sasl
