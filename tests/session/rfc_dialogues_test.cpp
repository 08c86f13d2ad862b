// The example dialogues of the RFCs.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

session::submission mail_of(const std::string& from, const std::vector<std::string>& to, std::string content) {
  session::submission mail = submission_to(to, std::move(content));
  mail.from = *wire::reverse_path::parse("<" + from + ">");
  return mail;
}

TEST(RfcDialogues, Rfc3207StartsTls) {
  client_case c;
  c.name = "RFC 3207 §5";
  c.options = plain_options(tls_policy::starttls_required);
  c.options.ehlo_name = "mail.example.com";
  c.mail = mail_of("a@example.com", {"b@imc.org"}, "\r\nHi\r\n");
  c.script = R"(S: 220 mail.imc.org SMTP service ready
C: EHLO mail.example.com
S: 250-mail.imc.org offers a warm hug of welcome
S: 250-8BITMIME
S: 250-STARTTLS
S: 250 DSN
C: STARTTLS
S: 220 Go ahead
--- TLS ---
C: EHLO mail.example.com
S: 250-mail.imc.org touches your hand gently for a moment
S: 250-8BITMIME
S: 250 DSN
C: MAIL FROM:<a@example.com>
S: 250 OK
C: RCPT TO:<b@imc.org>
S: 250 OK
C: DATA
S: 354 Go
C:
C: Hi
C: .
S: 250 OK
C: QUIT
S: 221 Bye
--- client closes ---
)";
  expect_dialogue(c);
}

TEST(RfcDialogues, Rfc5321D1DeliversToSomeRecipients) {
  client_case c;
  c.name = "RFC 5321 D.1";
  c.options = plain_options(tls_policy::never);
  c.options.ehlo_name = "bar.com";
  c.mail = mail_of("Smith@bar.com", {"Jones@foo.com", "Green@foo.com", "Brown@foo.com"}, "Blah blah blah...\r\n");
  c.script = R"(S: 220 foo.com Simple Mail Transfer Service Ready
C: EHLO bar.com
S: 250-foo.com greets bar.com
S: 250-8BITMIME
S: 250-SIZE
S: 250-DSN
S: 250 HELP
C: MAIL FROM:<Smith@bar.com> SIZE=19
S: 250 OK
C: RCPT TO:<Jones@foo.com>
S: 250 OK
C: RCPT TO:<Green@foo.com>
S: 550 No such user here
C: RCPT TO:<Brown@foo.com>
S: 250 OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: Blah blah blah...
C: .
S: 250 OK
C: QUIT
S: 221 foo.com Service closing transmission channel
--- client closes ---
)";
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  expect_dialogue(c);
}

TEST(RfcDialogues, EachRecipientHasItsResult) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"Jones@foo.com", "Green@foo.com", "Brown@foo.com"}, "\r\n");
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 a\r\n", "250 a\r\n", "250 ok\r\n", "250 ok\r\n", "550 5.1.1 no\r\n", "251 moved\r\n",
                            "354 go\r\n", "250 ok\r\n"})
    d.receive(reply);
  ASSERT_EQ(d.ends().size(), 1U);
  const auto& recipients = d.ends().front().recipients;
  ASSERT_EQ(recipients.size(), 3U);
  EXPECT_TRUE(recipients[0].accepted());
  EXPECT_FALSE(recipients[1].accepted());
  EXPECT_EQ(recipients[1].reply->code, 550);
  EXPECT_EQ(recipients[1].path.mailbox_text(), "Green@foo.com");
  EXPECT_TRUE(recipients[2].accepted());
}

// RFC 5321 §3.4: 251 is success, 551 a refusal of that recipient; the path it names is not asked for.
TEST(RfcDialogues, AMovedMailboxIsTakenOrRefused) {
  client_case c;
  c.name = "251 and 551";
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"Jones@foo.com", "Paul@foo.com"}, "x\r\n");
  c.script = R"(S: 220 foo.com
C: EHLO client.example
S: 250 foo.com
C: MAIL FROM:<user@gmail.example>
S: 250 OK
C: RCPT TO:<Jones@foo.com>
S: 251 User not local; will forward to <Jones@xyz.com>
C: RCPT TO:<Paul@foo.com>
S: 551 User not local; please try <Paul@xyz.com>
C: DATA
S: 354 go
C: x
C: .
S: 250 OK
C: QUIT
S: 221 bye
--- client closes ---
)";
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.5"};
  expect_dialogue(c);
}

TEST(RfcDialogues, Rfc5321D2NobodyIsThere) {
  client_case c;
  c.name = "all recipients refused";
  c.options = plain_options(tls_policy::never);
  c.options.ehlo_name = "bar.com";
  c.mail = mail_of("Smith@bar.com", {"Jones@foo.com", "Green@foo.com"}, "x\r\n");
  c.script = R"(S: 220 foo.com Simple Mail Transfer Service Ready
C: EHLO bar.com
S: 250 foo.com
C: MAIL FROM:<Smith@bar.com>
S: 250 OK
C: RCPT TO:<Jones@foo.com>
S: 550 No such user here
C: RCPT TO:<Green@foo.com>
S: 550 No such user here
C: QUIT
S: 221 foo.com Service closing transmission channel
--- client closes ---
)";
  c.end = {outcome::failed, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  expect_dialogue(c);
}

TEST(RfcDialogues, Rfc1870DeclaresTheSize) {
  client_case c;
  c.name = "RFC 1870 §8";
  c.options = plain_options(tls_policy::never);
  c.options.on_too_many = session::too_many::report;  // the RFC's client leaves it at that
  c.options.ehlo_name = "ymir.claremont.edu";
  c.mail = mail_of("ned@thor.innosoft.com", {"ned@innosoft.com", "ned@thor.innosoft.com", "ned@sigurd.innosoft.com"},
                   std::string(48, 'x') + "\r\n");
  c.script = R"(S: 220 sigurd.innosoft.com -- Server SMTP
C: EHLO ymir.claremont.edu
S: 250-sigurd.innosoft.com
S: 250-EXPN
S: 250-HELP
S: 250 SIZE 1000000
C: MAIL FROM:<ned@thor.innosoft.com> SIZE=50
S: 250 Address Ok.
C: RCPT TO:<ned@innosoft.com>
S: 250 ned@innosoft.com OK; can accommodate 500000 byte message
C: RCPT TO:<ned@thor.innosoft.com>
S: 552 Channel size limit exceeded: ned@thor.innosoft.com
C: RCPT TO:<ned@sigurd.innosoft.com>
S: 452 Insufficient channel storage: ned@sigurd.innosoft.com
C: DATA
S: 354 Send message, ending in CRLF.CRLF.
C: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
C: .
S: 250 Some recipients OK
C: QUIT
S: 221 Goodbye
--- client closes ---
)";
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.552"};
  expect_dialogue(c);
}

client_case rfc4954(const std::string& name, session::initial_response ir, const std::string& login) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls_policy::implicit);
  c.options.auth = session::credentials{"test", secret{"1234"}};
  c.options.mechanisms = {"PLAIN"};
  c.options.ir = ir;
  c.mail = mail_of("e=mc2@example.com", {"john+@example.org"}, "x\r\n");
  c.script =
      "S: 220 smtp.example.com ESMTP Server\n"
      "C: EHLO client.example\n"
      "S: 250-smtp.example.com Hello client.example.com\n"
      "S: 250 AUTH GSSAPI DIGEST-MD5 PLAIN\n" +
      login +
      "S: 235 2.7.0 Authentication successful\n"
      "C: MAIL FROM:<e=mc2@example.com>\n"
      "S: 250 OK\n"
      "C: RCPT TO:<john+@example.org>\n"
      "S: 250 OK\n"
      "C: DATA\n"
      "S: 354 go\n"
      "C: x\n"
      "C: .\n"
      "S: 250 OK\n"
      "C: QUIT\n"
      "S: 221 bye\n"
      "--- client closes ---\n";
  return c;
}

TEST(RfcDialogues, Rfc4954LogsInWithPlain) {
  // The RFC's own message also names an authorization identity; ours leaves it to the server.
  expect_dialogue(
      rfc4954("with initial response", session::initial_response::sent, "C: AUTH PLAIN AHRlc3QAMTIzNA==\n"));
  expect_dialogue(rfc4954("without initial response", session::initial_response::withheld,
                          "C: AUTH PLAIN\nS: 334 \nC: AHRlc3QAMTIzNA==\n"));
  expect_dialogue(rfc4954("challenge without its space", session::initial_response::withheld,
                          "C: AUTH PLAIN\nS: 334\nC: AHRlc3QAMTIzNA==\n"));
}

TEST(RfcDialogues, OldServersAreMetWithHelo) {
  for (const char* code : {"500", "502"}) {
    client_case c;
    c.name = std::string{"HELO after "} + code;
    c.options = plain_options(tls_policy::never);
    c.mail = sample_mail();
    c.script = std::string{"S: 220 old.example\nC: EHLO client.example\nS: "} + code + R"( what?
C: HELO client.example
S: 250 old.example
C: MAIL FROM:<user@gmail.example>
S: 250 ok
C: RCPT TO:<friend@mail.example>
S: 250 ok
C: DATA
S: 354 go
C: Subject: Hi
C:
C: ..dot
C: Bye
C: .
S: 250 ok
C: QUIT
S: 221 bye
--- client closes ---
)";
    expect_dialogue(c);
  }
}

TEST(RfcDialogues, OtherRefusalsOfEhloAreFinal) {
  for (const char* code : {"501", "503", "504", "521", "530", "550", "554", "421", "450"}) {
    client_case c;
    const bool closing = std::string{"421"} == code;
    c.name = std::string{"EHLO refused with "} + code;
    c.options = plain_options(tls_policy::never);
    c.mail = sample_mail();
    c.script = std::string{"S: 220 mail.example\nC: EHLO client.example\nS: "} + code + " no\n" +
               (closing ? "" : "C: QUIT\nS: 221 bye\n") + "--- client closes ---\n";
    const bool transient = code[0] == '4';
    c.end = {outcome::failed, failure_kind::refused, client_stage::ehlo,
             closing                      ? "421"
             : transient                  ? "refused.4"
             : std::string{"503"} == code ? "503"
             : std::string{"530"} == code ? "530"
                                          : "ehlo.5"};
    expect_dialogue(c);
  }
}

TEST(RfcDialogues, HeloRefusedEndsTheSession) {
  client_case c;
  c.name = "neither EHLO nor HELO";
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  c.script =
      "S: 220 x\nC: EHLO client.example\nS: 500 x\nC: HELO client.example\nS: 500 x\nC: QUIT\nS: 500 x\n"
      "--- client closes ---\n";
  c.end = {outcome::failed, failure_kind::refused, client_stage::helo, "refused"};
  expect_dialogue(c);
}

TEST(RfcDialogues, QuitMayGoUnanswered) {
  for (const char* end :
       {"--- server closes ---\n", "--- timer ---\n", "S: 421 too slow\n", "S: 354 what\n", "S: junk\n"}) {
    client_case c;
    c.name = std::string{"after QUIT: "} + end;
    c.options = plain_options(tls_policy::never);
    c.mail = submission_to({"a@b.example"}, "x\r\n");
    c.script =
        std::string{
            "S: 220 x\nC: EHLO client.example\nS: 250 x\nC: MAIL FROM:<user@gmail.example>\nS: 250 x\n"
            "C: RCPT TO:<a@b.example>\nS: 250 x\nC: DATA\nS: 354 x\nC: x\nC: .\nS: 250 x\nC: QUIT\n"} +
        end + "--- client closes ---\n";
    expect_dialogue(c);
  }
}

}  // namespace
}  // namespace smtpscope::test
