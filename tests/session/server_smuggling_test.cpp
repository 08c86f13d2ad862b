// SMTP smuggling (CVE-2023-51764 and its kin) at the server: endings of content that are none, at
// their place and at the message's start, under every rule for content.

#include <gtest/gtest.h>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::bare_newlines;
using session::odd_content;
using session::server_state;

// What stands before the attacker's commands.
const std::string endings[] = {"text\n.\n",
                               "text\n.\r",
                               "text\r.\n",
                               "text\r.\r",
                               "text\n.\r\n",
                               "text\r.\r\n",
                               "text\r\n.\n",
                               "text\r\n.\r",
                               "text\r\n.\r\r\n",
                               "text\r\r\n.\r\r\n",
                               "text\r\n\0.\r\n"s,
                               "text\r\n.\0\r\n"s,
                               ".\n",
                               ".\r",
                               "\n.\r\n",
                               "\r.\r\n"};
const std::string smuggled = "mail FROM:<admin@mail.example>\r\nrcpt TO:<bob@mail.example>\r\ndata\r\nBoo\r\n";

server_case server(bare_newlines newlines, odd_content nul) {
  server_case c = sample_server("", "");
  c.options.content = {newlines, nul, odd_content::accept};
  return c;
}

// Sends the content in pieces, then the true end; gives the server's last word.
std::string deliver(server_driver& d, const std::string& content, std::size_t piece) {
  d.connected();
  d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nRCPT TO:<amy@mail.example>\r\nDATA\r\n");
  (void)d.take_sent();
  for (std::size_t at = 0; at < content.size(); at += piece) d.receive(content.substr(at, piece));
  EXPECT_EQ(d.take_sent(), "") << "nothing has ended";
  EXPECT_EQ(d.session().state(), server_state::expect_content);
  d.receive("\r\n.\r\n");
  return d.take_sent();
}

template <class Check>
void each_ending(Check check) {
  for (const std::string& ending : endings)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{1000}}) {
      SCOPED_TRACE(printable(ending) + ", pieces of " + std::to_string(piece));
      check(ending, piece);
    }
}

TEST(ServerSmuggling, TheStrictServerRefusesTheWholeMessage) {
  each_ending([](const std::string& ending, std::size_t piece) {
    server_driver d{server(bare_newlines::reject, odd_content::reject)};
    const std::string said = deliver(d, ending + smuggled, piece);
    const bool nul = ending.find('\0') != std::string::npos;
    EXPECT_EQ(said.substr(0, 10), nul ? "554 5.6.0 " : "550 5.5.2 ");
    EXPECT_EQ(said.find("\r\n"), said.size() - 2) << "one reply";
    EXPECT_TRUE(d.messages().empty());
    EXPECT_EQ(d.session().state(), server_state::expect_mail);
  });
}

TEST(ServerSmuggling, TheLenientServerKeepsItAsContentOfOneMessage) {
  each_ending([](const std::string& ending, std::size_t piece) {
    server_driver d{server(bare_newlines::accept, odd_content::accept)};
    EXPECT_EQ(deliver(d, ending + smuggled, piece), "250 2.0.0 OK: queued as 1\r\n");
    ASSERT_EQ(d.messages().size(), 1U);
    EXPECT_EQ(d.messages()[0].from, "amy@mail.example");
    EXPECT_NE(d.messages()[0].content.find("rcpt TO:<bob@mail.example>\r\n"), std::string::npos);
    const session::content_findings& found = d.offers()[0].findings;
    EXPECT_GT(found.bare_cr + found.bare_lf + found.nul, 0U) << "its sender can be told";
  });
}

TEST(ServerSmuggling, NormalizedItIsOneMessageWithWholeLines) {
  each_ending([](const std::string& ending, std::size_t piece) {
    server_driver d{server(bare_newlines::normalize, odd_content::accept)};
    EXPECT_EQ(deliver(d, ending + smuggled, piece), "250 2.0.0 OK: queued as 1\r\n");
    ASSERT_EQ(d.messages().size(), 1U);
    const std::string& content = d.messages()[0].content;
    EXPECT_NE(content.find("rcpt TO:<bob@mail.example>\r\n"), std::string::npos);
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (content[i] == '\n') {
        EXPECT_TRUE(i > 0 && content[i - 1] == '\r') << i;
      }
      if (content[i] == '\r') {
        EXPECT_TRUE(i + 1 < content.size() && content[i + 1] == '\n') << i;
      }
    }
  });
}

// What is sent behind DATA before the 354 may be meant for a server that ends content elsewhere.
TEST(ServerSmuggling, WhoSpeaksBehindDataTooEarlyIsPartedFrom) {
  server_case c = sample_server("", "");
  c.options.early = session::early_input::refused;
  server_driver d{c};
  d.connected();
  d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nRCPT TO:<amy@mail.example>\r\n");
  (void)d.take_sent();
  d.receive("DATA\r\ntext\n.\n" + smuggled);
  EXPECT_EQ(d.take_sent(), "554 5.5.0 You spoke before it was your turn\r\n");
  EXPECT_TRUE(d.closed());
  EXPECT_TRUE(d.messages().empty());
}

TEST(ServerSmuggling, WhoWaitsIsHeardByTheSameServer) {
  server_case c = sample_server("", "");
  c.options.early = session::early_input::refused;
  server_driver d{c};
  d.connected();
  d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nRCPT TO:<amy@mail.example>\r\n");
  d.receive("DATA\r\n");
  (void)d.take_sent();
  d.receive("text\r\n.\r\nNOOP\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK: queued as 1\r\n250 2.0.0 OK\r\n");
}

TEST(ServerSmuggling, WithoutPipeliningEveryCommandWaits) {
  server_case c = sample_server("", "");
  c.options.early = session::early_input::refused;
  c.options.extensions.remove(session::extension::pipelining);
  server_driver d{c};
  d.connected();
  d.receive("EHLO a.example\r\n");
  d.receive("NOOP\r\n");
  (void)d.take_sent();
  d.receive("NOOP\r\nNOOP\r\n");
  EXPECT_EQ(d.take_sent(), "554 5.5.0 You spoke before it was your turn\r\n");
  server_driver before{c};
  before.receive("EHLO a.example\r\n");
  before.connected();
  EXPECT_EQ(before.take_sent(), "554 5.5.0 You spoke before it was your turn\r\n") << "before the greeting";
  EXPECT_TRUE(before.closed());
}

}  // namespace
}  // namespace smtpscope::test
