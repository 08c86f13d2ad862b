// RFC 2920: commands in groups, and every reply accounted for.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::fate;
using session::outcome;
using session::pipelining;
using session::tls_policy;

client_case grouped(const std::string& name, const std::vector<std::string>& to, const std::string& dialogue) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls_policy::never);
  c.options.groups = pipelining::when_offered;
  c.options.ehlo_name = "dbc.mtview.ca.us";
  c.mail = submission_to(to, "Hi\r\n");
  c.mail.from = *wire::reverse_path::parse("<mrose@dbc.mtview.ca.us>");
  c.script =
      "S: 220 innosoft.com SMTP service ready\nC: EHLO dbc.mtview.ca.us\nS: 250-innosoft.com\nS: 250 PIPELINING\n" +
      dialogue;
  return c;
}

const std::vector<std::string> three = {"ned@innosoft.com", "dan@innosoft.com", "kvc@innosoft.com"};
const std::string group_of_three =
    "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nC: RCPT TO:<ned@innosoft.com>\nC: RCPT TO:<dan@innosoft.com>\n"
    "C: RCPT TO:<kvc@innosoft.com>\nC: DATA\n";
const std::string bye = "S: 221 goodbye\n--- client closes ---\n";

// How often the client had to wait for the server: the chunks it was answered with.
int waits(const std::string& script) {
  int n = 0;
  for (const step& s : parse_script(script)) n += s.kind == step::what::server ? 1 : 0;
  return n;
}

TEST(ClientPipelining, Rfc2920WaitsFourTimesInsteadOfNine) {
  client_case c = grouped("RFC 2920 §4, with PIPELINING", three,
                          group_of_three +
                              "S: 250 sender <mrose@dbc.mtview.ca.us> OK\nS: 250 recipient <ned@innosoft.com> OK\n"
                              "S: 250 recipient <dan@innosoft.com> OK\nS: 250 recipient <kvc@innosoft.com> OK\n"
                              "S: 354 enter mail, end with line containing only \".\"\n"
                              "C: Hi\nC: .\nC: QUIT\nS: 250 message sent\n" +
                              bye);
  EXPECT_EQ(waits(c.script), 4);
  expect_dialogue(c);

  c.options.groups = pipelining::never;
  c.name = "without";
  c.script =
      "S: 220 innosoft.com SMTP service ready\nC: EHLO dbc.mtview.ca.us\nS: 250-innosoft.com\nS: 250 PIPELINING\n"
      "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nS: 250 sender OK\nC: RCPT TO:<ned@innosoft.com>\nS: 250 recipient OK\n"
      "C: RCPT TO:<dan@innosoft.com>\nS: 250 recipient OK\nC: RCPT TO:<kvc@innosoft.com>\nS: 250 recipient OK\n"
      "C: DATA\nS: 354 enter mail\nC: Hi\nC: .\nS: 250 message sent\nC: QUIT\n" +
      bye;
  EXPECT_EQ(waits(c.script), 9);
  expect_dialogue(c);
}

TEST(ClientPipelining, NotOfferedNothingIsGrouped) {
  client_case c = grouped("not offered", {"ned@innosoft.com"}, "");
  c.script =
      "S: 220 x\nC: EHLO dbc.mtview.ca.us\nS: 250-x\nS: 250 8BITMIME\nC: MAIL FROM:<mrose@dbc.mtview.ca.us>\nS: 250 x\n"
      "C: RCPT TO:<ned@innosoft.com>\nS: 250 x\nC: DATA\nS: 354 x\nC: Hi\nC: .\nS: 250 x\nC: QUIT\n" +
      bye;
  expect_dialogue(c);
}

TEST(ClientPipelining, Rfc2920AllRecipientsRefused) {
  const std::vector<std::string> two = {"nsb@thumper.bellcore.com", "galvin@tis.com"};
  const std::string group =
      "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nC: RCPT TO:<nsb@thumper.bellcore.com>\nC: RCPT TO:<galvin@tis.com>\nC: "
      "DATA\n"
      "S: 250 sender <mrose@dbc.mtview.ca.us> OK\nS: 550 remote mail to <nsb@thumper.bellcore.com> not allowed\n"
      "S: 550 remote mail to <galvin@tis.com> not allowed\n";
  const ending nobody{outcome::failed, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  client_case c = grouped("DATA refused too", two, group + "S: 554 no valid recipients given\nC: QUIT\n" + bye);
  c.end = nobody;
  expect_dialogue(c);
  // The server did not see it in time: only the end mark goes, so that it gets no message.
  c = grouped(
      "DATA taken all the same", two,
      group + "S: 354 enter mail, end with line containing only \".\"\nC: .\nC: QUIT\nS: 554 no valid recipients\n" +
          bye);
  c.end = nobody;
  expect_dialogue(c);
}

TEST(ClientPipelining, MailRefusedWithTheRestUnderWay) {
  client_case c =
      grouped("MAIL refused", three,
              group_of_three +
                  "S: 550 5.7.1 not you\nS: 503 5.5.1 MAIL first\nS: 503 5.5.1 MAIL first\nS: 503 5.5.1 MAIL first\n"
                  "S: 503 5.5.1 RCPT first\nC: QUIT\n" +
                  bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::mail, "mail.5"};
  expect_dialogue(c);
}

// A server that refuses MAIL and takes recipients and DATA would deliver what follows: nothing may.
TEST(ClientPipelining, NothingIsSentIntoATransactionThatWasRefused) {
  client_case c = grouped("goes on after refusing", {"ned@innosoft.com"},
                          "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nC: RCPT TO:<ned@innosoft.com>\nC: DATA\n"
                          "S: 550 no\nS: 250 ok\nS: 354 go\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::refused, client_stage::mail, "mail.5"};
  expect_dialogue(c);
}

TEST(ClientPipelining, EachRecipientHasItsResult) {
  client_case c = grouped(
      "the one in the middle is refused", three,
      group_of_three +
          "S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no\nS: 251 moved\nS: 354 go\nC: Hi\nC: .\nC: QUIT\nS: 250 sent\n" + bye);
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  expect_dialogue(c);
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250-x\r\n250 PIPELINING\r\n",
                            "250 ok\r\n250 ok\r\n550 5.1.1 no\r\n251 moved\r\n354 go\r\n", "250 sent\r\n221 x\r\n"})
    d.receive(reply);
  ASSERT_EQ(d.ends().size(), 1U);
  const auto& all = d.ends().front().recipients;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].end, fate::delivered);
  EXPECT_EQ(all[1].end, fate::refused);
  EXPECT_EQ(all[1].reply->code, 550);
  EXPECT_EQ(all[2].end, fate::delivered);
}

TEST(ClientPipelining, DataRefusedKeepsEveryRecipientsAnswer) {
  client_case c =
      grouped("DATA refused", three,
              group_of_three + "S: 250 ok\nS: 250 ok\nS: 550 no\nS: 250 ok\nS: 550 5.4.5 Daily limit\nC: QUIT\n" + bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::data, "refused"};
  expect_dialogue(c);
}

// Replies that do not match what was asked: too many, or the wrong kind.
TEST(ClientPipelining, ACountThatDoesNotMatchIsAProtocolError) {
  const std::string group = "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nC: RCPT TO:<ned@innosoft.com>\nC: DATA\n";
  client_case c = grouped("a reply too many", {"ned@innosoft.com"},
                          group + "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::protocol, client_stage::data, "protocol"};
  c.pieces = cuts::whole;
  expect_dialogue(c);
  c = grouped("content is answered before it is sent", {"ned@innosoft.com"},
              group + "S: 250 ok\nS: 250 ok\nS: 354 go\nS: 250 sent\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::protocol, client_stage::content, "protocol"};
  c.pieces = cuts::whole;
  expect_dialogue(c);
  c = grouped("a reply too few", {"ned@innosoft.com"},
              group + "S: 250 ok\nS: 250 ok\n--- timer ---\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::timeout, client_stage::data, "silence"};
  expect_dialogue(c);
  c = grouped("354 for RCPT", {"ned@innosoft.com"}, group + "S: 250 ok\nS: 354 go\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::protocol, client_stage::rcpt, "protocol"};
  expect_dialogue(c);
}

TEST(ClientPipelining, A421InsideAGroupEndsIt) {
  client_case c = grouped("421 to the second recipient", three,
                          group_of_three + "S: 250 ok\nS: 250 ok\nS: 421 4.3.2 going down\n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::refused, client_stage::rcpt, "421"};
  expect_dialogue(c);
}

TEST(ClientPipelining, QuitBehindTheEndMarkMayGoUnanswered) {
  for (const char* last : {"S: 250 sent\n--- server closes ---\n", "S: 250 sent\n--- timer ---\n"}) {
    client_case c = grouped(last, {"ned@innosoft.com"},
                            "C: MAIL FROM:<mrose@dbc.mtview.ca.us>\nC: RCPT TO:<ned@innosoft.com>\nC: DATA\n"
                            "S: 250 ok\nS: 250 ok\nS: 354 go\nC: Hi\nC: .\nC: QUIT\n" +
                                std::string{last} + "--- client closes ---\n");
    expect_dialogue(c);
  }
}

TEST(ClientPipelining, StarttlsAndEhloEndTheirGroups) {
  client_case c;
  c.name = "nothing travels with STARTTLS, EHLO or AUTH";
  c.options = login_options(tls_policy::starttls_required);
  c.options.groups = pipelining::when_offered;
  c.mail = submission_to({"ned@innosoft.com"}, "Hi\r\n");
  c.script =
      "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250-PIPELINING\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n--- TLS "
      "---\n"
      "C: EHLO client.example\nS: 250-x\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\n"
      "C: AUTH PLAIN AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w\nS: 235 in\n"
      "C: MAIL FROM:<user@gmail.example>\nC: RCPT TO:<ned@innosoft.com>\nC: DATA\nS: 250 x\nS: 250 x\nS: 354 x\n"
      "C: Hi\nC: .\nC: QUIT\nS: 250 x\n" +
      bye;
  expect_dialogue(c);
}

client_case with_login(const std::string& name, const std::string& dialogue) {
  client_case c;
  c.name = name;
  c.options = login_options(tls_policy::implicit);
  c.options.groups = pipelining::when_offered;
  c.options.login = session::login_group::with_mail;
  c.mail = submission_to({"ned@innosoft.com"}, "Hi\r\n");
  c.script =
      "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250-PIPELINING\nS: 250 AUTH PLAIN LOGIN\n"
      "C: AUTH PLAIN AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w\nC: MAIL FROM:<user@gmail.example>\n"
      "C: RCPT TO:<ned@innosoft.com>\n" +
      dialogue;
  return c;
}

// RFC 4954 §4: a login that is one message may be followed at once.
TEST(ClientPipelining, ALoginMayShareTheGroup) {
  expect_dialogue(with_login(
      "accepted", "S: 235 in\nS: 250 x\nS: 250 x\nC: DATA\nS: 354 x\nC: Hi\nC: .\nC: QUIT\nS: 250 x\n" + bye));
  client_case c = with_login("refused", "S: 535 5.7.8 no\nS: 530 5.7.0 log in\nS: 503 5.5.1 no\nC: QUIT\n" + bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::auth, "auth.535"};
  expect_dialogue(c);
  // Then MAIL would be its answer, and every reply after it belongs to something else.
  c = with_login("asks more", "S: 334 \n--- client closes ---\n");
  c.end = {outcome::failed, failure_kind::protocol, client_stage::auth, "protocol"};
  expect_dialogue(c);
}

TEST(ClientPipelining, ALoginOfSeveralMessagesStandsAlone) {
  client_case c = with_login("LOGIN", "");
  c.options.mechanisms = {"LOGIN"};
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  (void)d.take_sent();
  d.receive("250-x\r\n250-PIPELINING\r\n250 AUTH LOGIN\r\n");
  EXPECT_EQ(d.take_sent(), "AUTH LOGIN dXNlckBnbWFpbC5leGFtcGxl\r\n");
}

// RFC 2920 §3.1: a group fits the window, so that both sides never block in writing.
TEST(ClientPipelining, AGroupFitsTheWindow) {
  client_case c = grouped("many", {}, "");
  for (int i = 0; i < 90; ++i)
    c.mail.to.push_back(*wire::forward_path::parse("<" + std::string(60, 'a') + std::to_string(i) + "@b.example>"));
  for (const std::size_t window : {std::size_t{4096}, std::size_t{1}, limits::pipelined_command_octets}) {
    c.options.pipeline_octets = window;
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    (void)d.take_sent();
    d.receive("250-x\r\n250 PIPELINING\r\n");
    std::size_t largest = 0;
    std::size_t outstanding = 0;
    int replies = 0;
    for (std::string sent = d.take_sent(); !sent.empty() || outstanding > 0; sent = d.take_sent()) {
      std::size_t commands = 0;
      for (std::size_t at = 0; (at = sent.find("\r\n", at)) != std::string::npos; at += 2) ++commands;
      outstanding += commands;
      largest = std::max(largest, sent.size());
      EXPECT_LE(outstanding, limits::pipelined_commands);
      if (sent.find("DATA\r\n") != std::string::npos) break;
      d.receive("250 ok\r\n");
      --outstanding;
      ++replies;
    }
    EXPECT_LE(largest, std::max<std::size_t>(window, 100));
    EXPECT_LE(replies, 91);
    if (window == limits::pipelined_command_octets) {
      EXPECT_EQ(replies, 0) << "100 recipients are one group";
    }
  }
}

}  // namespace
}  // namespace smtpscope::test
