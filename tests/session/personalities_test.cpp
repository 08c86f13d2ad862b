// Each personality speaks as the server that it stands for, byte by byte.

#include <gtest/gtest.h>

#include "session/server_script.hpp"
#include "support/policy_files.hpp"
#include "texts/native_personalities.hpp"

namespace smtpscope::test {
namespace {

// Users and mailboxes are the sample server's where the personality has none of its own.
server_case playing(const char* name, std::string script) {
  server_case c = sample_server(name, std::move(script));
  session::server_profile base;
  base.options = std::move(c.options);
  base.policy = std::move(c.policy);
  session::server_profile p = personality(name, std::move(base));
  c.options = std::move(p.options);
  c.policy = std::move(p.policy);
  c.options.client_address = "203.0.113.7";
  c.unix_seconds = 1716281641;
  return c;
}

TEST(Personalities, GmailTakesASubmission) {
  server_case c = playing("gmail", R"(
S: 220 smtp.gmail.com ESMTP 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: EHLO client.example
S: 250-smtp.gmail.com at your service, [203.0.113.7]
S: 250-SIZE 35882577
S: 250-8BITMIME
S: 250-STARTTLS
S: 250-ENHANCEDSTATUSCODES
S: 250-PIPELINING
S: 250-CHUNKING
S: 250 SMTPUTF8
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- TLS ---
C: EHLO client.example
S: 250-smtp.gmail.com at your service, [203.0.113.7]
S: 250-SIZE 35882577
S: 250-8BITMIME
S: 250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH
S: 250-ENHANCEDSTATUSCODES
S: 250-PIPELINING
S: 250-CHUNKING
S: 250 SMTPUTF8
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: dGlt
S: 334 UGFzc3dvcmQ6
C: dGFuc3RhYWZ0YW5zdGFhZg==
S: 235 2.7.0 Accepted
C: MAIL FROM:<tim@gmail.example>
S: 250 2.1.0 OK 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: RCPT TO:<whoever@anywhere.example>
S: 250 2.1.5 OK 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: DATA
S: 354  Go ahead 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: Subject: x
C: .
S: 250 2.0.0 OK  1716281641 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: QUIT
S: 221 2.0.0 closing connection 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
--- server closes ---
)");
  c.messages = {{"tim@gmail.example", {"whoever@anywhere.example"}, "Subject: x\r\n"}};
  expect_dialogue(c);
}

TEST(Personalities, GmailRefusesInItsOwnWords) {
  expect_dialogue(playing("gmail", R"(
S: 220 smtp.gmail.com ESMTP 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: MAIL FROM:<a@b.example>
S: 503 5.5.1 EHLO/HELO first. 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: HELO Alice
S: 250 smtp.gmail.com at your service
C: MAIL FROM:<a@b.example>
S: 530-5.7.0 Must issue a STARTTLS command first. For more information, go to
S: 530-5.7.0  https://support.google.com/a/answer/3221692 and review RFC 3207
S: 530 5.7.0 specifications. 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- TLS ---
C: MAIL FROM:<a@b.example>
S: 530-5.7.0 Authentication Required. For more information, go to
S: 530 5.7.0  https://support.google.com/mail/?p=WantAuthError 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: AUTH PLAIN AHRpbQB3cm9uZw==
S: 535-5.7.8 Username and Password not accepted. For more information, go to
S: 535 5.7.8  https://support.google.com/mail/?p=BadCredentials 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: AUTH XOAUTH
S: 504 5.7.4 Unrecognized Authentication Type 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: AUTH PLAIN ???
S: 501 5.5.2 Cannot Decode response 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 235 2.7.0 Accepted
C: MAIL FROM:<"Name" <a@b.example>>
S: 555-5.5.2 Syntax error, cannot decode response. For more information, go to
S: 555-5.5.2  https://support.google.com/a/answer/3221692 and review RFC 5321
S: 555 5.5.2 specifications. 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: DATA
S: 503 5.5.1 MAIL first. 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
C: HAI
S: 502 5.5.1 Unrecognized command 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
--- timer ---
S: 451 4.4.2 Timeout - closing connection. 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp
--- server closes ---
)"));
}

TEST(Personalities, GmailMxRefusesAnUnknownMailboxAtOnce) {
  server_case c = playing("gmail-mx", R"(
S: 220 mx.google.com ESMTP 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: EHLO mta.example
S: 250-mx.google.com at your service, [203.0.113.7]
S: 250-SIZE 157286400
S: 250-8BITMIME
S: 250-STARTTLS
S: 250-ENHANCEDSTATUSCODES
S: 250-PIPELINING
S: 250-CHUNKING
S: 250 SMTPUTF8
C: MAIL FROM:<a@b.example>
S: 250 2.1.0 OK 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: RCPT TO:<nobody@mail.example>
S: 550-5.1.1 The email account that you tried to reach does not exist. Please try
S: 550-5.1.1 double-checking the recipient's email address for typos or
S: 550-5.1.1 unnecessary spaces. For more information, go to
S: 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: RCPT TO:<amy@mail.example>
S: 250 2.1.5 OK 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: BDAT 2 LAST
C- x\n
S: 250 2.0.0 OK  1716281641 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: AUTH PLAIN
S: 502 5.5.1 Unimplemented command 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
C: QUIT
S: 221 2.0.0 closing connection 5b1f17b1804b1-433cde058fcsi74629515e9.3 - gsmtp
--- server closes ---
)");
  c.options.content.newlines = session::bare_newlines::accept;
  c.messages = {{"a@b.example", {"amy@mail.example"}, "x\n"}};
  expect_dialogue(c);
}

TEST(Personalities, PostfixSpeaksAsPostfix) {
  server_case c = playing("postfix", R"(
S: 220 mail.example ESMTP Postfix
C: EHLO client.example
S: 250-mail.example
S: 250-PIPELINING
S: 250-SIZE 10240000
S: 250-VRFY
S: 250-STARTTLS
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: FOO
S: 500 5.5.2 Error: command not recognized
C: HELP
S: 500 5.5.2 Error: command not recognized
C: VRFY amy@mail.example
S: 252 2.0.0 amy@mail.example
C: RCPT TO:<amy@mail.example>
S: 503 5.5.1 Error: need MAIL command
C: DATA
S: 503 5.5.1 Error: need MAIL command
C: MAIL FROM:<a@b.example>
S: 250 2.1.0 Ok
C: MAIL FROM:<a@b.example>
S: 503 5.5.1 Error: nested MAIL command
C: RCPT TO:<nobody@mail.example>
S: 550 5.1.1 <nobody@mail.example>: Recipient address rejected: User unknown in local recipient table
C: DATA
S: 554 5.5.1 Error: no valid recipients
C: RCPT TO:<amy@mail.example>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: .
S: 250 2.0.0 Ok: queued as 1
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
--- TLS ---
C: AUTH PLAIN AHRpbQB3cm9uZw==
S: 535 5.7.8 Error: authentication failed: (reason unavailable)
C: AUTH FOO
S: 535 5.7.8 Error: authentication failed: Invalid authentication mechanism
C: AUTH PLAIN
S: 334\x20
C: *
S: 501 5.7.0 Authentication aborted
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 235 2.7.0 Authentication successful
C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: 503 5.5.1 Error: already authenticated
C: STARTTLS
S: 554 5.5.1 Error: TLS already active
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
--- server closes ---
)");
  c.messages = {{"a@b.example", {"amy@mail.example"}, ""}};
  expect_dialogue(c);
}

TEST(Personalities, ExchangeOnlineSpeaksAsExchange) {
  server_case c = playing("exchange-online", R"(
S: 220 FR0P281CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready at Tue, 21 May 2024 08:54:01 +0000
C: EHLO client.example
S: 250-FR0P281CA0001.outlook.office365.com Hello [203.0.113.7]
S: 250-SIZE 157286400
S: 250-PIPELINING
S: 250-DSN
S: 250-ENHANCEDSTATUSCODES
S: 250-STARTTLS
S: 250-8BITMIME
S: 250-BINARYMIME
S: 250-CHUNKING
S: 250 SMTPUTF8
C: MAIL FROM:<tim@tenant.example>
S: 530 5.7.57 Client not authenticated to send mail.
C: STARTTLS
S: 220 2.0.0 SMTP server ready
--- TLS ---
C: EHLO client.example
S: 250-FR0P281CA0001.outlook.office365.com Hello [203.0.113.7]
S: 250-SIZE 157286400
S: 250-PIPELINING
S: 250-DSN
S: 250-ENHANCEDSTATUSCODES
S: 250-AUTH LOGIN XOAUTH2
S: 250-8BITMIME
S: 250-BINARYMIME
S: 250-CHUNKING
S: 250 SMTPUTF8
C: AUTH LOGIN dGlt
S: 334 UGFzc3dvcmQ6
C: d3Jvbmc=
S: 535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.
C: AUTH LOGIN dGlt
S: 334 UGFzc3dvcmQ6
C: dGFuc3RhYWZ0YW5zdGFhZg==
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<tim@tenant.example>
S: 250 2.1.0 Sender OK
C: RCPT TO:<whoever@anywhere.example>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: .
S: 250 2.0.0 OK <1@FR0P281CA0001.outlook.office365.com> [Hostname=FR0P281CA0001.outlook.office365.com]
C: QUIT
S: 221 2.0.0 Service closing transmission channel
--- server closes ---
)");
  c.messages = {{"tim@tenant.example", {"whoever@anywhere.example"}, ""}};
  expect_dialogue(c);
}

TEST(Personalities, Rfc821KnowsNoExtensions) {
  server_case c = playing("rfc821", R"(
S: 220 mail.example Simple Mail Transfer Service Ready
C: EHLO client.example
S: 500 Syntax error, command unrecognized
C: HELO client.example
S: 250 mail.example
C: STARTTLS
S: 502 Command not implemented
C: VRFY amy
S: 502 Command not implemented
C: MAIL FROM:<a@b.example> SIZE=5
S: 504 Command parameter not implemented
C: MAIL FROM:<a@b.example>
S: 250 OK
C: RCPT TO:<nobody@mail.example>
S: 550 No such user here
C: RCPT TO:<amy@mail.example>
S: 250 OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: ..
C: .
S: 250 OK
C: QUIT
S: 221 mail.example Service closing transmission channel
--- server closes ---
)");
  c.messages = {{"a@b.example", {"amy@mail.example"}, ".\r\n"}};
  expect_dialogue(c);
}

TEST(Personalities, LabServerHangsUpOnAnUnknownRecipient) {
  expect_dialogue(playing("lab", R"(
S: 220 mail.example SMTP Server ready Tue, 21 May 2024 08:54:01 +0000
C: HELO Alice
S: 250 Alice
C: MAIL FROM:<a@b.example>
S: 250 Sender <a@b.example>
C: RCPT TO:<nobody@mail.example>
S: 421 Service is not available
--- server closes ---
)"));
  server_case c = playing("lab", R"(
S: 220 mail.example SMTP Server ready Tue, 21 May 2024 08:54:01 +0000
C: HELO Alice
S: 250 Alice
C: MAIL FROM:<a@b.example>
S: 250 Sender <a@b.example>
C: RCPT TO:<amy@mail.example>
S: 250 RECEPIENT <amy@mail.example>
C: DATA
S: 354 Enter the message, ending with <CRLF>.<CRLF>
C: hello
C: .
S: 250 Message accepted
C: QUIT
S: 221 mail.example closing connection
--- server closes ---
)");
  c.messages = {{"a@b.example", {"amy@mail.example"}, "hello\r\n"}};
  expect_dialogue(c);
}

TEST(Personalities, AreAllThereAndNamedAsTheirFiles) {
  std::vector<std::string> names;
  for (const texts::personality& p : texts::personalities()) {
    names.emplace_back(p.name);
    const session::server_profile profile = personality(p.name);
    EXPECT_EQ(profile.name, p.name);
    EXPECT_FALSE(profile.about.empty());
    EXPECT_TRUE(profile.policy.users.empty()) << "who logs in is the host's to say";
    server_case c = playing(names.back().c_str(), "");
    EXPECT_TRUE(session::server_session::create(c.options)) << p.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"exchange-online", "gmail-mx", "gmail", "lab", "postfix", "rfc821"}));
}

}  // namespace
}  // namespace smtpscope::test
