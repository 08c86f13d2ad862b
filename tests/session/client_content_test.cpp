// Message content on its way out: transparency, pieces, eight bits, and what may come between.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/wire/dot_codec.hpp"

namespace smtpscope::test {
namespace {

using session::client_phase;
using session::client_session;
using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::sent;
using session::tls_policy;

client_case with_content(const std::string& content, const std::string& extension = {}) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"a@b.example"}, content);
  c.script = "S: 220 x\nC: EHLO client.example\n" +
             (extension.empty() ? std::string{"S: 250 x\n"} : "S: 250-x\nS: 250 " + extension + "\n");
  return c;
}

const std::string to_354 = "S: 250 x\nC: RCPT TO:<a@b.example>\nS: 250 x\nC: DATA\nS: 354 x\n";
const std::string end = "S: 250 x\nC: QUIT\nS: 221 x\n--- client closes ---\n";

TEST(ClientContent, IsMadeTransparent) {
  const struct {
    const char* content;
    const char* sent;
  } table[] = {
      {"", "C: .\n"},
      {"\r\n", "C:\nC: .\n"},
      {".", "C: ..\nC: .\n"},
      {".\r\n", "C: ..\nC: .\n"},
      {"..\r\n", "C: ...\nC: .\n"},
      {"a\r\n.\r\nb\r\n", "C: a\nC: ..\nC: b\nC: .\n"},
      {"no line end", "C: no line end\nC: .\n"},
      {"a.b\r\n.c", "C: a.b\nC: ..c\nC: .\n"},
      {".\r\n.\r\nQUIT\r\n", "C: ..\nC: ..\nC: QUIT\nC: .\n"},
  };
  for (const auto& row : table) {
    client_case c = with_content(row.content);
    c.name = printable(row.content);
    c.script += "C: MAIL FROM:<user@gmail.example>\n" + to_354 + row.sent + end;
    expect_dialogue(c);
  }
}

TEST(ClientContent, DeclaresItsSizeWithLineEndsButWithoutStuffedDots) {
  const struct {
    const char* content;
    const char* size;
  } table[] = {{"", "0"}, {"a\r\n", "3"}, {"a", "3"}, {".\r\n", "3"}, {".", "3"}};
  for (const auto& row : table) {
    client_case c = with_content(row.content, "SIZE 1000");
    c.name = printable(row.content);
    c.script += std::string{"C: MAIL FROM:<user@gmail.example> SIZE="} + row.size +
                "\nS: 552 5.3.4 too big\nC: QUIT\nS: 221 x\n--- client closes ---\n";
    c.end = {outcome::failed, failure_kind::refused, client_stage::mail, "mail.552"};
    expect_dialogue(c);
  }
}

TEST(ClientContent, EightBitsNeed8bitmime) {
  client_case c = with_content("Gr\xC3\xBC\xC3\x9F\x65\r\n", "8BITMIME");
  c.name = "offered";
  c.script += "C: MAIL FROM:<user@gmail.example> BODY=8BITMIME\n" + to_354 + "C: Gr\\xc3\\xbc\\xc3\\x9fe\nC: .\n" + end;
  expect_dialogue(c);

  c = with_content("Gr\xC3\xBC\xC3\x9F\x65\r\n", "SIZE");
  c.name = "not offered";
  c.script += "C: QUIT\nS: 221 x\n--- client closes ---\n";
  c.end = {outcome::failed, failure_kind::eight_bit_not_offered, client_stage::ehlo, "policy.eight_bit_not_offered"};
  expect_dialogue(c);
}

TEST(ClientContent, ThatWouldBreakTheProtocolIsRefusedBeforehand) {
  for (const std::string& content :
       {std::string{"a\nb\r\n"}, std::string{"a\rb\r\n"}, std::string{"a\r\r\n"}, std::string{"\n.\n"},
        std::string{"a\0b\r\n", 5}, std::string{"a\r"}, std::string{"a\n"}, std::string(999, 'x') + "\r\n",
        "a\r\n" + std::string(999, 'x')}) {
    const auto made = client_session::create(plain_options(tls_policy::never), submission_to({"a@b.example"}, content));
    ASSERT_FALSE(made) << printable(content);
    EXPECT_TRUE(made.why().code == errc::invalid_argument || made.why().code == errc::line_too_long);
    EXPECT_NE(made.why().detail.find("at octet"), std::string::npos) << made.why().detail;
  }
  EXPECT_TRUE(
      client_session::create(plain_options(tls_policy::never),
                             submission_to({"a@b.example"}, std::string(998, 'x') + "\r\n" + std::string(998, 'y'))));
}

// A session at the start of its content.
client_session at_content(std::string content) {
  auto made =
      client_session::create(plain_options(tls_policy::never), submission_to({"a@b.example"}, std::move(content)));
  client_session s = std::move(*made);
  s.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"}) {
    while (s.next()) {
    }
    s.receive(reply);
  }
  // The reply is still to be told; content has not begun.
  EXPECT_TRUE(std::holds_alternative<session::reply_received>(*s.next()));
  EXPECT_TRUE(std::holds_alternative<session::arm_timer>(*s.next()));
  return s;
}

std::string big_content(std::size_t octets) {
  std::string content;
  while (content.size() < octets) content += content.size() % 3 == 0 ? ".\r\n" : "....\r\n";
  return content;
}

TEST(ClientContent, GoesOutInBoundedPieces) {
  for (const std::size_t octets : {std::size_t{1} << 20, std::size_t{49152}, std::size_t{49153}, std::size_t{98304}}) {
    const std::string content = big_content(octets);
    client_session s = at_content(content);
    std::string wire;
    int pieces = 0;
    while (const auto event = s.next()) {
      if (const auto* piece = std::get_if<session::send_bytes>(&*event)) {
        EXPECT_LE(piece->bytes.size(), limits::content_chunk_octets);
        wire += piece->bytes;
        ++pieces;
      }
    }
    EXPECT_GT(pieces, static_cast<int>(octets / limits::content_chunk_octets));
    EXPECT_EQ(s.phase(), client_phase::expect_content_reply);
    wire::dot_unstuffer unstuffer;
    std::string got;
    EXPECT_EQ(unstuffer.consume(wire, got), wire.size());
    EXPECT_TRUE(unstuffer.finished());
    EXPECT_TRUE(got == content) << octets;
  }
}

TEST(ClientContent, ThreeOctetLinesAtEverySeamAreStuffedRight) {
  // The dot stands right before, at and right after the place where pieces are cut.
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string content = std::string(shift, 'x') + "\r\n" + big_content(100000);
    client_session s = at_content(content);
    std::string wire;
    while (const auto event = s.next())
      if (const auto* piece = std::get_if<session::send_bytes>(&*event)) wire += piece->bytes;
    wire::dot_stuffer whole;
    EXPECT_TRUE(wire == whole.stuff(content) + ".\r\n") << shift;
  }
}

TEST(ClientContent, AnEarlyReplyEndsTheSession) {
  const struct {
    const char* reply;
    failure_kind kind;
  } table[] = {{"552 5.3.4 too much\r\n", failure_kind::refused},
               {"451 4.3.0 no room\r\n", failure_kind::refused},
               {"421 4.3.2 going down\r\n", failure_kind::refused},
               {"250 2.0.0 all well\r\n", failure_kind::protocol},
               {"354 go on\r\n", failure_kind::protocol}};
  for (const auto& row : table) {
    client_session s = at_content(big_content(200000));
    ASSERT_TRUE(std::holds_alternative<session::send_bytes>(*s.next()));
    s.receive(row.reply);
    bool told = false;
    while (const auto event = s.next()) {
      EXPECT_FALSE(std::holds_alternative<session::send_bytes>(*event)) << "QUIT would be content";
      if (const auto* over = std::get_if<session::finished>(&*event)) {
        told = true;
        EXPECT_EQ(over->result, outcome::failed) << row.reply;
        EXPECT_EQ(over->why->kind, row.kind) << row.reply;
        EXPECT_EQ(over->why->stage, client_stage::content);
      }
    }
    EXPECT_TRUE(told);
    EXPECT_TRUE(s.over());
  }
}

// Takes events until all content has left but the end mark.
void send_all_but_the_end_mark(client_session& s) {
  std::size_t left = 3;  // "x\r\n"
  while (left > 0) {
    const auto event = s.next();
    ASSERT_TRUE(event);
    if (const auto* piece = std::get_if<session::send_bytes>(&*event)) left -= piece->bytes.size();
  }
}

TEST(ClientContent, CancelledBeforeTheEndMarkIsNotSentAndCertain) {
  client_session s = at_content("x\r\n");
  send_all_but_the_end_mark(s);
  s.cancel();
  std::optional<outcome> result;
  while (const auto event = s.next()) {
    EXPECT_FALSE(std::holds_alternative<session::send_bytes>(*event)) << "the end mark left after all";
    if (const auto* over = std::get_if<session::finished>(&*event)) result = over->result;
  }
  EXPECT_EQ(result, outcome::failed);
}

TEST(ClientContent, CancelledAfterTheEndMarkIsInDoubt) {
  client_session s = at_content("x\r\n");
  send_all_but_the_end_mark(s);
  std::optional<session::client_event> event;
  do event = s.next();
  while (event && !std::holds_alternative<session::send_bytes>(*event));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<session::send_bytes>(*event).what, sent::end_of_content);
  s.cancel();
  std::optional<outcome> result;
  while ((event = s.next()))
    if (const auto* over = std::get_if<session::finished>(&*event)) result = over->result;
  EXPECT_EQ(result, outcome::unknown);
}

TEST(ClientContent, AReplyBeforeTheEndMarkIsNotItsAnswer) {
  client_session s = at_content("x\r\n");
  send_all_but_the_end_mark(s);
  s.receive("250 2.0.0 OK\r\n");
  while (const auto event = s.next())
    if (const auto* over = std::get_if<session::finished>(&*event)) {
      EXPECT_EQ(over->result, outcome::failed);
      EXPECT_EQ(over->why->kind, failure_kind::protocol);
    }
  EXPECT_TRUE(s.over());
}

TEST(ClientSession, RequestsNotYetTakenAreVoidOnceItIsOver) {
  auto made = client_session::create(plain_options(tls_policy::never), sample_mail());
  client_session s = std::move(*made);
  s.connected();
  s.receive("220 x\r\n");  // EHLO waits in the queue, behind the timer and the reply
  s.cancel();
  std::vector<std::size_t> kinds;
  while (const auto event = s.next()) kinds.push_back(event->index());
  ASSERT_EQ(kinds.size(), 3U);
  EXPECT_EQ(kinds[0], 1U) << "reply_received is still told";
  EXPECT_EQ(kinds[1], 4U) << "finished";
  EXPECT_EQ(kinds[2], 5U) << "close_connection";
}

}  // namespace
}  // namespace smtpscope::test
