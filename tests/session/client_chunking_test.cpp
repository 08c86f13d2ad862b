// RFC 3030: BDAT, its chunks, and binary content.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"

namespace smtpscope::test {
namespace {

using session::chunking;
using session::client_stage;
using session::failure_kind;
using session::fate;
using session::outcome;
using session::pipelining;
using session::tls_policy;

const std::string bodyless =
    "To: Susan@random.com\r\nFrom: Sam@random.com\r\nSubject: This is a bodyless test message\r\n";
const std::string bodyless_lines =
    "C: To: Susan@random.com\nC: From: Sam@random.com\nC: Subject: This is a bodyless test message\n";
const std::string bye = "S: 221 bye\n--- client closes ---\n";

client_case chunked(const std::string& name, std::string content, const std::string& extensions,
                    const std::string& dialogue) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls_policy::never);
  c.options.chunks = chunking::when_offered;
  c.mail = submission_to({"Susan@random.com"}, std::move(content));
  c.mail.from = *wire::reverse_path::parse("<Sam@random.com>");
  c.script = "S: 220 x\nC: EHLO client.example\n" + extensions + dialogue;
  return c;
}
const std::string chunking_only = "S: 250-x\nS: 250 CHUNKING\n";
const std::string both = "S: 250-x\nS: 250-PIPELINING\nS: 250 CHUNKING\n";
const std::string envelope = "C: MAIL FROM:<Sam@random.com>\nS: 250 ok\nC: RCPT TO:<Susan@random.com>\nS: 250 ok\n";

TEST(ClientChunking, Rfc3030SimpleChunk) {
  ASSERT_EQ(bodyless.size(), 86U);
  expect_dialogue(chunked(
      "RFC 3030 §4.1", bodyless, chunking_only,
      envelope + "C: BDAT 86 LAST\n" + bodyless_lines + "S: 250 Message OK, 86 octets received\nC: QUIT\n" + bye));
}

// RFC 3030 §4.2: the envelope in one group, the chunks in another. The RFC's client ends with an
// empty chunk; ours knows the end beforehand, so its last chunk has octets.
TEST(ClientChunking, Rfc3030PipelinedBinarymime) {
  client_case c = chunked("RFC 3030 §4.2", "", "S: 250-x\nS: 250-PIPELINING\nS: 250-BINARYMIME\nS: 250 CHUNKING\n", "");
  c.options.groups = pipelining::when_offered;
  c.options.chunk_octets = 100000;
  c.mail.parameters.body = wire::body_type::binarymime;
  c.mail.to.push_back(*wire::forward_path::parse("<Suzie@random.com>"));
  std::string& content = c.mail.content;
  while (content.size() < 100324) content += static_cast<char>(content.size() % 251);
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250-PIPELINING\r\n250-BINARYMIME\r\n250 CHUNKING\r\n");
  EXPECT_EQ(d.take_sent(),
            "EHLO client.example\r\nMAIL FROM:<Sam@random.com> BODY=BINARYMIME\r\nRCPT TO:<Susan@random.com>\r\n"
            "RCPT TO:<Suzie@random.com>\r\n");
  d.receive("250 ok\r\n250 ok\r\n250 ok\r\n");
  EXPECT_EQ(d.take_sent(),
            "BDAT 100000\r\n" + content.substr(0, 100000) + "BDAT 324 LAST\r\n" + content.substr(100000) + "QUIT\r\n");
  d.receive("250 100000 octets received\r\n");
  EXPECT_EQ(d.result_if_lost(), outcome::unknown);
  d.receive("250 Message OK, 100324 octets received\r\n221 bye\r\n");
  ASSERT_EQ(d.ends().size(), 1U);
  EXPECT_EQ(d.ends().front().result, outcome::delivered);
  EXPECT_TRUE(d.closed());
}

TEST(ClientChunking, AnEmptyMessageIsAnEmptyLastChunk) {
  expect_dialogue(chunked("BDAT 0 LAST", "", chunking_only, envelope + "C: BDAT 0 LAST\nS: 250 ok\nC: QUIT\n" + bye));
}

TEST(ClientChunking, NoLineIsSpecialAndTheLastOneIsCompleted) {
  expect_dialogue(chunked("dots", ".\r\n..\r\n.end", chunking_only,
                          envelope + "C: BDAT 13 LAST\nC: .\nC: ..\nC: .end\nS: 250 ok\nC: QUIT\n" + bye));
}

TEST(ClientChunking, EveryCutOfTheContentIsWhole) {
  for (std::size_t octets = 1; octets <= 8; ++octets) {
    client_case c = chunked("chunks of " + std::to_string(octets), "a\r\n.b", chunking_only, envelope);
    c.options.chunk_octets = octets;
    const std::string whole = "a\r\n.b\r\n";
    for (std::size_t at = 0; at < whole.size(); at += octets) {
      const std::string piece = whole.substr(at, octets);
      const bool last = at + octets >= whole.size();
      c.script += "C: BDAT " + std::to_string(piece.size()) + (last ? " LAST" : "") + "\nC- " + printable(piece) +
                  "\nS: 250 ok\n";
    }
    c.script += "C: QUIT\n" + bye;
    expect_dialogue(c);
  }
}

TEST(ClientChunking, NotOfferedOrNotWantedItIsData) {
  const std::string data = envelope + "C: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok\nC: QUIT\n" + bye;
  expect_dialogue(chunked("not offered", "x\r\n", "S: 250 x\n", data));
  for (const chunking c : {chunking::never, chunking::if_binary}) {
    client_case offered = chunked("offered", "x\r\n", chunking_only, data);
    offered.options.chunks = c;
    expect_dialogue(offered);
  }
}

TEST(ClientChunking, AChunkRefusedEndsTheMessage) {
  client_case c = chunked("first of two", "abc\r\n", chunking_only,
                          envelope + "C: BDAT 3\nC- abc\nS: 552 5.3.4 too big\nC: QUIT\n" + bye);
  c.options.chunk_octets = 3;
  c.end = {outcome::failed, failure_kind::refused, client_stage::content, "content.552"};
  expect_dialogue(c);
  // In a group the others are under way: their answers are awaited, nothing is added.
  c = chunked("two in a group", "abc\r\n", both,
              "C: MAIL FROM:<Sam@random.com>\nC: RCPT TO:<Susan@random.com>\nS: 250 ok\nS: 250 ok\n"
              "C: BDAT 3\nC- abcBDAT 2 LAST\\r\\n\\r\\nQUIT\\r\\n\nS: 552 5.3.4 too big\nS: 503 5.5.1 no\n" +
                  bye);
  c.options.chunk_octets = 3;
  c.options.groups = pipelining::when_offered;
  c.end = {outcome::failed, failure_kind::refused, client_stage::content, "content.552"};
  expect_dialogue(c);
}

TEST(ClientChunking, AReplyInsideAChunkComesTooEarly) {
  auto made = session::client_session::create(chunked("", "", "", "").options, submission_to({"a@b.example"}, "x\r\n"));
  session::client_session s = std::move(*made);
  s.connected();
  for (const char* reply : {"220 x\r\n", "250-x\r\n250 CHUNKING\r\n", "250 x\r\n", "250 x\r\n"}) {
    while (s.next()) {
    }
    s.receive(reply);
  }
  // BDAT has left, its octets have not.
  for (auto event = s.next(); event; event = s.next())
    if (const auto* sent = std::get_if<session::send_bytes>(&*event); sent != nullptr) break;
  EXPECT_EQ(name(s.phase()), "sending_content");
  s.receive("552 5.3.4 no\r\n");
  EXPECT_TRUE(s.over()) << "QUIT would be octets of the chunk";
}

TEST(ClientChunking, ASmallMessageIsOneGroupWithItsEnvelope) {
  const std::string group = "C: MAIL FROM:<Sam@random.com>\nC: RCPT TO:<Susan@random.com>\nC: BDAT 3 LAST\nC: x\n";
  client_case c = chunked("three waits", "x\r\n", both, group + "C: QUIT\nS: 250 ok\nS: 250 ok\nS: 250 ok\n" + bye);
  c.options.groups = pipelining::when_offered;
  c.options.quit = session::farewell::in_last_group;
  expect_dialogue(c);
  c = chunked("QUIT waits for the recipients", "x\r\n", both,
              group + "S: 250 ok\nS: 250 ok\nC: QUIT\nS: 250 ok\n" + bye);
  c.options.groups = pipelining::when_offered;
  c.pieces = cuts::whole;  // QUIT leaves as soon as RCPT is answered
  c.script = "S: 220 x\nC: EHLO client.example\n" + both + group + "S: 250 ok\nS: 250 ok\nC: QUIT\nS: 250 ok\n" + bye;
  expect_dialogue(c);
  c = chunked("nobody is there", "x\r\n", both, group + "S: 250 ok\nS: 550 no\nS: 503 no\nC: QUIT\n" + bye);
  c.options.groups = pipelining::when_offered;
  c.end = {outcome::failed, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  c.pieces = cuts::whole;
  c.script = "S: 220 x\nC: EHLO client.example\n" + both + group + "S: 250 ok\nS: 550 no\nC: QUIT\nS: 503 no\n" + bye;
  expect_dialogue(c);
}

TEST(ClientChunking, ALargeMessageWaitsForItsEnvelope) {
  client_case c = chunked("large", "", both, "");
  c.options.groups = pipelining::when_offered;
  while (c.mail.content.size() <= limits::content_chunk_octets) c.mail.content += "0123456789012345678901234567890\r\n";
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
  EXPECT_TRUE(d.take_sent().ends_with("RCPT TO:<Susan@random.com>\r\n")) << "nothing is lost where MAIL is refused";
  d.receive("250 ok\r\n550 no\r\n");
  EXPECT_EQ(d.take_sent(), "QUIT\r\n");
}

TEST(ClientChunking, BinaryContentNeedsBoth) {
  for (const char* extensions : {"S: 250-x\nS: 250 CHUNKING\n", "S: 250 x\n", "S: 250-x\nS: 250 BINARYMIME\n"}) {
    client_case c = chunked(extensions, std::string{"a\0b\rc\nd", 7}, extensions, "C: QUIT\n" + bye);
    c.mail.parameters.body = wire::body_type::binarymime;
    c.end = {outcome::failed, failure_kind::binary_not_offered, client_stage::ehlo, "policy.binary_not_offered"};
    expect_dialogue(c);
    c.mail.seven_bit_content = "YQBi\r\n";
    const bool chunks = std::string{extensions}.find("CHUNKING") != std::string::npos;
    c.script = "S: 220 x\nC: EHLO client.example\n" + std::string{extensions} + envelope +
               (chunks ? "C: BDAT 6 LAST\nC: YQBi\n" : "C: DATA\nS: 354 go\nC: YQBi\nC: .\n") + "S: 250 ok\nC: QUIT\n" +
               bye;
    c.end = {};
    expect_dialogue(c);
  }
  client_case c =
      chunked("octets as they are", std::string{"a\0b\rc\nd", 7}, "S: 250-x\nS: 250-BINARYMIME\nS: 250 CHUNKING\n",
              "C: MAIL FROM:<Sam@random.com> BODY=BINARYMIME\nS: 250 ok\nC: RCPT TO:<Susan@random.com>\nS: 250 ok\n"
              "C: BDAT 7 LAST\nC- a\\0b\\rc\\nd\nS: 250 ok\nC: QUIT\n" +
                  bye);
  c.mail.parameters.body = wire::body_type::binarymime;
  c.options.chunks = chunking::if_binary;
  expect_dialogue(c);
}

}  // namespace
}  // namespace smtpscope::test
