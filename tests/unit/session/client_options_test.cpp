// What a client session refuses before anything is sent. SMTP injection ends here.

#include <gtest/gtest.h>

#include "session/samples.hpp"
#include "smtpscope/session/client_session.hpp"

namespace smtpscope::session {
namespace {

using namespace std::string_literals;
using test::login_options;
using test::plain_options;
using test::sample_mail;

errc refusal(client_options o, submission mail = sample_mail()) {
  const auto made = client_session::create(std::move(o), std::move(mail));
  EXPECT_FALSE(made);
  if (!made) {
    EXPECT_FALSE(made.why().detail.empty());
  }
  return made ? errc::unsupported : made.why().code;
}

TEST(ClientOptions, TheEhloNameIsADomainOrALiteral) {
  for (const char* name : {"client.example", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"}) {
    client_options o = plain_options(tls_policy::never);
    o.ehlo_name = name;
    EXPECT_TRUE(client_session::create(o, sample_mail())) << name;
  }
  for (const std::string& name :
       {""s, "a b"s, "x\r\nMAIL FROM:<a@b>"s, "a\0b"s, "192.0.2.1]"s, "gr\xC3\xBC\xC3\x9F.example"s}) {
    client_options o = plain_options(tls_policy::never);
    o.ehlo_name = name;
    EXPECT_EQ(refusal(o), errc::invalid_argument) << name;
  }
}

TEST(ClientOptions, ThereMustBeARecipient) {
  submission mail = sample_mail();
  mail.to.clear();
  EXPECT_EQ(refusal(plain_options(tls_policy::never), mail), errc::invalid_argument);
}

TEST(ClientOptions, MechanismsMustBeKnown) {
  client_options o = login_options(tls_policy::implicit, "KERBEROS_V4");
  EXPECT_EQ(refusal(o), errc::unsupported);
  o.mechanisms = {"PLAIN\r\nMAIL"};
  EXPECT_EQ(refusal(o), errc::unsupported);
  o.mechanisms = {"PLAIN", "plain"};
  EXPECT_EQ(refusal(o), errc::unsupported);
}

TEST(ClientOptions, AMechanismThatIsNamedMustBePossible) {
  client_options o = login_options(tls_policy::implicit, "SCRAM-SHA-256");
  EXPECT_EQ(refusal(o), errc::invalid_argument) << "no randomness for its nonce";
  o.random = std::string(31, 'r');
  EXPECT_EQ(refusal(o), errc::invalid_argument) << "too little of it";
  o.random = std::string(32, 'r');
  EXPECT_TRUE(client_session::create(o, sample_mail()));
  o.mechanisms = {"DIGEST-MD5"};
  EXPECT_EQ(refusal(o), errc::invalid_argument) << "no server name to bind to";
  o.server_name = "mail.example";
  EXPECT_TRUE(client_session::create(o, sample_mail()));
  o.mechanisms = {"XOAUTH2"};
  EXPECT_EQ(refusal(o), errc::invalid_argument) << "a password is no token";
  o.auth->kind = secret_kind::token;
  EXPECT_EQ(refusal(o), errc::forbidden_character) << "nor has a token spaces";
  o.auth->password = secret{"ya29.token"};
  EXPECT_TRUE(client_session::create(o, sample_mail()));
  o.mechanisms = {"PLAIN"};
  EXPECT_EQ(refusal(o), errc::invalid_argument) << "a token is no password";
}

TEST(ClientOptions, WithoutNamesWhatSuitsIsAllowed) {
  client_options o = login_options(tls_policy::implicit);
  o.mechanisms = {};
  EXPECT_TRUE(client_session::create(o, sample_mail())) << "those that need no randomness";
  o.auth->password = secret{"a\0b"s};
  EXPECT_TRUE(client_session::create(o, sample_mail())) << "LOGIN and CRAM-MD5 carry it";
  o.auth->kind = secret_kind::token;
  EXPECT_EQ(refusal(o), errc::forbidden_character);
}

TEST(ClientOptions, CredentialsMustFitTheMechanism) {
  client_options o = login_options(tls_policy::implicit);
  o.auth->identity = "";
  EXPECT_EQ(refusal(o), errc::invalid_argument);
  o.auth->identity = "a\0b"s;
  EXPECT_EQ(refusal(o), errc::forbidden_character);
  o.auth->identity = "a";
  o.auth->password = secret{"p\0q"s};
  EXPECT_EQ(refusal(o), errc::forbidden_character);
}

TEST(ClientOptions, PathsThatInjectCommandsDoNotExist) {
  for (const std::string& path :
       {"<a@b>\r\nRCPT TO:<evil@x>"s, "<\"a\r\nRSET\r\n\"@b.c>"s, "<a@b\0>"s, "<a@b> SIZE=1"s}) {
    EXPECT_FALSE(wire::reverse_path::parse(path)) << path;
    EXPECT_FALSE(wire::forward_path::parse(path)) << path;
  }
}

}  // namespace
}  // namespace smtpscope::session
