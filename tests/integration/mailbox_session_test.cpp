// What a client meets at the embedded mailbox: logging in, envelopes, limits.

#include <gmock/gmock.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/memory_store.hpp"

#include "smtpscope/base/limits.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string user(mailbox::demo.name);
const std::string password(mailbox::demo.password);

// Sends a message in the transaction that stands and gives the reply to its end.
std::string send_content(smtp_client& client, std::string_view content) {
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
  client.send(content);
  return client.say(".");
}

std::string deliver(smtp_client& client, std::string_view content, std::string_view to = "bob@example.org") {
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250 2.1.0"));
  EXPECT_THAT(client.say("RCPT TO:<" + std::string(to) + ">"), StartsWith("250 2.1.5"));
  return send_content(client, content);
}

class MailboxSession : public ::testing::Test {
 protected:
  mailbox::memory_store store;
};

TEST_F(MailboxSession, DeliversByStarttls) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  client.secure();
  EXPECT_EQ(client.say("AUTH PLAIN " + plain_response(user, password)), "235 2.7.0 Authentication successful\r\n");
  EXPECT_THAT(deliver(client, "Subject: one\r\n\r\nHello\r\n"), StartsWith("250 2.0.0 OK: queued as "));
  EXPECT_THAT(client.say("QUIT"), StartsWith("221"));
  EXPECT_TRUE(client.ended());

  EXPECT_EQ(only_message(store), "Subject: one\r\n\r\nHello\r\n");
  const auto about = store.list().front();
  EXPECT_EQ(about.subject, "one");
  EXPECT_EQ(about.octets, 23U);
  EXPECT_EQ(about.envelope.from, "alice@example.org");
  EXPECT_THAT(about.envelope.to, ::testing::ElementsAre("bob@example.org"));
  EXPECT_EQ(about.envelope.authenticated_as, user);
  EXPECT_EQ(about.envelope.client_name, "client.example");
  EXPECT_EQ(mailbox::transmission_type(about.envelope), "ESMTPSA");
}

TEST_F(MailboxSession, DeliversByImplicitTls) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtps());
  ASSERT_TRUE(client.start_tls("127.0.0.1"));
  EXPECT_THAT(client.reply(), StartsWith("220 localhost ESMTP"));
  const std::string capabilities = client.say("EHLO client.example");
  EXPECT_THAT(capabilities, HasSubstr(" CRAM-MD5 PLAIN LOGIN XOAUTH2 OAUTHBEARER"));
  EXPECT_THAT(capabilities, Not(HasSubstr("STARTTLS")));
  EXPECT_THAT(client.say("STARTTLS"), StartsWith("503 5.5.1"));
  EXPECT_THAT(deliver(client, "Subject: two\r\n\r\n"), StartsWith("250"));
  EXPECT_EQ(mailbox::transmission_type(store.list().front().envelope), "ESMTPS");
}

TEST_F(MailboxSession, SaysWhatItCanDo) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_THAT(client.reply(), StartsWith("220 localhost ESMTP"));
  const std::string capabilities = client.say("EHLO client.example");
  for (const char* extension : {"PIPELINING", "SIZE 10485760", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS",
                                "CHUNKING", "BINARYMIME", "SMTPUTF8"})
    EXPECT_THAT(capabilities, HasSubstr(extension));
  EXPECT_THAT(capabilities, Not(HasSubstr("AUTH"))) << "no password may travel in the clear";
  EXPECT_THAT(client.say("AUTH PLAIN " + plain_response(user, password)), StartsWith("538 5.7.11"));
}

TEST_F(MailboxSession, KeepsChunksOctetByOctet) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  std::string content = "Subject: octets\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  for (int i = 0; i < 70000; ++i) content += static_cast<char>(i % 251 + i % 5);
  client.send("MAIL FROM:<alice@example.org> BODY=BINARYMIME\r\nRCPT TO:<bob@example.org>\r\n");
  EXPECT_EQ(client.codes(2), "250 250");
  client.send("BDAT 60000\r\n" + content.substr(0, 60000));
  client.send("BDAT " + std::to_string(content.size() - 60000) + " LAST\r\n" + content.substr(60000) + "QUIT\r\n");
  EXPECT_EQ(client.codes(3), "250 250 221");
  EXPECT_EQ(only_message(store), content);
}

TEST_F(MailboxSession, AChunkThatCannotBeCountedEndsTheSession) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  client.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nBDAT five LAST\r\nRSET\r\n");
  EXPECT_EQ(client.codes(4), "250 250 501 closed");
  EXPECT_TRUE(store.list().empty());
}

struct login {
  const char* name;
  std::vector<std::string> lines;
  std::vector<const char*> replies;
};

class MailboxLogin : public ::testing::TestWithParam<login> {};

TEST_P(MailboxLogin, GetsTheRepliesOfTheRfc) {
  mailbox::memory_store store;
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  client.secure();
  for (std::size_t i = 0; i < GetParam().lines.size(); ++i)
    EXPECT_THAT(client.say(GetParam().lines[i]), StartsWith(GetParam().replies[i])) << GetParam().lines[i];
}

INSTANTIATE_TEST_SUITE_P(
    Mechanisms, MailboxLogin,
    ::testing::Values(
        login{"PlainWithInitialResponse", {"AUTH PLAIN " + plain_response(user, password)}, {"235 2.7.0"}},
        login{"PlainWithout", {"AUTH PLAIN", plain_response(user, password)}, {"334 \r\n", "235 2.7.0"}},
        login{"LoginWithout",
              {"AUTH LOGIN", base64(user), base64(password)},
              {"334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "235 2.7.0"}},
        login{"LoginWithInitialResponse",
              {"AUTH LOGIN " + base64(user), base64(password)},
              {"334 UGFzc3dvcmQ6\r\n", "235 2.7.0"}},
        login{"WrongPassword", {"AUTH PLAIN " + plain_response(user, "guess")}, {"535 5.7.8"}},
        login{"UnknownUser", {"AUTH PLAIN " + plain_response("nobody@example.org", password)}, {"535 5.7.8"}},
        login{"Cancelled", {"AUTH LOGIN", "*"}, {"334", "501 5.7.0"}},
        login{"NotBase64", {"AUTH PLAIN not-base64!"}, {"501 5.5.2"}},
        login{"UnknownMechanism", {"AUTH GSSAPI"}, {"504 5.5.4"}},
        login{"Twice",
              {"AUTH PLAIN " + plain_response(user, password), "AUTH PLAIN " + plain_response(user, password)},
              {"235", "503 5.5.1"}}),
    [](const auto& instance) { return instance.param.name; });

// RFC 3207 §4.2 wants another EHLO, but well-known servers go on without, and programs rely on it.
TEST_F(MailboxSession, GoesOnWithoutAnotherGreetingInsideTls) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("HELO Alice"), StartsWith("250"));
  EXPECT_THAT(client.say("STARTTLS"), StartsWith("220"));
  ASSERT_TRUE(client.start_tls());
  EXPECT_THAT(client.say("AUTH PLAIN " + plain_response(user, password)), StartsWith("235"));
  EXPECT_THAT(deliver(client, "\r\n"), StartsWith("250"));
  EXPECT_EQ(store.list().front().envelope.client_name, "") << "what was said in the clear is forgotten";
}

TEST_F(MailboxSession, RefusesMailAfterRefusedLogin) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  client.secure();
  EXPECT_THAT(client.say("AUTH PLAIN " + plain_response(user, "guess")), StartsWith("535 5.7.8"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("530 5.7.0"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("503 5.5.1"));
  EXPECT_THAT(client.say("DATA"), StartsWith("503 5.5.1"));
  EXPECT_THAT(client.say("AUTH PLAIN " + plain_response(user, password)), StartsWith("235"));
  EXPECT_THAT(deliver(client, "\r\n"), StartsWith("250"));
}

TEST_F(MailboxSession, HangsUpAfterTooManyRefusedLogins) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  client.secure();
  const std::string attempt = "AUTH PLAIN " + plain_response(user, "guess");
  for (int i = 0; i < limits::failed_authentications; ++i) EXPECT_THAT(client.say(attempt), StartsWith("535"));
  EXPECT_EQ(client.codes(1), "421");
  EXPECT_TRUE(client.ended());
}

TEST_F(MailboxSession, TakesMailWithoutLoginOnLoopback) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("HELO client.example"), StartsWith("250 localhost"));
  EXPECT_THAT(deliver(client, "Subject: three\r\n\r\n", "carol@example.org"), StartsWith("250"));
  EXPECT_EQ(mailbox::transmission_type(store.list().front().envelope), "SMTP");
}

TEST_F(MailboxSession, RequiresLoginWhereToldTo) {
  mailbox::server_options options;
  options.without_auth = mailbox::anonymous_mail::never;
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  client.secure();
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("530 5.7.0"));
  EXPECT_THAT(client.say("AUTH PLAIN " + plain_response(user, password)), StartsWith("235"));
  EXPECT_THAT(deliver(client, "\r\n"), StartsWith("250"));
}

TEST_F(MailboxSession, RefusesUnknownRecipientsAndKeepsTheOthers) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(client.say("MAIL FROM:<>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<nobody@example.org>"), StartsWith("550 5.1.1"));
  EXPECT_THAT(client.say("DATA"), StartsWith("554 5.5.1")) << "RFC 5321 §3.3";
  EXPECT_THAT(client.say("RCPT TO:<someone@elsewhere.example>"), StartsWith("550 5.1.1")) << "nothing is relayed";
  EXPECT_THAT(client.say("RCPT TO:<Bob@EXAMPLE.org>"), StartsWith("550 5.1.1")) << "local parts compare exactly";
  EXPECT_THAT(client.say("RCPT TO:<bob@EXAMPLE.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<Postmaster>"), StartsWith("250"));
  EXPECT_THAT(send_content(client, "\r\n"), StartsWith("250"));
  EXPECT_THAT(store.list().front().envelope.to, ::testing::ElementsAre("bob@EXAMPLE.org", "Postmaster"));
  EXPECT_EQ(store.list().front().envelope.from, "");
}

TEST_F(MailboxSession, RefusesDeclaredSizeBeforeTheContent) {
  mailbox::server_options options;
  options.max_message_octets = 1000;
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), HasSubstr("SIZE 1000\r\n"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org> SIZE=1001"), StartsWith("552 5.3.4"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org> SIZE=99999999999999999999"), StartsWith("552 5.3.4"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org> SIZE=1000"), StartsWith("250"));
}

TEST_F(MailboxSession, RefusesContentThatIsTooLargeAndGoesOn) {
  mailbox::server_options options;
  options.max_message_octets = 1000;
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  std::string large;
  for (int i = 0; i < 10'000; ++i) large += "0123456789012345678901234567890123456789\r\n";
  EXPECT_THAT(deliver(client, large), StartsWith("552 5.3.4"));
  EXPECT_TRUE(store.list().empty());
  const std::string exact(998, 'x');
  EXPECT_THAT(deliver(client, exact + "\r\n"), StartsWith("250")) << "1000 octets are allowed";
  EXPECT_EQ(only_message(store), exact + "\r\n");
}

TEST_F(MailboxSession, AnswersPipelinedGroups) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  client.send("EHLO client.example\r\n");
  EXPECT_EQ(client.codes(1), "250");
  client.send(
      "MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<nobody@example.org>\r\n"
      "RCPT TO:<carol@example.org>\r\nDATA\r\n");
  EXPECT_EQ(client.codes(5), "250 250 550 250 354");
  client.send("first\r\n.\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
  EXPECT_EQ(client.codes(4), "250 250 250 354");
  client.send("second\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(client.codes(3), "250 221 closed");
  ASSERT_EQ(store.list().size(), 2U);
  EXPECT_EQ(**store.content(store.list()[0].id), "first\r\n");
  EXPECT_EQ(**store.content(store.list()[1].id), "second\r\n");
}

TEST_F(MailboxSession, Takes100RecipientsAndNoMore) {
  mailbox::server_options options;
  options.policy = mailbox::make_policy({});
  options.policy.mailboxes = {"@example.org"};
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  std::string group;
  for (int i = 0; i < 102; ++i) group += "RCPT TO:<user" + std::to_string(i) + "@example.org>\r\n";
  client.send(group);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.codes(1), "250");
  EXPECT_THAT(client.reply(), StartsWith("452 4.5.3"));
  EXPECT_EQ(client.codes(1), "452");
  EXPECT_THAT(send_content(client, "\r\n"), StartsWith("250"));
  EXPECT_EQ(store.list().front().envelope.to.size(), 100U);
}

TEST_F(MailboxSession, RefusesLongLinesAndGoesOn) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO " + std::string(2100, 'x')), StartsWith("500 5.5.2"));
  EXPECT_THAT(client.say("NOOP " + std::string(100'000, 'x')), StartsWith("500 5.5.2"));
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
}

TEST_F(MailboxSession, KeepsContentAsItWasSent) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  std::string octets;
  for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
  EXPECT_THAT(deliver(client, "..\r\n...dots\r\nno dot.\r\n" + octets + "\r\n"), StartsWith("250"));
  EXPECT_EQ(only_message(store), ".\r\n..dots\r\nno dot.\r\n" + octets + "\r\n");
}

TEST_F(MailboxSession, TakesAMessageWithoutAnyContent) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(deliver(client, ""), StartsWith("250"));
  EXPECT_EQ(only_message(store), "");
}

}  // namespace
}  // namespace smtpscope::testing
