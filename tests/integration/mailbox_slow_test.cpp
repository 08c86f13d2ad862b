// Clients that hold their place with as little as they can, at each point of a session: every one of them is ended
// by its limit, and others are served meanwhile.

#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/memory_store.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::StartsWith;
using steady = std::chrono::steady_clock;

// Nothing of these tests takes longer by itself.
constexpr milliseconds handshake{1000};
constexpr milliseconds timer{800};
constexpr milliseconds lifetime{1600};
constexpr int slow_clients = 12;

struct place {
  const char* name;
  bool implicit_tls;
  void (*go_there)(smtp_client&);
  std::string octets;    // sent one by one, the last of them again and again; "": silence
  const char* farewell;  // how the server's last reply begins; "": it just ends the connection
  milliseconds limit;
};

void to_greeting(smtp_client& client) { EXPECT_EQ(client.codes(1), "220"); }
void to_hello(smtp_client& client) {
  to_greeting(client);
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
}
void to_envelope(smtp_client& client) {
  to_hello(client);
  client.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\n");
  EXPECT_EQ(client.codes(2), "250 250");
}
void to_content(smtp_client& client) {
  to_envelope(client);
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
}
void to_chunk(smtp_client& client) {
  to_envelope(client);
  client.send("BDAT 1000000 LAST\r\n");
}
void to_login(smtp_client& client) {
  client.secure();
  EXPECT_THAT(client.say("AUTH PLAIN"), StartsWith("334"));
}
void to_starttls(smtp_client& client) {
  to_hello(client);
  EXPECT_THAT(client.say("STARTTLS"), StartsWith("220"));
}

// Gives what the server says at last.
std::string trickle(smtp_client& client, const std::string& octets) {
  constexpr milliseconds moment{20};
  const auto deadline = steady::now() + std::chrono::seconds(20);
  for (std::size_t i = 0; client.hears_nothing_for(moment); ++i) {
    if (steady::now() > deadline) return "nothing ended it";
    if (octets.empty()) continue;
    if (!client.send_below_tls(octets.substr(std::min(i, octets.size() - 1), 1))) return "";
  }
  return client.reply();
}

void deliver(const net::tcp::endpoint& to) {
  smtp_client client(to);
  to_content(client);
  EXPECT_THAT(client.say("Subject: quick\r\n\r\n."), StartsWith("250"));
  EXPECT_THAT(client.say("QUIT"), StartsWith("221"));
}

class MailboxSlowClient : public ::testing::TestWithParam<place> {};

TEST_P(MailboxSlowClient, IsEndedByItsLimitWhileOthersAreServed) {
  mailbox::memory_store store;
  mailbox::server_options options;
  options.limits.handshake = handshake;
  options.limits.timer = timer;
  options.limits.lifetime = lifetime;
  running_mailbox mailbox(store, std::move(options));
  std::atomic<int> standing{slow_clients};
  std::vector<std::thread> threads;
  for (int i = 0; i < slow_clients; ++i)
    threads.emplace_back([&] {
      try {
        const auto begin = steady::now();
        smtp_client client(GetParam().implicit_tls ? mailbox.smtps() : mailbox.smtp());
        GetParam().go_there(client);
        const std::string said = trickle(client, GetParam().octets);
        if (*GetParam().farewell == '\0')
          EXPECT_EQ(said, "");
        else
          EXPECT_THAT(said, StartsWith(GetParam().farewell));
        EXPECT_GE(steady::now() - begin, GetParam().limit) << "it was something else that ended it";
      } catch (const std::exception& failed) {
        ADD_FAILURE() << failed.what();
      }
      --standing;
    });
  int delivered = 0;
  for (; standing > 0; ++delivered) deliver(mailbox.smtp());
  for (std::thread& t : threads) t.join();
  EXPECT_GT(delivered, 0);
  for (const auto& message : store.list()) EXPECT_EQ(message.subject, "quick") << "nothing unfinished is kept";
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 0; }));
}

// The head of a record of application data (RFC 8446 §5.1), of a ClientHello, and a part of what they announce.
const std::string record_head("\x17\x03\x03\x40\x00\x00", 6);
const std::string hello_head("\x16\x03\x01\x20\x00\x01\x00\x1f\xfc\x03\x03\x00", 12);

INSTANTIATE_TEST_SUITE_P(
    Everywhere, MailboxSlowClient,
    ::testing::Values(place{"SilentAfterTheGreeting", false, to_greeting, "", "421 4.4.2", timer},
                      place{"InsideTheFirstCommand", false, to_greeting, "EHLO x", "421 4.4.2", timer},
                      place{"InsideACommand", false, to_envelope, "RCPT TO:<b", "421 4.4.2", timer},
                      place{"InsideALogin", false, to_login, "", "421 4.4.2", timer},
                      place{"SilentInContent", false, to_content, "", "421 4.4.2", timer},
                      place{"InsideContent", false, to_content, "Subject: x", "421 4.4.2", lifetime},
                      place{"InsideAChunk", false, to_chunk, "x", "421 4.4.2", lifetime},
                      place{"SilentInTheHandshake", true, [](smtp_client&) {}, "", "", handshake},
                      place{"InsideTheHandshake", true, [](smtp_client&) {}, hello_head, "", handshake},
                      place{"InsideTheHandshakeOfStarttls", false, to_starttls, hello_head, "", handshake},
                      place{"InsideARecordOfTls", false, [](smtp_client& client) { client.secure(); }, record_head,
                            "421 4.4.2", timer}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace smtpscope::testing
