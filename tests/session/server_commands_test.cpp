// Every command of the server, its arguments and its order.

#include <gtest/gtest.h>

#include <cstring>

#include "session/server_script.hpp"
#include "smtpscope/base/limits.hpp"

namespace smtpscope::test {
namespace {

using session::link_security;
using session::offer;
using session::requirement;

const std::string greeting = "S: 220 mail.example ESMTP smtpscope\n";
const std::string capabilities =
    "S: 250-PIPELINING\nS: 250-SIZE 35882577\nS: 250-8BITMIME\nS: 250-ENHANCEDSTATUSCODES\n";
const std::string ehlo = greeting + "C: EHLO client.example\nS: 250-mail.example greets client.example\n" +
                         capabilities + "S: 250-STARTTLS\nS: 250 HELP\n";
const std::string bye = "C: QUIT\nS: 221 2.0.0 mail.example closing connection\n--- server closes ---\n";

TEST(ServerDialogue, DeliversAMessage) {
  server_case c = sample_server("whole session", ehlo + R"(C: MAIL FROM:<amy@mail.example> SIZE=14 BODY=8BITMIME
S: 250 2.1.0 Sender OK
C: RCPT TO:<bob@mail.example>
S: 250 2.1.5 Recipient OK
C: RCPT TO:<Postmaster>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: Subject: x
C:
C: ..dot
C: .
S: 250 2.0.0 OK: queued as 1
C: MAIL FROM:<>
S: 250 2.1.0 Sender OK
C: RCPT TO:<any.one@other.example>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: .
S: 250 2.0.0 OK: queued as 2
)" + bye);
  c.messages = {{"amy@mail.example", {"bob@mail.example", "Postmaster"}, "Subject: x\r\n\r\n.dot\r\n"},
                {"", {"any.one@other.example"}, ""}};
  expect_dialogue(c);
}

TEST(ServerDialogue, HeloIsEnough) {
  server_case c = sample_server("HELO", greeting + R"(C: HELO client.example
S: 250 mail.example greets client.example
C: MAIL FROM:<amy@mail.example>
S: 250 2.1.0 Sender OK
C: RCPT TO:<bob@mail.example>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: x
C: .
S: 250 2.0.0 OK: queued as 1
)" + bye);
  c.messages = {{"amy@mail.example", {"bob@mail.example"}, "x\r\n"}};
  expect_dialogue(c);
}

TEST(ServerDialogue, SmallCommandsAndLetterCase) {
  expect_dialogue(sample_server("small commands", greeting + R"(C: noop
S: 250 2.0.0 OK
C: NoOp whatever you say
S: 250 2.0.0 OK
C: rset
S: 250 2.0.0 OK
C: VRFY amy
S: 252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery
C: HELP
S: 214-2.0.0 Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP QUIT VRFY HELP
S: 214 2.0.0 See RFC 5321
C: help mail
S: 214-2.0.0 Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP QUIT VRFY HELP
S: 214 2.0.0 See RFC 5321
C: heLO client.example
S: 250 mail.example greets client.example
C: mail from:<amy@mail.example>
S: 250 2.1.0 Sender OK
C: rcpt to:<bob@MAIL.example>
S: 250 2.1.5 Recipient OK
)" + bye));
}

TEST(ServerDialogue, SyntaxErrorsAreAnswered) {
  enum class at { mail, rcpt, data };
  const struct {
    const char* command;
    const char* reply;
    at state;
  } table[] = {
      {"HALLO client.example", "500 5.5.2 ", at::mail},
      {"", "500 5.5.2 ", at::mail},
      {"EHLO", "501 5.5.4 ", at::mail},
      {"HELO", "501 5.5.4 ", at::mail},
      {"DATA now", "501 5.5.4 ", at::data},
      {"RSET x", "501 5.5.4 ", at::mail},
      {"QUIT x", "501 5.5.4 ", at::mail},
      {"STARTTLS x", "501 5.5.4 ", at::mail},
      {"VRFY", "501 5.5.4 ", at::mail},
      {"EXPN list", "502 5.5.1 ", at::mail},
      {"BDAT 3 LAST", "502 5.5.1 ", at::mail},
      {"AUTH", "538 5.7.11 ", at::mail},
      {"MAIL", "501 5.5.4 ", at::mail},
      {"MAIL amy@mail.example", "501 5.5.4 ", at::mail},
      {"MAIL FROM :<amy@mail.example>", "501 5.5.4 ", at::mail},
      {"MAIL FROM:amy@mail.example", "501 5.1.7 ", at::mail},
      {"MAIL FROM:<amy>", "501 5.1.7 ", at::mail},
      {"MAIL FROM:<\"Amy\" <amy@mail.example>>", "501 5.1.7 ", at::mail},
      {"MAIL FROM:<amy@mail.example>SIZE=1", "501 5.1.7 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SIZE=x", "501 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SIZE=1 SIZE=2", "501 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SIZE", "501 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> BODY=BINARYMIME", "555 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SMTPUTF8", "555 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> RET=HDRS", "555 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> AUTH=<>", "555 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> =x", "501 5.5.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SIZE=35882578", "552 5.3.4 ", at::mail},
      {"MAIL FROM:<amy@mail.example> SIZE=99999999999999999999", "552 5.3.4 ", at::mail},
      {"RCPT TO:<amy@mail.example>", "503 5.5.1 ", at::mail},
      {"DATA", "503 5.5.1 ", at::mail},
      {"RCPT", "501 5.5.4 ", at::rcpt},
      {"RCPT TO:<>", "501 5.1.3 ", at::rcpt},
      {"RCPT TO:<nobody@mail.example>", "550 5.1.1 ", at::rcpt},
      {"RCPT TO:<amy@elsewhere.example>", "550 5.1.1 ", at::rcpt},
      {"RCPT TO:<bob@mail.example> NOTIFY=NEVER", "555 5.5.4 ", at::rcpt},
      {"RCPT TO:<bob@mail.example> SIZE=1", "555 5.5.4 ", at::rcpt},
      {"MAIL FROM:<amy@mail.example>", "503 5.5.1 ", at::rcpt},
      {"STARTTLS", "503 5.5.1 ", at::rcpt},
      {"AUTH PLAIN", "503 5.5.1 ", at::rcpt},
      {"DATA", "503 5.5.1 ", at::rcpt},
      {"NOOP a\x01", "501 5.5.4 ", at::mail},
      {"EHLO a\x07"
       "b",
       "501 5.5.4 ", at::mail},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(printable(row.command));
    const server_case c = sample_server("", "");
    server_driver d{c};
    d.connected();
    d.receive("EHLO client.example\r\n");
    if (row.state != at::mail) d.receive("MAIL FROM:<amy@mail.example>\r\n");
    if (row.state == at::data) d.receive("RCPT TO:<bob@mail.example>\r\n");
    const session::server_state state = d.session().state();
    (void)d.take_sent();
    d.receive(std::string{row.command} + "\r\n");
    const std::string reply = d.take_sent();
    EXPECT_EQ(reply.substr(0, std::strlen(row.reply)), row.reply) << reply;
    EXPECT_EQ(reply.find("\r\n"), reply.size() - 2) << "one line: " << reply;
    EXPECT_EQ(name(d.session().state()), name(state)) << "an error changes nothing";
    EXPECT_FALSE(d.closed());
  }
}

TEST(ServerDialogue, HarmlessFaultsOfClientsAreTolerated) {
  expect_dialogue(sample_server("stray spaces and odd names", greeting + R"(C: EHLO my_laptop
S: 250-mail.example greets my_laptop
)" + capabilities + R"(S: 250-STARTTLS
S: 250 HELP
C: MAIL FROM: <amy@mail.example>
S: 250 2.1.0 Sender OK
C: RCPT TO: <bob@mail.example>\x20\x20
S: 250 2.1.5 Recipient OK
C: RCPT TO:<@a.example,@b.example:bob@mail.example>
S: 250 2.1.5 Recipient OK
)" + bye));
}

TEST(ServerDialogue, EhloAndRsetForgetTheTransaction) {
  for (const std::string& forget : {std::string{"C: RSET\nS: 250 2.0.0 OK\n"},
                                    std::string{"C: HELO client.example\nS: 250 mail.example greets client.example\n"},
                                    "C: EHLO again.example\nS: 250-mail.example greets again.example\n" + capabilities +
                                        "S: 250-STARTTLS\nS: 250 HELP\n"})
    expect_dialogue(sample_server(forget, ehlo + R"(C: MAIL FROM:<amy@mail.example>
S: 250 2.1.0 Sender OK
C: RCPT TO:<bob@mail.example>
S: 250 2.1.5 Recipient OK
)" + forget + R"(C: RCPT TO:<bob@mail.example>
S: 503 5.5.1 Send MAIL first
C: DATA
S: 503 5.5.1 Send MAIL first
)" + bye));
}

TEST(ServerDialogue, CommandsMayComeInGroups) {
  server_case c = sample_server("RFC 2920 groups", ehlo + R"(C: MAIL FROM:<amy@mail.example>
C: RCPT TO:<nobody@mail.example>
C: RCPT TO:<bob@mail.example>
C: DATA
S: 250 2.1.0 Sender OK
S: 550 5.1.1 No such user here: <nobody@mail.example>
S: 250 2.1.5 Recipient OK
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: one
C: .
C: RSET
C: MAIL FROM:<amy@mail.example>
C: RCPT TO:<amy@mail.example>
C: DATA
C: two
C: .
C: QUIT
S: 250 2.0.0 OK: queued as 1
S: 250 2.0.0 OK
S: 250 2.1.0 Sender OK
S: 250 2.1.5 Recipient OK
S: 354 Start mail input; end with <CRLF>.<CRLF>
S: 250 2.0.0 OK: queued as 2
S: 221 2.0.0 mail.example closing connection
--- server closes ---
)");
  c.messages = {{"amy@mail.example", {"bob@mail.example"}, "one\r\n"},
                {"amy@mail.example", {"amy@mail.example"}, "two\r\n"}};
  expect_dialogue(c);
}

TEST(ServerDialogue, AGroupWithoutRecipientsGetsNo354) {
  expect_dialogue(sample_server("all recipients refused", ehlo + R"(C: MAIL FROM:<amy@mail.example>
C: RCPT TO:<nobody@mail.example>
C: DATA
S: 250 2.1.0 Sender OK
S: 550 5.1.1 No such user here: <nobody@mail.example>
S: 554 5.5.1 No valid recipients
)" + bye));
}

TEST(ServerDialogue, WhatFollowsQuitIsNotHeard) {
  expect_dialogue(sample_server("after QUIT", greeting + R"(C: QUIT
C: NOOP
C: EHLO again
S: 221 2.0.0 mail.example closing connection
--- server closes ---
)"));
}

TEST(ServerDialogue, OneMayBeSilentOrToldToGo) {
  expect_dialogue(sample_server("silent", greeting +
                                              "--- timer ---\nS: 421 4.4.2 mail.example Timeout, closing connection\n"
                                              "--- server closes ---\n"));
  expect_dialogue(sample_server(
      "shut down", ehlo + "--- shut down ---\nS: 421 4.3.2 mail.example shutting down\n--- server closes ---\n"));
  expect_dialogue(sample_server("in content", ehlo + R"(C: MAIL FROM:<amy@mail.example>
S: 250 2.1.0 Sender OK
C: RCPT TO:<bob@mail.example>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: half a mess
--- timer ---
S: 421 4.4.2 mail.example Timeout, closing connection
--- server closes ---
)"));
}

TEST(ServerSession, MayRefuseBeforeItGreets) {
  server_driver d{sample_server("", "")};
  d.shut_down("too many connections");  // RFC 5321 §3.8
  EXPECT_EQ(d.take_sent(), "421 4.3.2 mail.example too many connections\r\n");
  EXPECT_TRUE(d.closed());
  d.connected();
  EXPECT_EQ(d.take_sent(), "");
}

TEST(ServerSession, ArmsItsTimerAfterEveryReply) {
  auto made = session::server_session::create(sample_server("", "").options);
  session::server_session s = std::move(*made);
  s.connected();
  for (const char* command : {"EHLO a.example\r\n", "NOOP\r\n", "MAIL FROM:<amy@mail.example>\r\n"}) {
    seconds armed{0};
    while (const auto event = s.next()) {
      if (const auto* timer = std::get_if<session::arm_timer>(&*event)) armed = timer->after;
      if (std::holds_alternative<session::reverse_path_offered>(*event)) {
        EXPECT_TRUE(s.answer({}).ok());
      }
    }
    EXPECT_EQ(armed, minutes{5});  // RFC 5321 §4.5.3.2.7
    s.receive(command);
  }
}

TEST(ServerSession, AnswersAreForQuestions) {
  auto made = session::server_session::create(sample_server("", "").options);
  session::server_session s = std::move(*made);
  ASSERT_FALSE(s.answer({}).ok());
  EXPECT_EQ(s.answer({}).why().code, errc::misuse);
  s.connected();
  s.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nNOOP\r\n");
  int replies = 0;
  while (const auto event = s.next()) replies += std::holds_alternative<session::send_reply>(*event) ? 1 : 0;
  EXPECT_EQ(replies, 2) << "NOOP waits behind the question";
  EXPECT_FALSE(s.wants_input());
  const wire::reply own{451, wire::enhanced_code{4, 7, 1}, {"Greylisted"}};
  EXPECT_TRUE(s.answer({session::verdict::reject, own}).ok());
  std::string said;
  while (const auto event = s.next())
    if (const auto* reply = std::get_if<session::send_reply>(&*event)) said += reply->bytes;
  EXPECT_EQ(said, "451 4.7.1 Greylisted\r\n250 2.0.0 OK\r\n");
}

TEST(ServerSession, RefusesOptionsThatMakeNoSense) {
  session::server_options o = sample_server("", "").options;
  o.host_name = "not a host";
  EXPECT_FALSE(session::server_session::create(o));
  o.host_name = "mail.example";
  o.mechanisms = {"KERBEROS_V4"};
  EXPECT_EQ(session::server_session::create(o).why().code, errc::unsupported);
  o.mechanisms = {"CRAM-MD5"};
  EXPECT_EQ(session::server_session::create(o).why().code, errc::invalid_argument) << "no randomness";
  o.random = std::string(31, 'x');
  EXPECT_EQ(session::server_session::create(o).why().code, errc::invalid_argument) << "too little";
  o.random = std::string(32, 'x');
  EXPECT_TRUE(session::server_session::create(o));
}

}  // namespace
}  // namespace smtpscope::test
