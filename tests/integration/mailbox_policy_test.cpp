// The embedded mailbox with a policy document: faults, greylisting, rates, a personality.

#include <gtest/gtest.h>

#include <chrono>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/memory_store.hpp"
#include "support/policy_files.hpp"

namespace smtpscope::testing {
namespace {

using clock = std::chrono::steady_clock;

mailbox::server_options with(std::string_view members, std::string_view personality = {}) {
  mailbox::server_options o;
  o.host_name = "localhost";
  o.policy = mailbox::make_policy({});
  session::server_profile p = mailbox::own_profile(o);
  if (!personality.empty()) p = test::personality(personality, std::move(p));
  o.profile = test::policy_of(members, std::move(p));
  return o;
}

// Up to and with DATA's 354.
void begin_message(smtp_client& c) {
  EXPECT_EQ(c.codes(1), "220");
  c.send("EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
  EXPECT_EQ(c.codes(4), "250 250 250 354");
}

TEST(MailboxPolicy, StrikesWithRepliesAndGoodbyes) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[
    {"at":"NOOP","nth":2,"reply":"451 4.3.0 not {verb} on {host}"},
    {"at":"RCPT","address":"*@example.org","nth":1,"reply":["450-4.2.1 try","450 4.2.1 {to} later"]},
    {"at":"CONTENT","nth":1,"reply":"554 5.6.0 no"},
    {"at":"QUIT","reply":"421 4.3.2 bye"}])"));
  smtp_client c(server.smtp());
  EXPECT_EQ(c.codes(1), "220");
  c.say("EHLO client.example");
  EXPECT_EQ(c.say("NOOP"), "250 2.0.0 OK\r\n");
  EXPECT_EQ(c.say("NOOP"), "451 4.3.0 not NOOP on localhost\r\n");
  EXPECT_EQ(c.say("NOOP"), "250 2.0.0 OK\r\n");
  c.say("MAIL FROM:<a@b.example>");
  EXPECT_EQ(c.say("RCPT TO:<bob@example.org>"), "450-4.2.1 try\r\n450 4.2.1 <bob@example.org> later\r\n");
  EXPECT_EQ(c.say("RCPT TO:<bob@example.org>").substr(0, 3), "250");
  c.say("DATA");
  EXPECT_EQ(c.say("one\r\n."), "554 5.6.0 no\r\n");
  EXPECT_TRUE(store.list().empty()) << "a refused message is not kept";
  c.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
  EXPECT_EQ(c.codes(3), "250 250 354");
  EXPECT_EQ(c.say("two\r\n.").substr(0, 3), "250");
  EXPECT_EQ(only_message(store), "two\r\n");
  EXPECT_EQ(c.say("QUIT"), "421 4.3.2 bye\r\n");
  EXPECT_TRUE(c.ended());
}

TEST(MailboxPolicy, DropsInsteadOfAnAnswer) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"MAIL","drop":true}])"));
  smtp_client c(server.smtp());
  EXPECT_EQ(c.codes(1), "220");
  c.say("EHLO client.example");
  EXPECT_EQ(c.say("MAIL FROM:<a@b.example>"), "");
  EXPECT_TRUE(c.ended());
}

TEST(MailboxPolicy, DropsInTheMiddleOfTheContent) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"DATA","dropAfterOctets":5}])"));
  smtp_client c(server.smtp());
  begin_message(c);
  c.send("1234567890\r\n");
  EXPECT_TRUE(c.ended());
  EXPECT_TRUE(eventually([&server] { return server.server().connections() == 0; }));
  EXPECT_TRUE(store.list().empty());
}

TEST(MailboxPolicy, LosesTheAnswerToAMessageThatItKept) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"CONTENT","drop":true}])"));
  smtp_client c(server.smtp());
  begin_message(c);
  EXPECT_EQ(c.say("x\r\n."), "");
  EXPECT_EQ(only_message(store), "x\r\n");
}

TEST(MailboxPolicy, SpeaksGarbage) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"EHLO","garbage":"\u0001 what\r\n"}])"));
  smtp_client c(server.smtp());
  EXPECT_EQ(c.codes(1), "220");
  EXPECT_EQ(c.say("EHLO client.example"), "\x01 what\r\n");
  EXPECT_EQ(c.say("HELO client.example").substr(0, 3), "250");
}

TEST(MailboxPolicy, DelaysOneSessionAndNoOther) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"NOOP","delayMs":1500}])"));
  smtp_client slow(server.smtp());
  EXPECT_EQ(slow.codes(1), "220");
  slow.say("EHLO client.example");
  const auto begin = clock::now();
  slow.send("RSET\r\nNOOP\r\n");
  EXPECT_EQ(slow.codes(1), "250") << "what was said before is not held back";
  for (int i = 0; i < 4; ++i) {  // more than the server has threads
    smtp_client quick(server.smtp());
    begin_message(quick);
    EXPECT_EQ(quick.say(".").substr(0, 3), "250");
  }
  EXPECT_LT(clock::now() - begin, milliseconds{1500});
  EXPECT_EQ(slow.codes(1), "250");
  EXPECT_GE(clock::now() - begin, milliseconds{1500});
}

TEST(MailboxPolicy, EndsWithoutWaitingForADelay) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("faults":[{"at":"NOOP","delayMs":600000}])"));
  smtp_client c(server.smtp());
  EXPECT_EQ(c.codes(1), "220");
  c.send("EHLO client.example\r\nNOOP\r\n");
  EXPECT_EQ(c.codes(1), "250");
  const auto begin = clock::now();
  server.stop();
  EXPECT_LT(clock::now() - begin, seconds{20});
}

TEST(MailboxPolicy, ShowsCertificatesThatDoNotVerify) {
  for (const char* kind : {"expired", "wrongName", "selfSigned"}) {
    mailbox::memory_store store;
    running_mailbox server(store, with(R"("faults":[{"at":"STARTTLS","nth":1,"per":"server","certificate":")" +
                                       std::string{kind} + R"("}])"));
    smtp_client refused(server.smtp());
    EXPECT_EQ(refused.codes(1), "220");
    refused.say("EHLO client.example");
    EXPECT_EQ(refused.say("STARTTLS").substr(0, 3), "220");
    EXPECT_FALSE(refused.start_tls()) << kind;
    smtp_client c(server.smtp());
    c.secure();
    EXPECT_EQ(c.say("NOOP").substr(0, 3), "250");

    running_mailbox implicit(store, with(R"("faults":[{"at":"STARTTLS","nth":1,"per":"server","certificate":")" +
                                         std::string{kind} + R"("}])"));
    smtp_client first(implicit.smtps());
    EXPECT_FALSE(first.start_tls()) << kind;
    smtp_client second(implicit.smtps());
    EXPECT_TRUE(second.start_tls());
    EXPECT_EQ(second.codes(1), "220");
  }
}

TEST(MailboxPolicy, LimitsConnectionsAndFailedLogins) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("logins":"beforeTls","rates":[{"what":"connections","most":2,"seconds":3600},
    {"what":"failedLogins","most":1,"seconds":3600}])"));
  smtp_client one(server.smtp());
  EXPECT_EQ(one.codes(1), "220");
  one.say("EHLO client.example");
  EXPECT_EQ(one.say("AUTH PLAIN " + plain_response("alice@example.org", "wrong")).substr(0, 3), "535");
  EXPECT_EQ(one.say("AUTH PLAIN " + plain_response("alice@example.org", "wonderland")),
            "454 4.7.0 Too many failed logins, try again later\r\n");
  smtp_client two(server.smtp());
  EXPECT_EQ(two.codes(1), "220");
  smtp_client three(server.smtp());
  EXPECT_EQ(three.reply(), "421 4.7.0 localhost Too many connections from 127.0.0.1, try again later\r\n");
  EXPECT_TRUE(three.ended());
}

TEST(MailboxPolicy, Greylists) {
  mailbox::memory_store store;
  running_mailbox server(store, with(R"("greylisting":{"delaySeconds":1})"));
  EXPECT_TRUE(eventually([&server] {
    smtp_client c(server.smtp());
    c.send("EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bob@example.org>\r\n");
    const std::string codes = c.codes(4);
    EXPECT_TRUE(codes == "220 250 250 450" || codes == "220 250 250 250") << codes;
    return codes == "220 250 250 250";
  }));
}

TEST(MailboxPolicy, PlaysAPersonality) {
  mailbox::memory_store store;
  running_mailbox server(store, with("", "gmail"));
  smtp_client c(server.smtp());
  EXPECT_EQ(c.reply(), "220 smtp.gmail.com ESMTP 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp\r\n");
  EXPECT_EQ(c.say("EHLO client.example").substr(0, 57), "250-smtp.gmail.com at your service, [127.0.0.1]\r\n250-SIZE");
  EXPECT_EQ(c.say("STARTTLS"), "220 2.0.0 Ready to start TLS\r\n");
  ASSERT_TRUE(c.start_tls());
  EXPECT_EQ(c.say("AUTH PLAIN " + plain_response("alice@example.org", "wonderland")), "235 2.7.0 Accepted\r\n");
  c.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<whoever@anywhere.example>\r\n");
  EXPECT_EQ(c.codes(2), "250 250");
  EXPECT_EQ(c.say("DATA"), "354  Go ahead 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp\r\n");
  const std::string stored = c.say("Subject: x\r\n\r\n.");
  EXPECT_EQ(stored.substr(0, 15), "250 2.0.0 OK  1") << "two spaces, then the time";
  EXPECT_EQ(stored.substr(24), " 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp\r\n");
  EXPECT_EQ(only_message(store), "Subject: x\r\n\r\n");
}

}  // namespace
}  // namespace smtpscope::testing
