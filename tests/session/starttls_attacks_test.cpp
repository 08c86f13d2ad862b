// Somebody on the way removes STARTTLS, or puts words into the server's mouth. In no case may
// AUTH or MAIL leave unencrypted: the driver checks that on every byte sent, in every cut.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

client_case attack(const std::string& name, const std::string& script, ending end, cuts pieces = cuts::any) {
  client_case c;
  c.name = name;
  c.options = login_options(tls_policy::starttls_required);
  c.mail = sample_mail();
  c.script = script;
  c.end = std::move(end);
  c.pieces = pieces;
  return c;
}

const std::string offered =
    "S: 220 mail.example\nC: EHLO client.example\nS: 250-mail.example\nS: 250-AUTH PLAIN LOGIN\n"
    "S: 250 STARTTLS\nC: STARTTLS\n";
const std::string quit = "C: QUIT\nS: 221 bye\n--- client closes ---\n";
const std::string closes = "--- client closes ---\n";

TEST(StarttlsStripping, NotOffered) {
  expect_dialogue(attack(
      "O_1", "S: 220 mail.example\nC: EHLO client.example\nS: 250-mail.example\nS: 250 AUTH PLAIN LOGIN\n" + quit,
      {outcome::failed, failure_kind::starttls_not_offered, client_stage::ehlo, "policy.starttls_not_offered"}));
}

TEST(StarttlsStripping, RefusedThoughOffered) {
  for (const char* reply : {"502 5.5.1 what?", "500 what?", "501 no", "503 no", "504 no", "530 no", "550 no", "554 no",
                            "454 TLS not available due to temporary reason", "450 later"})
    expect_dialogue(attack(std::string{"O_2, O_3: "} + reply, offered + "S: " + reply + "\n" + quit,
                           {outcome::failed, failure_kind::refused, client_stage::starttls, "starttls.454"}));
}

TEST(StarttlsStripping, AnsweredWithNonsense) {
  for (const char* reply :
       {"354 do something else", "334 ", "250 ok", "221 bye", "235 2.7.0 Accepted", "junk", "99 hi", "2200 x"})
    expect_dialogue(attack(std::string{"O_4: "} + reply, offered + "S: " + reply + "\n" + closes,
                           {outcome::failed, failure_kind::protocol, client_stage::starttls, "protocol"}));
}

TEST(StarttlsStripping, NoEhlo) {
  expect_dialogue(
      attack("D_1",
             "S: 220 mail.example\nC: EHLO client.example\nS: 500 what?\nC: HELO client.example\n"
             "S: 250-mail.example\nS: 250-STARTTLS\nS: 250 AUTH PLAIN\n" +
                 quit,
             {outcome::failed, failure_kind::starttls_not_offered, client_stage::helo, "policy.starttls_not_offered"}));
}

TEST(StarttlsStripping, GreetingsOfAllKinds) {
  const struct {
    const char* code;
    failure_kind failure;
    const char* diagnosis;
  } table[] = {
      {"354", failure_kind::protocol, "protocol.greeting"},
      {"421", failure_kind::refused, "421"},
      {"500", failure_kind::refused, "greeting.5"},
      {"501", failure_kind::refused, "greeting.5"},
      {"530", failure_kind::refused, "530"},
      {"554", failure_kind::refused, "greeting.5"},
      {"521", failure_kind::refused, "greeting.5"},
      {"450", failure_kind::refused, "refused.4"},
  };
  for (const auto& row : table) {
    const bool polite = row.failure == failure_kind::refused && std::string{"421"} != row.code;
    expect_dialogue(attack(std::string{"greeting "} + row.code,
                           std::string{"S: "} + row.code + " x\n" + (polite ? quit : closes),
                           {outcome::failed, row.failure, client_stage::greeting, row.diagnosis}));
  }
}

TEST(StarttlsStripping, CapabilitiesFromBeforeTlsAreForgotten) {
  expect_dialogue(attack(
      "AUTH only before TLS", offered + "S: 220 go\n--- TLS ---\nC: EHLO client.example\nS: 250 mail.example\n" + quit,
      {outcome::failed, failure_kind::auth_not_offered, client_stage::ehlo, "policy.auth_not_offered"}));
  expect_dialogue(attack(
      "only other mechanisms after TLS",
      offered + "S: 220 go\n--- TLS ---\nC: EHLO client.example\nS: 250-mail.example\nS: 250 AUTH CRAM-MD5\n" + quit,
      {outcome::failed, failure_kind::mechanism_not_offered, client_stage::ehlo, "policy.mechanism_not_offered"}));
}

TEST(StarttlsStripping, OfferedAgainInsideTlsIsIgnored) {
  client_case c =
      attack("STARTTLS inside TLS",
             offered + "S: 220 go\n--- TLS ---\nC: EHLO client.example\nS: 250-mail.example\nS: 250 STARTTLS\n" + quit,
             {outcome::failed, failure_kind::auth_not_offered, client_stage::ehlo, "policy.auth_not_offered"});
  expect_dialogue(c);
}

TEST(StarttlsInjection, BytesAfterTheAgreementAreFatal) {
  const ending caught{outcome::failed, failure_kind::starttls_plaintext, client_stage::tls,
                      "protocol.starttls_plaintext"};
  expect_dialogue(attack("replies (a)", offered + "S: 220 Ready\nS: 250-evil\nS: 250 AUTH PLAIN\n" + closes, caught));
  expect_dialogue(attack("half a line (b)", offered + "S: 220 Ready\nS- XXXX\n" + closes, caught));
  expect_dialogue(attack("one octet", offered + "S: 220 Ready\nS- \\0\n" + closes, caught));
}

TEST(StarttlsInjection, RepliesToCommandsNeverSentAreNotBelieved) {
  // The whole rest of a session, made up: the client ends at the refusal and believes nothing more.
  expect_dialogue(attack("curl 980 (c)",
                         offered +
                             "S: 454 currently unavailable\nS: 235 Authenticated\nS: 250 Sender\nS: 250 Recipient\n"
                             "S: 354 Enter mail\nS: 250 2.0.0 Accepted\n" +
                             closes,
                         {outcome::failed, failure_kind::refused, client_stage::starttls, "starttls.454"},
                         cuts::whole));
}

TEST(StarttlsInjection, TheHandshakeMayFail) {
  client_case c = attack("handshake fails", offered + "S: 220 go\n--- TLS fails ---\n--- client closes ---\n",
                         {outcome::failed, failure_kind::transport, client_stage::tls, "transport.reset"});
  expect_dialogue(c);
}

TEST(EarlyReplies, AreFatal) {
  const struct {
    const char* name;
    std::string script;
    client_stage stage;
  } table[] = {
      {"EHLO answered with the greeting", "S: 220 mail.example\nS: 250 STARTTLS\n", client_stage::ehlo},
      {"STARTTLS answered with EHLO's reply",
       "S: 220 mail.example\nC: EHLO client.example\nS: 250-mail.example\nS: 250 STARTTLS\nS: 220 go\n",
       client_stage::starttls},
      {"half a reply", "S: 220 mail.example\nS- 25\n", client_stage::ehlo},
  };
  for (const auto& row : table)
    expect_dialogue(attack(row.name, row.script + closes,
                           {outcome::failed, failure_kind::protocol, row.stage, "protocol"}, cuts::whole));
}

TEST(EarlyReplies, InsideTlsAreFatalToo) {
  client_case c;
  c.name = "everything is answered at once";
  c.options = login_options(tls_policy::implicit);
  c.mail = sample_mail();
  c.pieces = cuts::whole;
  c.script =
      "S: 220 mail.example\nC: EHLO client.example\nS: 250-mail.example\nS: 250 AUTH PLAIN\nS: 235 welcome\n" + closes;
  c.end = {outcome::failed, failure_kind::protocol, client_stage::auth, "protocol"};
  client_driver d{c};
  d.connected();
  d.receive("220 mail.example\r\n");
  d.receive("250-mail.example\r\n250 AUTH PLAIN\r\n235 welcome\r\n");
  ASSERT_EQ(d.ends().size(), 1U);
  EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
  EXPECT_EQ(d.all_sent().find("AUTH"), std::string::npos) << "the password left after the breach was seen";
}

TEST(TlsPolicy, WithoutTlsALoginNeedsConsentByName) {
  client_case c;
  c.name = "refused";
  c.options = login_options(tls_policy::never);
  c.mail = sample_mail();
  c.script = "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250 AUTH PLAIN\n" + quit;
  c.end = {outcome::failed, failure_kind::auth_without_tls, client_stage::ehlo, "policy.auth_without_tls"};
  expect_dialogue(c);

  c.name = "allowed";
  c.options.without_tls = session::cleartext_auth::allowed_by_name;
  c.script =
      "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250 AUTH PLAIN\n"
      "C: AUTH PLAIN AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w\nS: 535 no\n" +
      quit;
  c.end = {outcome::failed, failure_kind::refused, client_stage::auth, "auth.535"};
  expect_dialogue(c);
}

TEST(TlsPolicy, NeverMeansThatStarttlsIsNotAsked) {
  client_case c;
  c.name = "never";
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  c.script =
      "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250 STARTTLS\nC: MAIL FROM:<user@gmail.example>\nS: 530 TLS "
      "first\n" +
      quit;
  c.end = {outcome::failed, failure_kind::refused, client_stage::mail, "530"};
  expect_dialogue(c);
}

}  // namespace
}  // namespace smtpscope::test
