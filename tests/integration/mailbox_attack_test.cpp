// Hostile and broken clients at the embedded mailbox.

#include <csignal>

#include <gmock/gmock.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/memory_store.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class MailboxAttack : public ::testing::Test {
 protected:
  mailbox::memory_store store;
};

TEST_F(MailboxAttack, CommandsBesideStarttlsAreNotTakenIntoTls) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  client.send("STARTTLS\r\nEHLO injected.example\r\n");  // one segment
  EXPECT_THAT(client.reply(), StartsWith("554 5.5.0"));
  EXPECT_TRUE(client.ended());
}

TEST_F(MailboxAttack, PlaintextAfterStarttlsIsNoHandshake) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(client.say("STARTTLS"), StartsWith("220"));
  client.send("EHLO injected.example\r\nMAIL FROM:<alice@example.org>\r\n");
  const std::string answer = client.reply();  // a TLS alert, which is no reply
  EXPECT_THAT(answer, Not(HasSubstr("250")));
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 0; }));
}

TEST_F(MailboxAttack, ForgetsTheClientWhenTlsBegins) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO before.example"), StartsWith("250"));
  EXPECT_THAT(client.say("STARTTLS"), StartsWith("220"));
  ASSERT_TRUE(client.start_tls());
  EXPECT_THAT(client.say("EHLO after.example"), StartsWith("250"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
  EXPECT_THAT(client.say("."), StartsWith("250"));
  EXPECT_EQ(store.list().front().envelope.client_name, "after.example");
}

// CVE-2023-51764 and its kin: these look like the end of content to some servers.
class MailboxSmuggling : public ::testing::TestWithParam<std::string> {};

TEST_P(MailboxSmuggling, EndsContentAtItsEndOnly) {
  mailbox::memory_store store;
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
  const std::string smuggled =
      "MAIL FROM:<admin@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\nSubject: smuggled\r\n";
  client.send("Subject: outer\r\n\r\ntext" + GetParam() + smuggled + "\r\n.\r\n");
  EXPECT_EQ(client.codes(1), "250");
  client.send("QUIT\r\n");
  EXPECT_EQ(client.codes(2), "221 closed") << "no other reply stood in between";
  const std::string kept = only_message(store);
  EXPECT_THAT(kept, HasSubstr("Subject: smuggled"));
  EXPECT_EQ(store.list().front().envelope.from, "alice@example.org");
}

INSTANTIATE_TEST_SUITE_P(Endings, MailboxSmuggling,
                         ::testing::Values("\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n",
                                           "\r\n.\r", "\r\n.\r\r\n", "\r\r\n.\r\r\n", std::string("\r\n\0.\r\n", 6),
                                           std::string("\r\n.\0\r\n", 6)));

TEST_F(MailboxAttack, SlowClientsBlockNobody) {
  running_mailbox mailbox(store);
  std::vector<std::unique_ptr<smtp_client>> slow;
  for (int i = 0; i < 30; ++i) {
    slow.push_back(std::make_unique<smtp_client>(i % 2 == 0 ? mailbox.smtp() : mailbox.smtps()));
    slow.back()->send(i % 2 == 0 ? "EHL" : "\x16\x03");  // half a command, half a ClientHello
  }
  smtp_client client(mailbox.smtp());
  client.secure();
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
  EXPECT_THAT(client.say("."), StartsWith("250"));
}

TEST_F(MailboxAttack, ClientThatTakesNoRepliesIsCut) {
  mailbox::server_options options;
  options.limits.write = milliseconds{300};
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  client.shrink_receive_buffer();
  EXPECT_EQ(client.codes(1), "220");
  // HELP is answered with more than it takes. A server that read on would have to keep it all.
  std::string helps;
  while (helps.size() < 64 * 1024) helps += "HELP\r\n";
  constexpr std::size_t more_than_sockets_hold = std::size_t{64} << 20;
  std::size_t sent = 0;
  EXPECT_THROW(
      {
        for (; sent < more_than_sockets_hold; sent += helps.size()) client.send(helps);
      },
      std::runtime_error);
  EXPECT_LT(sent, more_than_sockets_hold);
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 0; }));
}

TEST_F(MailboxAttack, SessionsHaveALifetime) {
  mailbox::server_options options;
  options.limits.lifetime = milliseconds{200};
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.reply(), StartsWith("421 4.4.2"));
  EXPECT_TRUE(client.ended());
}

TEST_F(MailboxAttack, HandshakeThatNeverEndsIsCut) {
  mailbox::server_options options;
  options.limits.handshake = milliseconds{200};
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtps());
  EXPECT_TRUE(client.ended());
}

TEST_F(MailboxAttack, PlaintextAtTheImplicitTlsPortEnds) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtps());
  client.send("EHLO client.example\r\n");
  client.reply();  // an alert or nothing
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 0; }));
}

TEST_F(MailboxAttack, NonsenseHasAnEnd) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  for (int i = 0; i < 19; ++i) EXPECT_THAT(client.say("hai"), StartsWith("500 5.5.2"));
  EXPECT_THAT(client.say("1"), StartsWith("500"));
  EXPECT_EQ(client.codes(2), "421 closed");
}

TEST_F(MailboxAttack, BrowsersAreTurnedAway) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  client.send(
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nEHLO evil.example\r\nMAIL FROM:<evil@example.org>\r\n"
      "RCPT TO:<bob@example.org>\r\nDATA\r\ninjected\r\n.\r\n");
  EXPECT_EQ(client.codes(3), "500 421 closed");
  EXPECT_TRUE(store.list().empty());
}

TEST_F(MailboxAttack, DisconnectInContentStoresNothing) {
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
  client.send("Subject: half\r\n\r\n.");
  client.hang_up();
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 0; }));
  EXPECT_TRUE(store.list().empty());
}

TEST_F(MailboxAttack, TooManyConnectionsAreToldSo) {
  mailbox::server_options options;
  options.max_connections = 2;
  running_mailbox mailbox(store, std::move(options));
  smtp_client first(mailbox.smtp());
  smtp_client second(mailbox.smtp());
  EXPECT_EQ(first.codes(1), "220");
  EXPECT_EQ(second.codes(1), "220");
  smtp_client third(mailbox.smtp());
  EXPECT_THAT(third.reply(), StartsWith("421 4.3.2"));
  EXPECT_TRUE(third.ended());
  EXPECT_THAT(first.say("QUIT"), StartsWith("221"));
  first.hang_up();
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 1; }));
  smtp_client fourth(mailbox.smtp());
  EXPECT_EQ(fourth.codes(1), "220");
}

}  // namespace
}  // namespace smtpscope::testing
