// What MAIL and RCPT carry besides the path, and what a message needs of the server.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

const std::string bye = "C: QUIT\nS: 221 bye\n--- client closes ---\n";
const std::string rest = "S: 250 x\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 250 x\n" + bye;

std::string offering(std::vector<std::string> extensions) {
  std::string out = "S: 220 x\nC: EHLO client.example\n";
  extensions.insert(extensions.begin(), "x");
  for (std::size_t i = 0; i < extensions.size(); ++i)
    out += std::string{"S: 250"} + (i + 1 < extensions.size() ? "-" : " ") + extensions[i] + "\n";
  return out;
}

client_case plain(const std::string& name, const std::string& script, tls_policy tls = tls_policy::never) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls);
  c.mail = submission_to({"Bob@Example.COM"}, "x\r\n");
  c.mail.from = *wire::reverse_path::parse("<Alice@Example.ORG>");
  c.script = script;
  return c;
}

void expect_given_up(client_case c, failure_kind kind, const std::string& key) {
  c.script += bye;
  c.end = {outcome::failed, kind, client_stage::ehlo, key};
  expect_dialogue(c);
}

TEST(ClientParameters, Rfc3461NotificationsAreAskedFor) {
  client_case c = plain("RFC 3461", offering({"DSN"}) +
                                        "C: MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159\nS: 250 x\n"
                                        "C: RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM\n" +
                                        rest);
  c.mail.parameters.ret = wire::ret_type::hdrs;
  c.mail.parameters.envid = "QQ314159";
  wire::rcpt_parameters one;
  one.notify.success = true;
  one.orcpt = wire::original_recipient{"rfc822", "Bob@Example.COM"};
  c.mail.recipient_parameters = {one};
  expect_dialogue(c);

  // Without DSN the message goes without, and the trace says so.
  c.name = "not offered";
  c.script = offering({}) + "C: MAIL FROM:<Alice@Example.ORG>\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n" + rest;
  expect_dialogue(c);
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n"}) d.receive(reply);
  ASSERT_EQ(d.remarks().size(), 4U);
  // Said once, not for each recipient.
  c.mail.to.push_back(c.mail.to[0]);
  c.mail.recipient_parameters.push_back(one);
  client_driver two{c};
  two.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n"}) two.receive(reply);
  EXPECT_EQ(two.remarks().size(), 4U);
  EXPECT_EQ(d.remarks()[0].text, "RET was asked for and left out: the server does not offer it");
}

TEST(ClientParameters, NothingInjectsACommand) {
  for (const std::string& value : {std::string{"x\r\nRCPT TO:<evil@x>"}, std::string{"a\0b", 3}, std::string{"\x7f"}}) {
    session::submission mail = submission_to({"a@b.example"}, "x\r\n");
    mail.parameters.envid = value;
    EXPECT_FALSE(session::client_session::create(plain_options(tls_policy::never), mail)) << printable(value);
    mail = submission_to({"a@b.example"}, "x\r\n");
    mail.parameters.auth = value;
    EXPECT_FALSE(session::client_session::create(plain_options(tls_policy::never), mail)) << printable(value);
    mail = submission_to({"a@b.example"}, "x\r\n");
    mail.recipient_parameters.emplace_back();
    mail.recipient_parameters[0].orcpt = wire::original_recipient{"rfc822", value};
    EXPECT_FALSE(session::client_session::create(plain_options(tls_policy::never), mail)) << printable(value);
    mail.recipient_parameters[0].orcpt = wire::original_recipient{value, "a@b.example"};
    EXPECT_FALSE(session::client_session::create(plain_options(tls_policy::never), mail)) << printable(value);
  }
  session::submission mail = submission_to({"a@b.example"}, "x\r\n");
  mail.recipient_parameters.resize(2);
  EXPECT_FALSE(session::client_session::create(plain_options(tls_policy::never), mail)) << "two for one recipient";
}

TEST(ClientParameters, SizeMayBeRefusedHere) {
  client_case c = plain("larger than SIZE", offering({"SIZE 2"}));
  c.options.size = session::size_check::here;
  expect_given_up(c, failure_kind::too_large, "policy.too_large");
  for (const char* size : {"SIZE 3", "SIZE 0", "SIZE"}) {  // exactly as large; no fixed limit
    c.name = size;
    c.script =
        offering({size}) + "C: MAIL FROM:<Alice@Example.ORG> SIZE=3\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n" + rest;
    expect_dialogue(c);
  }
}

TEST(ClientParameters, SevenBitsWhereEightAreNotTaken) {
  client_case c = plain(
      "converted", offering({}) + "C: MAIL FROM:<Alice@Example.ORG>\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n" + rest);
  c.mail.content = "\xC3\xBC\r\n";
  c.mail.seven_bit_content = "x\r\n";
  expect_dialogue(c);
  c.name = "as it is where 8BITMIME is offered";
  c.script =
      offering({"8BITMIME"}) +
      "C: MAIL FROM:<Alice@Example.ORG> BODY=8BITMIME\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\nS: 250 x\nC: DATA\n"
      "S: 354 go\nC: \\xc3\\xbc\nC: .\nS: 250 x\n" +
      bye;
  expect_dialogue(c);
  c.mail.seven_bit_content = "\xC3\xBC\r\n";
  EXPECT_FALSE(session::client_session::create(c.options, c.mail)) << "that is no variant of seven bits";
}

// Each extension can be refused: the session is that of a server which does not offer it.
TEST(ClientParameters, WhatIsRefusedIsNotUsed) {
  const std::string envelope = "C: MAIL FROM:<Alice@Example.ORG>\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n";
  client_case c = plain("SIZE and LIMITS", offering({"SIZE 2", "LIMITS MAILMAX=1 RCPTMAX=1"}) + envelope + rest);
  c.options.size = session::size_check::here;
  c.options.without = {"SIZE", "LIMITS"};
  expect_dialogue(c);
  c = plain("8BITMIME", offering({"8BITMIME"}) + envelope + rest);
  c.mail.content = "\xC3\xBC\r\n";
  c.mail.seven_bit_content = "x\r\n";
  c.options.without = {"8bitmime"};
  expect_dialogue(c);
  c = plain("PIPELINING and CHUNKING", offering({"PIPELINING", "CHUNKING"}) + envelope + rest);
  c.options.chunks = session::chunking::when_offered;
  c.options.without = {"PIPELINING", "CHUNKING"};
  expect_dialogue(c);
  c = plain("SMTPUTF8", offering({"8BITMIME", "SMTPUTF8"}));
  c.mail.to = {*wire::forward_path::parse("<\xCE\xB4@b.example>", wire::utf8::allowed)};
  c.options.without = {"SMTPUTF8"};
  expect_given_up(c, failure_kind::smtputf8_not_offered, "policy.smtputf8_not_offered");
  c = plain("REQUIRETLS", offering({"REQUIRETLS"}), tls_policy::implicit);
  c.mail.parameters.requiretls = true;
  c.options.without = {"REQUIRETLS"};
  expect_given_up(c, failure_kind::requiretls_not_possible, "policy.requiretls_not_possible");
}

TEST(ClientParameters, AddressesOutsideAscii) {
  client_case c = plain("local part", offering({}));
  c.mail.to = {*wire::forward_path::parse("<\xCE\xB4\xCE\xBF\xCE\xBA@b.example>", wire::utf8::allowed)};
  expect_given_up(c, failure_kind::smtputf8_not_offered, "policy.smtputf8_not_offered");
  c.name = "offered";
  c.script =
      offering({"8BITMIME", "SMTPUTF8"}) +
      "C: MAIL FROM:<Alice@Example.ORG> SMTPUTF8\nS: 250 x\nC: RCPT TO:<\\xce\\xb4\\xce\\xbf\\xce\\xba@b.example>\n" +
      rest;
  expect_dialogue(c);
  // A domain alone has an ASCII form.
  c.name = "domain, as A-labels";
  c.mail.to = {
      *wire::forward_path::parse("<bob@b\xC3\xBC"
                                 "cher.example>",
                                 wire::utf8::allowed)};
  c.script =
      offering({}) + "C: MAIL FROM:<Alice@Example.ORG>\nS: 250 x\nC: RCPT TO:<bob@xn--bcher-kva.example>\n" + rest;
  expect_dialogue(c);
  c.name = "domain, as it is";
  c.script = offering({"8BITMIME", "SMTPUTF8"}) +
             "C: MAIL FROM:<Alice@Example.ORG> SMTPUTF8\nS: 250 x\nC: RCPT TO:<bob@b\\xc3\\xbccher.example>\n" + rest;
  expect_dialogue(c);
  c = plain("header lines", offering({}));
  c.mail.parameters.smtputf8 = true;
  expect_given_up(c, failure_kind::smtputf8_not_offered, "policy.smtputf8_not_offered");
}

TEST(ClientParameters, RequiretlsNeedsTheOfferInsideTls) {
  client_case c = plain("in the clear", offering({"REQUIRETLS"}));
  c.mail.parameters.requiretls = true;
  expect_given_up(c, failure_kind::requiretls_not_possible, "policy.requiretls_not_possible");
  c = plain("not offered", offering({}), tls_policy::implicit);
  c.mail.parameters.requiretls = true;
  expect_given_up(c, failure_kind::requiretls_not_possible, "policy.requiretls_not_possible");
  c.name = "offered";
  c.script = offering({"REQUIRETLS"}) +
             "C: MAIL FROM:<Alice@Example.ORG> REQUIRETLS\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n" + rest;
  expect_dialogue(c);
}

TEST(ClientTls, OpportunisticTakesWhatItGets) {
  const std::string mail = "C: MAIL FROM:<Alice@Example.ORG>\nS: 250 x\nC: RCPT TO:<Bob@Example.COM>\n" + rest;
  const std::string refused = offering({"STARTTLS"}) + "C: STARTTLS\nS: 454 4.7.0 not now\n";
  client_case c =
      plain("with TLS",
            offering({"STARTTLS"}) + "C: STARTTLS\nS: 220 go\n--- TLS ---\nC: EHLO client.example\nS: 250 x\n" + mail,
            tls_policy::opportunistic);
  expect_dialogue(c);
  expect_dialogue(plain("not offered", offering({}) + mail, tls_policy::opportunistic));
  expect_dialogue(plain("refused", refused + mail, tls_policy::opportunistic));
  // A password still needs TLS, or consent by name.
  c = plain("login", offering({"AUTH PLAIN"}), tls_policy::opportunistic);
  c.options.auth = session::credentials{"alice", secret{"wonderland"}};
  expect_given_up(c, failure_kind::auth_without_tls, "policy.auth_without_tls");
}

}  // namespace
}  // namespace smtpscope::test
