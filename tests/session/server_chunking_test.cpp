// BDAT at the server (RFC 3030): chunks are counted, never read, and every one is answered.

#include <gtest/gtest.h>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::extension;
using session::server_state;

const std::string envelope = "MAIL FROM:<amy@mail.example>\r\nRCPT TO:<bob@mail.example>\r\n";

server_case chunking_server(std::string name = {}, std::string script = {}) {
  const std::string ehlo =
      "S: 220 mail.example ESMTP smtpscope\nC: EHLO client.example\nS: 250-mail.example greets client.example\n"
      "S: 250-CHUNKING\nS: 250-BINARYMIME\nS: 250 ENHANCEDSTATUSCODES\n";
  server_case c = sample_server(std::move(name), ehlo + std::move(script));
  c.options.extensions = {extension::chunking, extension::binarymime, extension::enhanced_status_codes};
  return c;
}

// A driver that has said EHLO and what follows it.
server_driver driven(const server_case& c, const std::string& then = {}) {
  server_driver d{c};
  d.connected();
  d.receive("EHLO client.example\r\n");
  if (!then.empty()) d.receive(then);
  (void)d.take_sent();
  return d;
}

std::string chunk(std::string_view octets, std::string_view last = {}) {
  std::string out = "BDAT " + std::to_string(octets.size());
  if (!last.empty()) out.append(" ").append(last);
  return out.append("\r\n").append(octets);
}

const std::string to_bob =
    "C: MAIL FROM:<amy@mail.example>\nS: 250 2.1.0 Sender OK\nC: RCPT TO:<bob@mail.example>\n"
    "S: 250 2.1.5 Recipient OK\n";

TEST(ServerChunking, EveryChunkHasItsReply) {
  server_case c = chunking_server("three chunks, and a message without octets", to_bob + R"(C: BDAT 7
C: hello
S: 250 2.0.0 7 octets received
C: BDAT 0
S: 250 2.0.0 0 octets received
C: NOOP
S: 250 2.0.0 OK
C: bdat 3 last
C: x
S: 250 2.0.0 OK: queued as 1
)" + to_bob + R"(C: BDAT 0 LAST
S: 250 2.0.0 OK: queued as 2
C: QUIT
S: 221 2.0.0 mail.example closing connection
--- server closes ---
)");
  c.messages = {{"amy@mail.example", {"bob@mail.example"}, "hello\r\nx\r\n"},
                {"amy@mail.example", {"bob@mail.example"}, ""}};
  expect_dialogue(c);
}

TEST(ServerChunking, NothingInAChunkIsACommandOrADot) {
  const std::string content = "..\r\n.\r\nQUIT\r\nRSET\r\n\r\n.\r\n";
  server_case c = chunking_server();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    server_driver d = driven(c);
    const std::string group = envelope + chunk(content.substr(0, 5)) + chunk(content.substr(5), "LAST") + "NOOP\r\n";
    for (std::size_t at = 0; at < group.size(); at += piece) d.receive(group.substr(at, piece));
    EXPECT_EQ(d.take_sent(),
              "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n250 2.0.0 5 octets received\r\n"
              "250 2.0.0 OK: queued as 1\r\n250 2.0.0 OK\r\n");
    ASSERT_EQ(d.messages().size(), 1U);
    EXPECT_EQ(d.messages()[0].content, content);
  }
}

TEST(ServerChunking, OctetsOfARefusedChunkAreThrownAway) {
  const std::string payload = "RSET\r\nMAIL FROM:<amy@mail.example>\r\n";
  server_case not_offered = chunking_server();
  not_offered.options.extensions.remove(extension::binarymime);
  not_offered.options.extensions.remove(extension::chunking);
  const struct {
    const char* name;
    server_case server;
    std::string before;
    const char* reply;
  } table[] = {
      {"no MAIL", chunking_server(), "", "503 5.5.1 Send MAIL first\r\n"},
      {"no RCPT", chunking_server(), "MAIL FROM:<amy@mail.example>\r\n", "503 5.5.1 Send RCPT first\r\n"},
      {"no recipient left", chunking_server(), "MAIL FROM:<amy@mail.example>\r\nRCPT TO:<nobody@mail.example>\r\n",
       "554 5.5.1 No valid recipients\r\n"},
      {"not offered", not_offered, envelope, "502 5.5.1 BDAT is not offered\r\n"},
  };
  for (const auto& row : table)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
      SCOPED_TRACE(row.name);
      server_driver d = driven(row.server, row.before);
      const auto state = d.session().state();
      const std::string said = chunk(payload, "LAST");
      for (std::size_t at = 0; at < said.size(); at += piece) d.receive(said.substr(at, piece));
      EXPECT_EQ(d.take_sent(), row.reply);
      EXPECT_EQ(name(d.session().state()), name(state));
      d.receive("NOOP\r\n");
      EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n") << "in step";
      EXPECT_TRUE(d.messages().empty());
    }
}

TEST(ServerChunking, AfterAChunkThatWasRefusedTheRestIsThrownAway) {
  server_case c = chunking_server();
  c.options.max_message_octets = 10;
  server_driver d = driven(c, envelope);
  d.receive(chunk("MAIL\r\n") + chunk("RSET\r\n") + chunk("QUIT\r\n", "LAST") + "NOOP\r\n");
  EXPECT_EQ(d.take_sent(),
            "250 2.0.0 6 octets received\r\n552 5.3.4 Message size exceeds the limit of 10 octets\r\n"
            "503 5.5.1 Send MAIL first\r\n250 2.0.0 OK\r\n");
  EXPECT_EQ(d.discarded(), 1);
  EXPECT_TRUE(d.messages().empty());
}

// What follows cannot be told from commands, so nothing of it is read.
TEST(ServerChunking, ASizeThatIsNoneEndsTheSession) {
  const std::string spaces(3000, ' ');
  for (const std::string& argument : {""s, " "s, " x"s, " -1"s, " +5"s, " 5x"s, " 5 FIRST"s, " 5 LAST LAST"s, " LAST"s,
                                      " 0x10 LAST"s, " 123456789012345678901"s, " 5,LAST"s, " 5" + spaces + "LAST"s})
    for (const std::string& before : {""s, "MAIL FROM:<amy@mail.example>\r\n"s, envelope, envelope + chunk("x")}) {
      SCOPED_TRACE(printable(argument.substr(0, 30)) + " after " + printable(before));
      server_driver d = driven(chunking_server(), before);
      d.receive("BDAT" + argument + "\r\nRSET\r\nMAIL FROM:<amy@mail.example>\r\n");
      const std::string said = d.take_sent();
      EXPECT_EQ(said.substr(0, 2), "50") << said;
      EXPECT_EQ(said.find("\r\n"), said.size() - 2) << "one line: " << said;
      EXPECT_TRUE(d.closed());
      EXPECT_TRUE(d.messages().empty());
    }
}

TEST(ServerChunking, DataAndRcptDoNotMixWithIt) {
  server_driver d = driven(chunking_server(), envelope + chunk("one\r\n"));
  for (const char* command : {"DATA", "RCPT TO:<amy@mail.example>", "MAIL FROM:<amy@mail.example>"}) {
    d.receive(std::string{command} + "\r\n");
    EXPECT_EQ(d.take_sent().substr(0, 10), "503 5.5.1 ") << command;
    EXPECT_EQ(d.session().state(), server_state::expect_bdat);
  }
  d.receive(chunk("two\r\n", "LAST"));
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK: queued as 1\r\n");
  EXPECT_EQ(d.messages()[0].content, "one\r\ntwo\r\n");
}

TEST(ServerChunking, ATransactionMayBeGivenUpBetweenChunks) {
  for (const char* command : {"RSET", "EHLO again.example", "HELO again.example", "QUIT"}) {
    server_driver d = driven(chunking_server(), envelope + chunk("one\r\n"));
    d.receive(std::string{command} + "\r\n");
    EXPECT_EQ(d.take_sent().front(), '2') << command;
    EXPECT_EQ(d.discarded(), 1) << command;
    if (d.closed()) continue;
    d.receive(envelope + chunk("two\r\n", "LAST"));
    ASSERT_EQ(d.messages().size(), 1U) << command;
    EXPECT_EQ(d.messages()[0].content, "two\r\n") << command;
  }
}

TEST(ServerChunking, BinarymimeNeedsBdat) {
  server_driver d =
      driven(chunking_server(), "MAIL FROM:<amy@mail.example> BODY=BINARYMIME\r\nRCPT TO:<bob@mail.example>\r\n");
  d.receive("DATA\r\n");
  EXPECT_EQ(d.take_sent(), "503 5.5.1 BODY=BINARYMIME needs BDAT\r\n");
  d.receive(chunk("x\r\n", "LAST"));
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK: queued as 1\r\n");
}

TEST(ServerChunking, BinaryContentIsKeptOctetByOctet) {
  std::string content;
  for (int i = 0; i < 3000; ++i) content += static_cast<char>(i * 31 % 256);
  for (const std::size_t size : {std::size_t{1}, std::size_t{999}, content.size()}) {
    server_driver d =
        driven(chunking_server(), "MAIL FROM:<amy@mail.example> BODY=BINARYMIME\r\nRCPT TO:<bob@mail.example>\r\n");
    for (std::size_t at = 0; at < content.size(); at += size) d.receive(chunk(content.substr(at, size)));
    d.receive("BDAT 0 LAST\r\n");
    ASSERT_EQ(d.messages().size(), 1U);
    EXPECT_TRUE(d.messages()[0].content == content);
    EXPECT_EQ(d.offers()[0].parameters.body, wire::body_type::binarymime);
  }
}

// Text in chunks keeps to the rules of text.
TEST(ServerChunking, TextMayNotHaveBareNewlinesInChunksEither) {
  for (const std::string& content : {"a\nb\r\n"s, "a\rb\r\n"s, "a\r"s, "\n"s}) {
    server_driver d = driven(chunking_server(), envelope);
    d.receive(chunk(content, "LAST"));
    EXPECT_EQ(d.take_sent().substr(0, 10), "550 5.5.2 ") << printable(content);
    EXPECT_TRUE(d.messages().empty());
    server_driver halves = driven(chunking_server(), envelope);
    halves.receive(chunk("a\r") + chunk("\nb\r\n", "LAST"));
    EXPECT_EQ(halves.messages().size(), 1U) << "a CRLF may be cut by the end of a chunk";
  }
}

TEST(ServerChunking, ChunksOfAnySizeAreCountedNotHeld) {
  server_case c = chunking_server();
  c.options.max_message_octets = 1000;
  server_driver d = driven(c, envelope);
  d.receive("BDAT 18446744073709551615 LAST\r\n");
  for (int i = 0; i < 100; ++i) d.receive(std::string(10000, 'x'));
  EXPECT_EQ(d.take_sent(), "") << "it has not ended";
  EXPECT_EQ(d.discarded(), 1);
  d.timer();
  EXPECT_EQ(d.take_sent(), "421 4.4.2 mail.example Timeout, closing connection\r\n");
  EXPECT_TRUE(d.closed());
}

TEST(ServerChunking, TheHostMayRefuseTheMessage) {
  server_driver d = driven(chunking_server(), envelope);
  d.message_answer = session::decision{session::verdict::reject};
  d.receive(chunk("x\r\n", "LAST") + "NOOP\r\n");
  EXPECT_EQ(d.take_sent(), "451 4.3.0 Message could not be stored\r\n250 2.0.0 OK\r\n");
  EXPECT_EQ(d.session().state(), server_state::expect_mail);
}

}  // namespace
}  // namespace smtpscope::test
