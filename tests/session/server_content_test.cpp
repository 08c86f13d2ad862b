// Message content at the server: where it ends, where it does not, and its limits.

#include <gtest/gtest.h>

#include "session/server_script.hpp"
#include "smtpscope/base/limits.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::server_state;

// A driver that has just said 354.
server_driver at_content(const server_case& c) {
  server_driver d{c};
  d.connected();
  d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\n");
  (void)d.take_sent();
  return d;
}

// A server that takes content as it comes.
server_case lenient() {
  server_case c = sample_server("", "");
  c.options.content.newlines = session::bare_newlines::accept;
  c.options.content.nul = session::odd_content::accept;
  return c;
}

TEST(ServerContent, DotsAreTakenOffOnce) {
  server_driver d = at_content(sample_server("", ""));
  d.receive("..\r\n...\r\n.x\r\n\r\n.\r\n");
  ASSERT_EQ(d.messages().size(), 1U);
  EXPECT_EQ(d.messages()[0].content, ".\r\n..\r\nx\r\n\r\n");
}

TEST(ServerContent, EveryOctetIsKept) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  all += "\r\n";
  server_driver d = at_content(lenient());
  d.receive(all + ".\r\n");
  ASSERT_EQ(d.messages().size(), 1U);
  EXPECT_EQ(printable(d.messages()[0].content), printable(all));
}

TEST(ServerContent, LongLinesAreKept) {
  const std::string line(100000, 'x');
  server_driver d = at_content(sample_server("", ""));
  d.receive(line + "\r\n.\r\n");
  ASSERT_EQ(d.messages().size(), 1U);
  EXPECT_EQ(d.messages()[0].content.size(), 100002U);
}

TEST(ServerContent, TooMuchIsReadToItsEndAndRefused) {
  server_case c = sample_server("", "");
  c.options.max_message_octets = 100;
  {
    server_driver d = at_content(c);
    d.receive(std::string(98, 'x') + "\r\n.\r\n");
    EXPECT_EQ(d.messages().size(), 1U) << "exactly the limit is allowed";
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    server_driver d = at_content(c);
    const std::string content = std::string(99, 'x') + "\r\n.\r\n";
    for (std::size_t at = 0; at < content.size(); at += piece) d.receive(content.substr(at, piece));
    EXPECT_EQ(d.take_sent(), "552 5.3.4 Message size exceeds the limit of 100 octets\r\n");
    EXPECT_TRUE(d.messages().empty());
    EXPECT_EQ(d.discarded(), 1);
    EXPECT_EQ(d.session().state(), server_state::expect_mail);
    d.receive("MAIL FROM:<amy@mail.example> SIZE=100\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\nok\r\n.\r\n");
    EXPECT_EQ(d.messages().size(), 1U) << "the next one goes";
  }
}

TEST(ServerContent, TheDeclaredSizeEndsNothing) {  // RFC 1870 §6.2
  const std::string content = "one\r\ntwo\r\nthree\r\n";
  for (const char* size : {"0", "1", "5", "17", "1000"}) {
    server_driver d{sample_server("", "")};
    d.connected();
    d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example> SIZE=" + std::string{size} +
              "\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\n");
    (void)d.take_sent();
    d.receive(content);
    EXPECT_EQ(d.take_sent(), "") << size;
    d.receive(".\r\n");
    EXPECT_EQ(d.take_sent(), "250 2.0.0 OK: queued as 1\r\n") << size;
    ASSERT_EQ(d.messages().size(), 1U);
    EXPECT_EQ(d.messages()[0].content, content);
  }
}

TEST(ServerContent, HowItIsCutDoesNotShowInTheRefusal) {
  server_case c = sample_server("", "");
  c.options.max_message_octets = 20;
  const struct {
    std::string content;
    const char* reply;
  } table[] = {
      {"a\0b\nc\r\n"s, "550 5.5.2 "},
      {"a\nb\0c\r\n"s, "550 5.5.2 "},
      {"a\0b\r\n"s, "554 5.6.0 "},
      {"a\nb\0"s + std::string(30, 'x') + "\r\n", "552 5.3.4 "},
  };
  for (const auto& row : table)
    for (std::size_t piece = 1; piece <= row.content.size(); ++piece) {
      server_driver d = at_content(c);
      for (std::size_t at = 0; at < row.content.size(); at += piece) d.receive(row.content.substr(at, piece));
      d.receive(".\r\n");
      EXPECT_EQ(d.take_sent().substr(0, 10), row.reply) << printable(row.content) << " by " << piece;
      EXPECT_EQ(d.discarded(), 1);
    }
}

TEST(ServerContent, WhatIsMadeWholeCountsToo) {
  server_case c = sample_server("", "");
  c.options.max_message_octets = 12;
  c.options.content.newlines = session::bare_newlines::normalize;
  for (const auto& [content, kept] : {std::pair{"0123456\n\r\n"s, true}, std::pair{"012345678\n\r\n"s, false}}) {
    server_driver d = at_content(c);
    d.receive(content + ".\r\n");
    EXPECT_EQ(d.messages().size(), kept ? 1U : 0U) << printable(content);
  }
}

TEST(ServerContent, StuffedDotsDoNotCount) {
  server_case c = sample_server("", "");
  c.options.max_message_octets = 9;
  server_driver d = at_content(c);
  d.receive("..\r\n..\r\n..\r\n.\r\n");  // RFC 1870 §5: three lines of a dot are nine octets
  EXPECT_EQ(d.messages().size(), 1U);
}

TEST(ServerContent, TooMuchIsRefusedBeforehandWhenDeclared) {
  server_case c = sample_server("", "");
  c.options.max_message_octets = 100;
  server_driver d{c};
  d.connected();
  d.receive("EHLO a.example\r\n");
  EXPECT_NE(d.take_sent().find("250-SIZE 100\r\n"), std::string::npos);
  d.receive("MAIL FROM:<amy@mail.example> SIZE=101\r\n");
  EXPECT_EQ(d.take_sent(), "552 5.3.4 Message size exceeds the limit of 100 octets\r\n");
  d.receive("MAIL FROM:<amy@mail.example> SIZE=100\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.1.0 Sender OK\r\n");
}

TEST(ServerContent, TheHostMayRefuseTheMessage) {
  server_driver d = at_content(sample_server("", ""));
  d.message_answer = session::decision{session::verdict::reject, std::nullopt};
  d.receive("x\r\n.\r\n");
  EXPECT_EQ(d.take_sent(), "451 4.3.0 Message could not be stored\r\n");
  EXPECT_EQ(d.session().state(), server_state::expect_mail);
}

TEST(ServerContent, LosingTheLinkAfterTheEndMarkGivesTheMessageUp) {
  auto made = session::server_session::create(sample_server("", "").options);
  session::server_session s = std::move(*made);
  s.connected();
  s.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\nx\r\n.\r\n");
  bool offered = false;
  while (const auto event = s.next()) {
    if (std::holds_alternative<session::message_offered>(*event)) {
      offered = true;
    } else if (session::decide(sample_server("", "").policy, *event)) {
      EXPECT_TRUE(s.answer({}).ok());
    }
  }
  ASSERT_TRUE(offered);
  s.peer_closed();
  EXPECT_FALSE(s.answer({}).ok()) << "nobody is there to be told";
  EXPECT_TRUE(std::holds_alternative<session::content_discarded>(*s.next()));
  EXPECT_TRUE(std::holds_alternative<session::close_connection>(*s.next()));
  EXPECT_FALSE(s.next());
}

TEST(ServerLimits, LinesOfCommands) {
  server_driver d{sample_server("", "")};
  d.connected();
  d.receive("EHLO a.example\r\n");
  (void)d.take_sent();
  const auto noop = [](std::size_t octets) { return "NOOP " + std::string(octets - 7, 'x') + "\r\n"; };
  d.receive(noop(512));  // RFC 5321 §4.5.3.1.4
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n");
  d.receive(noop(limits::extended_command_line_octets));  // the parameters of extensions need room
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n");
  d.receive(noop(limits::extended_command_line_octets + 1));
  EXPECT_EQ(d.take_sent(), "500 5.5.2 Line too long\r\n");
  d.receive(noop(100000));
  EXPECT_EQ(d.take_sent(), "500 5.5.2 Line too long\r\n");
  d.receive("NOOP\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n") << "in step again";
}

TEST(ServerLimits, AnEndlessLineIsNotHeld) {
  server_driver d{sample_server("", "")};
  d.connected();
  (void)d.take_sent();
  for (int i = 0; i < 100; ++i) d.receive(std::string(10000, 'x'));
  EXPECT_EQ(d.take_sent(), "500 5.5.2 Line too long\r\n") << "said once";
  d.receive("\r\nNOOP\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n");
}

TEST(ServerLimits, Paths) {
  server_driver d{sample_server("", "")};
  d.connected();
  d.receive("EHLO a.example\r\n");
  (void)d.take_sent();
  d.receive("MAIL FROM:<" + std::string(64, 'a') + "@mail.example>\r\nRSET\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.1.0 Sender OK\r\n250 2.0.0 OK\r\n");
  d.receive("MAIL FROM:<" + std::string(65, 'a') + "@mail.example>\r\n");
  EXPECT_EQ(d.take_sent().substr(0, 10), "501 5.1.7 ");
  d.receive("MAIL FROM:<a@" + std::string(300, 'b') + ".example>\r\n");
  EXPECT_EQ(d.take_sent().substr(0, 10), "501 5.1.7 ");
}

TEST(ServerLimits, AHundredRecipientsAndNoMore) {
  server_driver d{sample_server("", "")};
  d.connected();
  d.receive("EHLO a.example\r\nMAIL FROM:<amy@mail.example>\r\n");
  (void)d.take_sent();
  for (int i = 0; i < 100; ++i) {
    d.receive("RCPT TO:<user" + std::to_string(i) + "@other.example>\r\n");
    ASSERT_EQ(d.take_sent(), "250 2.1.5 Recipient OK\r\n") << i;
  }
  d.receive("RCPT TO:<onemore@other.example>\r\n");
  EXPECT_EQ(d.take_sent(), "452 4.5.3 Too many recipients\r\n");  // RFC 5321 §4.5.3.1.10
  d.receive("DATA\r\nx\r\n.\r\n");
  ASSERT_EQ(d.messages().size(), 1U);
  EXPECT_EQ(d.messages()[0].to.size(), 100U);
}

TEST(ServerLimits, TwentyBadCommandsEndTheSession) {
  server_driver d{sample_server("", "")};
  d.connected();
  (void)d.take_sent();
  for (int i = 1; i < limits::bad_commands; ++i) {
    d.receive("GET / HTTP/1.1\r\n");
    ASSERT_EQ(d.take_sent(), "500 5.5.2 Command not recognized\r\n") << i;
  }
  d.receive("Host: mail.example\r\nAccept: */*\r\n");
  EXPECT_EQ(d.take_sent(),
            "500 5.5.2 Command not recognized\r\n421 4.7.0 mail.example Too many errors, closing connection\r\n");
  EXPECT_TRUE(d.closed());
}

TEST(ServerLimits, InputIsLookedAtOneCommandAtATime) {
  auto made = session::server_session::create(sample_server("", "").options);
  session::server_session s = std::move(*made);
  s.connected();
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "NOOP\r\n";
  s.receive(many);
  int replies = 0;
  for (int i = 0; i < 6; ++i)
    if (const auto event = s.next(); event && std::holds_alternative<session::send_reply>(*event)) ++replies;
  EXPECT_LE(replies, 3) << "replies are made as they are taken";
  while (const auto event = s.next()) replies += std::holds_alternative<session::send_reply>(*event) ? 1 : 0;
  EXPECT_EQ(replies, 1001) << "and none is lost: RFC 2920 §3.2";
}

}  // namespace
}  // namespace smtpscope::test
