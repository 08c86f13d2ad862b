// TLS and login at the server.

#include <gtest/gtest.h>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using session::extension;
using session::link_security;
using session::offer;
using session::requirement;

const std::string greeting = "S: 220 mail.example ESMTP smtpscope\n";
const std::string first_line = "C: EHLO client.example\nS: 250-mail.example greets client.example\n";
const std::string common = "S: 250-PIPELINING\nS: 250-SIZE 35882577\nS: 250-8BITMIME\nS: 250-ENHANCEDSTATUSCODES\n";
const std::string ehlo_plain = first_line + common + "S: 250-STARTTLS\nS: 250 HELP\n";
const std::string ehlo_tls = first_line + common + "S: 250-AUTH PLAIN LOGIN\nS: 250 HELP\n";
const std::string bye = "C: QUIT\nS: 221 2.0.0 mail.example closing connection\n--- server closes ---\n";
// RFC 4616: tim / tanstaaftanstaaf.
const std::string good_plain = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";

server_case on_tls(std::string name, std::string script) {
  server_case c = sample_server(std::move(name), greeting + ehlo_tls + std::move(script));
  c.options.link = link_security::tls;
  return c;
}

TEST(ServerStarttls, BeginsTlsAndForgetsTheClient) {
  expect_dialogue(sample_server("STARTTLS", greeting + ehlo_plain + R"(C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- TLS ---
C: MAIL FROM:<amy@mail.example>
S: 503 5.5.1 Send EHLO or HELO first
)" + ehlo_tls + R"(C: STARTTLS
S: 503 5.5.1 TLS is already active
)" + bye));
}

TEST(ServerStarttls, ForgetsALoginFromBeforeTls) {
  server_case c = sample_server("login in the clear, then STARTTLS", greeting + first_line + common + R"(S: 250-STARTTLS
S: 250-AUTH PLAIN LOGIN
S: 250 HELP
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 235 2.7.0 Authentication successful
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- TLS ---
)" + ehlo_tls + R"(C: MAIL FROM:<amy@mail.example>
S: 530 5.7.0 Authentication required
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 235 2.7.0 Authentication successful
)" + bye);
  c.options.auth_on_plain_link = offer::yes;
  c.options.auth_before_mail = requirement::yes;
  expect_dialogue(c);  // RFC 3207 §4.2
}

TEST(ServerStarttls, WhatCameInPlaintextIsNotTakenForTls) {
  server_case c = sample_server("CVE-2011-0411", greeting + ehlo_plain + R"(C: STARTTLS
C: EHLO commandinjectiontester
S: 554 5.5.0 No command may follow STARTTLS before TLS is established
--- server closes ---
)");
  c.pieces = server_cuts::whole;
  expect_dialogue(c);
}

TEST(ServerStarttls, PlaintextWhereTlsMustBeginEndsTheSession) {
  expect_dialogue(sample_server("plaintext during the handshake", greeting + ehlo_plain + R"(C: STARTTLS
S: 220 2.0.0 Ready to start TLS
C: EHLO again
--- server closes ---
)"));
}

TEST(ServerStarttls, NoInjectedCommandIsEverAnswered) {
  // Wherever the attacker's segment is cut, nothing of it is carried out.
  const std::string attack = "STARTTLS\r\nMAIL FROM:<amy@mail.example>\r\n";
  for (std::size_t at = 1; at < attack.size(); ++at) {
    server_driver d{sample_server("", "")};
    d.connected();
    d.receive("EHLO client.example\r\n");
    d.receive(attack.substr(0, at));
    d.receive(attack.substr(at));
    if (d.wants_tls() && !d.closed()) d.tls_established();
    EXPECT_EQ(d.take_sent().find("Sender OK"), std::string::npos) << at;
    EXPECT_TRUE(d.closed()) << at;
  }
}

TEST(ServerStarttls, IsOfferedOnlyWhereItWorks) {
  server_case c =
      sample_server("not offered", greeting + first_line + common +
                                       "S: 250 HELP\nC: STARTTLS\nS: 502 5.5.1 STARTTLS is not offered\n" + bye);
  c.options.extensions.remove(extension::starttls);
  expect_dialogue(c);
  expect_dialogue(sample_server("before EHLO", greeting + "C: STARTTLS\nS: 503 5.5.1 Send EHLO or HELO first\n" + bye));
}

TEST(ServerStarttls, MayBeRequired) {
  server_case c = sample_server("530", greeting + ehlo_plain + R"(C: MAIL FROM:<amy@mail.example>
S: 530 5.7.0 Must issue a STARTTLS command first
C: AUTH PLAIN
S: 530 5.7.0 Must issue a STARTTLS command first
C: VRFY amy
S: 530 5.7.0 Must issue a STARTTLS command first
C: NOOP
S: 250 2.0.0 OK
C: RSET
S: 250 2.0.0 OK
)" + bye);
  c.options.tls_before_mail = requirement::yes;
  expect_dialogue(c);
}

TEST(ServerStarttls, ASilentHandshakeEndsWithoutAWord) {
  expect_dialogue(sample_server("timer in the handshake", greeting + ehlo_plain + R"(C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- timer ---
--- server closes ---
)"));
}

TEST(ServerAuth, TakesEveryForm) {
  const std::string ok = "S: 235 2.7.0 Authentication successful\n";
  const std::string again = "C: AUTH PLAIN " + good_plain + "\nS: 503 5.5.1 Already authenticated\n";
  for (const std::string& login :
       {"C: AUTH PLAIN " + good_plain + "\n", "C: AUTH PLAIN\nS: 334 \nC: " + good_plain + "\n",
        "C: auth plain " + good_plain + "\n",
        std::string{"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: dGFuc3RhYWZ0YW5zdGFhZg==\n"},
        std::string{"C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC: dGFuc3RhYWZ0YW5zdGFhZg==\n"},
        // The authorization identity may repeat the name.
        std::string{"C: AUTH PLAIN dGltAHRpbQB0YW5zdGFhZnRhbnN0YWFm\n"}})
    expect_dialogue(on_tls(login, login + ok + again + bye));
}

TEST(ServerAuth, RefusesEveryFault) {
  const struct {
    const char* name;
    const char* script;
  } table[] = {
      {"wrong password", "C: AUTH PLAIN AHRpbQB3cm9uZw==\nS: 535 5.7.8 Authentication credentials invalid\n"},
      {"unknown user", "C: AUTH PLAIN AHRvbQB0YW5zdGFhZnRhbnN0YWFm\nS: 535 5.7.8 Authentication credentials invalid\n"},
      {"acting as another",
       "C: AUTH PLAIN YW15AHRpbQB0YW5zdGFhZnRhbnN0YWFm\nS: 535 5.7.8 Authentication credentials invalid\n"},
      {"LOGIN, wrong password",
       "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC: d3Jvbmc=\nS: 535 5.7.8 Authentication credentials invalid\n"},
      {"LOGIN, empty password",
       "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC:\nS: 535 5.7.8 Authentication credentials invalid\n"},
      {"LOGIN, no name", "C: AUTH LOGIN =\nS: 501 5.5.2 LOGIN needs a user name\n"},
      {"unknown mechanism", "C: AUTH CRAM-MD5\nS: 504 5.5.4 Unrecognized authentication type\n"},
      {"no mechanism", "C: AUTH\nS: 501 5.5.4 the name of a mechanism is missing\n"},
      {"two responses", "C: AUTH PLAIN a b\nS: 501 5.5.4 more than one initial response follows the mechanism\n"},
      {"not base64", "C: AUTH PLAIN !!!\nS: 501 5.5.2 Cannot decode response: not base64\n"},
      {"padding inside", "C: AUTH PLAIN AAA=BBB\nS: 501 5.5.2 Cannot decode response: not base64\n"},
      {"padding first", "C: AUTH PLAIN =AAA\nS: 501 5.5.2 Cannot decode response: not base64\n"},
      {"not base64 later",
       "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt!\nS: 501 5.5.2 Cannot decode response: not base64\n"},
      {"no NULs",
       "C: AUTH PLAIN dGlt\nS: 501 5.5.2 PLAIN needs identity, user name and password with one NUL between each\n"},
      {"empty",
       "C: AUTH PLAIN =\nS: 501 5.5.2 PLAIN needs identity, user name and password with one NUL between each\n"},
      {"empty password",
       "C: AUTH PLAIN AHRpbQA=\nS: 501 5.5.2 PLAIN needs a user name and a password that are not empty\n"},
      {"cancelled PLAIN", "C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 5.7.0 Authentication cancelled\n"},
      {"cancelled LOGIN", "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 5.7.0 Authentication cancelled\n"},
  };
  for (const auto& row : table)
    expect_dialogue(on_tls(row.name, std::string{row.script} +
                                         // The session goes on, unauthenticated, and may try again.
                                         "C: AUTH PLAIN " + good_plain + "\nS: 235 2.7.0 Authentication successful\n" +
                                         bye));
}

TEST(ServerAuth, CommandsInsideAreResponses) {
  expect_dialogue(on_tls("QUIT is no base64",
                         "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: QUIT NOW\n"
                         "S: 501 5.5.2 Cannot decode response: not base64\n" +
                             bye));
}

TEST(ServerAuth, LinesMayBeLongButNotEndless) {
  server_driver d{on_tls("", "")};
  d.connected();
  d.receive("EHLO a.example\r\nAUTH PLAIN\r\n");
  (void)d.take_sent();
  d.receive(std::string(12284, 'A') + "\r\n");  // RFC 4954 §4: 12288 with its end
  EXPECT_EQ(d.take_sent().substr(0, 4), "501 ") << "read and judged";
  d.receive("AUTH PLAIN\r\n");
  (void)d.take_sent();
  d.receive(std::string(12288, 'A') + "\r\n");
  EXPECT_EQ(d.take_sent(), "500 5.5.6 Authentication exchange line is too long\r\n");
  d.receive("NOOP\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n") << "in step again";
}

TEST(ServerAuth, FiveFailuresEndTheSession) {
  const std::string bad = "C: AUTH PLAIN AHRpbQB3cm9uZw==\nS: 535 5.7.8 Authentication credentials invalid\n";
  expect_dialogue(on_tls(
      "five", bad + bad + bad + bad +
                  "C: AUTH PLAIN AHRpbQB3cm9uZw==\nS: 535 5.7.8 Authentication credentials invalid\n"
                  "S: 421 4.7.0 mail.example Too many failed logins, closing connection\n--- server closes ---\n"));
}

TEST(ServerAuth, IsNotTakenInTheClear) {
  expect_dialogue(sample_server("538", greeting + ehlo_plain + "C: AUTH PLAIN " + good_plain +
                                           "\nS: 538 5.7.11 Encryption required: send STARTTLS first\n" + bye));
  server_case c = sample_server("no TLS to start", greeting + first_line + common + "S: 250 HELP\nC: AUTH PLAIN " +
                                                       good_plain + "\nS: 502 5.5.1 AUTH is not offered\n" + bye);
  c.options.extensions.remove(extension::starttls);
  expect_dialogue(c);
  c = sample_server("allowed by name", greeting + first_line + common +
                                           "S: 250-STARTTLS\nS: 250-AUTH PLAIN LOGIN\nS: 250 HELP\nC: AUTH PLAIN " +
                                           good_plain + "\nS: 235 2.7.0 Authentication successful\n" + bye);
  c.options.auth_on_plain_link = offer::yes;
  expect_dialogue(c);
}

TEST(ServerAuth, MayBeRequired) {
  server_case c = on_tls("530", R"(C: MAIL FROM:<amy@mail.example>
S: 530 5.7.0 Authentication required
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<amy@mail.example> AUTH=amy+2Bx@mail.example
S: 250 2.1.0 Sender OK
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 503 5.5.1 Not allowed inside a mail transaction; send RSET first
)" + bye);
  c.options.auth_before_mail = requirement::yes;
  expect_dialogue(c);
}

// RFC 4954 §5: whoever says it, logged in or not, and it makes nobody somebody.
TEST(ServerAuth, TheAuthParameterIsTakenAndNotBelieved) {
  server_driver d{on_tls("", "")};
  d.connected();
  d.receive("EHLO a.example\r\n");
  for (const char* value : {"<>", "tim+2Bx@mail.example"}) {
    (void)d.take_sent();
    d.receive("MAIL FROM:<amy@mail.example> AUTH=" + std::string{value} + "\r\nRCPT TO:<bob@mail.example>\r\n");
    EXPECT_EQ(d.take_sent(), "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n") << value;
    EXPECT_EQ(d.session().authenticated_as(), "");
    d.receive("DATA\r\n.\r\n");
  }
  ASSERT_EQ(d.offers().size(), 2U);
  EXPECT_EQ(d.offers()[0].parameters.auth, "");
  EXPECT_EQ(d.offers()[1].parameters.auth, "tim+x@mail.example");
}

TEST(ServerAuth, TellsTheHostWhoItIs) {
  server_driver d{on_tls("", "")};
  d.connected();
  d.receive("EHLO a.example\r\nAUTH LOGIN dGlt\r\ndGFuc3RhYWZ0YW5zdGFhZg==\r\n");
  ASSERT_EQ(d.logins().size(), 1U);
  EXPECT_EQ(d.logins()[0].mechanism, "LOGIN");
  EXPECT_EQ(d.logins()[0].authentication_identity, "tim");
  EXPECT_EQ(d.logins()[0].password.reveal(), "tanstaaftanstaaf");
  EXPECT_EQ(d.session().authenticated_as(), "tim");
  EXPECT_EQ(d.session().ehlo_name(), "a.example");
  EXPECT_TRUE(d.session().extended());
}

}  // namespace
}  // namespace smtpscope::test
