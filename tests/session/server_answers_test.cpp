// What the host answers is what the server does: every kind of refusal at every stage, and the
// faults that a server which works would not show.

#include <gtest/gtest.h>

#include <algorithm>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::afterwards;
using session::decision;
using session::server_state;
using session::verdict;

struct stage {
  const char* name;
  std::string before;  // said and answered beforehand
  int accepted;        // command_offered questions on the way: greeting and those of `before`
  std::string command;
  server_state state;  // stays after a refusal
};

const std::string ehlo = "EHLO client.example\r\n";
const std::string mail = ehlo + "MAIL FROM:<amy@mail.example>\r\n";
const std::string rcpt = mail + "RCPT TO:<bob@mail.example>\r\n";

std::vector<stage> stages() {
  return {
      {"greeting", "", 0, "", server_state::expect_quit},
      {"ehlo", "", 1, "EHLO client.example\r\n", server_state::expect_helo},
      {"helo_after_ehlo", ehlo, 2, "HELO client.example\r\n", server_state::expect_mail},
      {"starttls", ehlo, 2, "STARTTLS\r\n", server_state::expect_mail},
      {"auth", ehlo, 2, "AUTH LOGIN\r\n", server_state::expect_mail},
      {"noop", ehlo, 2, "NOOP\r\n", server_state::expect_mail},
      {"help", ehlo, 2, "HELP\r\n", server_state::expect_mail},
      {"rset", mail, 2, "RSET\r\n", server_state::expect_rcpt},
      {"data", rcpt, 2, "DATA\r\n", server_state::expect_rcpt_or_data},
      {"bdat", rcpt, 2, "BDAT 6 LAST\r\nQUIT\r\n", server_state::expect_rcpt_or_data},
      {"quit", rcpt, 2, "QUIT\r\n", server_state::expect_rcpt_or_data},
  };
}

server_case asking() {
  server_case c = sample_server("", "");
  c.options.asks = session::questions::every_command;
  c.options.auth_on_plain_link = session::offer::yes;
  c.options.extensions.add(session::extension::chunking);
  return c;
}

// The server's reaction to `s`, which the host answers with `d`.
server_driver react(const stage& s, const decision& d) {
  server_driver driver{asking()};
  driver.command_answers.assign(static_cast<std::size_t>(s.accepted), decision{});
  driver.command_answers.push_back(d);
  driver.connected();
  if (!s.before.empty()) driver.receive(s.before);
  if (s.accepted > 0) (void)driver.take_sent();
  if (!s.command.empty()) driver.receive(s.command);
  return driver;
}

// The scenario matrix, seen from the server: code × stage.
TEST(ServerAnswers, EveryRefusalAtEveryStageIsSaidAndLeavesADefiniteState) {
  for (const stage& s : stages())
    for (const int code : {220, 221, 354, 421, 450, 454, 500, 501, 502, 503, 530, 550, 554}) {
      SCOPED_TRACE(std::string{s.name} + " " + std::to_string(code));
      server_driver d = react(s, {verdict::reject, wire::reply{code, {}, {"as the host says"}}});
      EXPECT_EQ(d.take_sent(), std::to_string(code) + " as the host says\r\n");
      EXPECT_EQ(d.closed(), code == 421) << "RFC 5321 §3.8";
      EXPECT_TRUE(d.messages().empty());
      EXPECT_TRUE(d.logins().empty());
      EXPECT_FALSE(d.wants_tls());
      if (d.closed()) continue;
      EXPECT_EQ(name(d.session().state()), name(s.state));
      d.receive("NOOP\r\n");
      EXPECT_EQ(d.take_sent(),
                s.state == server_state::expect_quit ? "503 5.5.1 No service here; send QUIT\r\n" : "250 2.0.0 OK\r\n")
          << "in step";
    }
}

TEST(ServerAnswers, ARefusalWithoutWordsHasTheServersOwn) {
  for (const stage& s : stages()) {
    server_driver d = react(s, {verdict::reject});
    EXPECT_EQ(d.take_sent(), std::string_view{s.name} == "greeting" ? "554 5.3.2 mail.example No service here\r\n"
                                                                    : "451 4.3.0 Not now, try again later\r\n")
        << s.name;
  }
}

TEST(ServerAnswers, AfterARefusedGreetingOnlyQuitIsHeard) {
  server_driver d = react(stages().front(), {verdict::reject});
  (void)d.take_sent();
  for (const char* command : {"EHLO a.example", "HELO a.example", "MAIL FROM:<amy@mail.example>", "NOOP", "RSET",
                              "HELP", "VRFY amy", "AUTH PLAIN", "STARTTLS", "DATA", "BDAT 0 LAST", "what"}) {
    d.receive(std::string{command} + "\r\n");
    EXPECT_EQ(d.take_sent(), "503 5.5.1 No service here; send QUIT\r\n") << command;  // RFC 5321 §3.1
  }
  d.receive("QUIT\r\n");
  EXPECT_EQ(d.take_sent().substr(0, 4), "221 ");
  EXPECT_TRUE(d.closed());
}

TEST(ServerAnswers, TheLinkMayBeDroppedInsteadOfAnyReply) {
  for (const stage& s : stages()) {
    decision drop;
    drop.then = afterwards::drop;
    server_driver d = react(s, drop);
    EXPECT_EQ(d.take_sent(), "") << s.name;
    EXPECT_TRUE(d.closed()) << s.name;
    EXPECT_FALSE(d.wants_tls()) << s.name;
  }
}

TEST(ServerAnswers, TheLinkMayBeClosedAfterAnyReply) {
  for (const stage& s : stages()) {
    decision close{verdict::reject, wire::reply{550, {}, {"go away"}}};
    close.then = afterwards::close;
    server_driver d = react(s, close);
    EXPECT_EQ(d.take_sent(), "550 go away\r\n") << s.name;
    EXPECT_TRUE(d.closed()) << s.name;
  }
}

TEST(ServerAnswers, GarbageMayStandInPlaceOfAnyReply) {
  for (const verdict what : {verdict::accept, verdict::reject})
    for (const stage& s : stages()) {
      decision odd{what};
      odd.garbage = "\x1b[2J\0 250 no"s;
      server_driver d = react(s, odd);
      EXPECT_EQ(d.take_sent(), odd.garbage) << s.name;
      EXPECT_EQ(d.garbage(), odd.garbage) << s.name;
      EXPECT_EQ(d.closed(), what == verdict::accept && std::string_view{s.name} == "quit") << s.name;
    }
}

// A login that asks the host and a chunk on its way have their reply later; that is the one meant.
TEST(ServerAnswers, AFaultWaitsForTheReplyItReplaces) {
  stage login = stages()[4];
  login.command = "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n";
  decision odd;
  odd.garbage = "x";
  server_driver d = react(login, odd);
  EXPECT_EQ(d.take_sent(), "x");
  d.receive("NOOP\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n");
  stage chunk = stages()[9];
  chunk.command = "BDAT 6 LAST\r\n";
  decision drop;
  drop.then = afterwards::drop;
  server_driver half = react(chunk, drop);
  half.receive("QUIT\r");
  EXPECT_FALSE(half.closed());
  half.receive("\n");
  EXPECT_TRUE(half.closed());
  EXPECT_EQ(half.take_sent(), "");
}

// A reply that ends a login stands in place of 235 and of 535, and of nothing else.
TEST(ServerAnswers, WhatIsSaidOfALoginIsSaidAtItsEnd) {
  const wire::reply no{535, wire::enhanced_code{5, 7, 8}, {"as the host says"}};
  const struct {
    const char* name;
    const char* response;  // to "Password:"
    wire::reply reply;
    const char* said;
    bool logged_in;
  } table[] = {
      {"right, refused", "dGFuc3RhYWZ0YW5zdGFhZg==", no, "535 5.7.8 as the host says\r\n", false},
      {"wrong, refused", "d3Jvbmc=", no, "535 5.7.8 as the host says\r\n", false},
      {"cancelled", "*", no, "501 5.7.0 Authentication cancelled\r\n", false},
      {"not understood", "!", no, "501 5.5.2 Cannot decode response: not base64\r\n", false},
      {"right, in other words", "dGFuc3RhYWZ0YW5zdGFhZg==", {235, {}, {"come in"}}, "235 come in\r\n", true},
      {"wrong, and told otherwise", "d3Jvbmc=", {235, {}, {"come in"}}, "235 come in\r\n", false},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    server_driver d = react(stages()[4], {verdict::accept, row.reply});
    EXPECT_EQ(d.take_sent(), "334 VXNlcm5hbWU6\r\n");
    d.receive("dGlt\r\n");
    EXPECT_EQ(d.take_sent(), "334 UGFzc3dvcmQ6\r\n");
    d.receive(row.response + "\r\n"s);
    EXPECT_EQ(d.take_sent(), row.said);
    EXPECT_EQ(d.session().authenticated_as(), row.logged_in ? "tim" : "");
    d.receive("NOOP\r\n");
    EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n") << "nothing is left for a later reply";
  }
}

TEST(ServerAnswers, TheLinkMayBeCutInsideTheContent) {
  for (const char* command : {"DATA\r\n", "BDAT 1000 LAST\r\n"}) {
    decision cut;
    cut.drop_after = 100;
    stage s = stages()[8];
    s.command = command;
    server_driver d = react(s, cut);
    (void)d.take_sent();
    d.receive(std::string(99, 'x'));
    EXPECT_FALSE(d.closed());
    d.receive("yz");
    EXPECT_TRUE(d.closed());
    EXPECT_EQ(d.take_sent(), "");
    EXPECT_TRUE(d.messages().empty());
    EXPECT_EQ(d.discarded(), 1);
  }
}

// What was asked for at the first chunk holds for the message, whatever comes in between.
TEST(ServerAnswers, TheCutInsideTheContentCountsAllChunks) {
  decision cut;
  cut.drop_after = 100;
  stage s = stages()[8];
  s.command = "BDAT 60\r\n" + std::string(60, 'x') + "NOOP\r\nBDAT 60 LAST\r\n";
  server_driver d = react(s, cut);
  d.receive(std::string(39, 'x'));
  EXPECT_FALSE(d.closed());
  d.receive("x");
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.discarded(), 1);
}

TEST(ServerAnswers, TheCutIsForOneMessageOnly) {
  const std::string hundred(100, 'x');
  for (const char* between : {"x\r\n.\r\n", "RSET\r\n", "EHLO again.example\r\n"}) {
    decision cut;
    cut.drop_after = 50;
    stage s = stages()[8];
    const bool chunks = std::string_view{between}.front() != 'x';
    if (chunks) s.command = "BDAT 10\r\n0123456789";
    server_driver d = react(s, cut);
    d.receive(between);
    d.receive("MAIL FROM:<amy@mail.example>\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\n" + hundred + "\r\n.\r\n");
    EXPECT_FALSE(d.closed());
    EXPECT_EQ(d.messages().size(), chunks ? 1U : 2U);
  }
}

TEST(ServerAnswers, TheHandshakeMayShowAnotherCertificate) {
  auto made = session::server_session::create(asking().options);
  session::server_session s = std::move(*made);
  s.connected();
  s.receive(ehlo + "STARTTLS\r\n");
  std::vector<session::server_event> seen;
  int asked = 0;
  while (const auto event = s.next()) {
    seen.push_back(*event);
    if (!std::holds_alternative<session::command_offered>(*event)) continue;
    decision d;
    if (++asked == 3) d.certificate = session::certificate_choice::expired;
    EXPECT_TRUE(s.answer(d).ok());
  }
  ASSERT_GE(seen.size(), 3U);
  const auto at = [&](auto is) { return std::find_if(seen.begin(), seen.end(), is) - seen.begin(); };
  const auto chosen = at([](const auto& e) { return std::holds_alternative<session::certificate_chosen>(e); });
  const auto begins = at([](const auto& e) { return std::holds_alternative<session::start_tls>(e); });
  EXPECT_LT(chosen, begins);
  EXPECT_EQ(begins, static_cast<std::ptrdiff_t>(seen.size()) - 1);
  EXPECT_EQ(std::get<session::certificate_chosen>(seen[static_cast<std::size_t>(chosen)]).which,
            session::certificate_choice::expired);
}

TEST(ServerAnswers, WordsOfAPersonalityReplaceTheServersOwn) {
  server_case c = sample_server("", "");
  c.options.session_id = "x1-9";
  c.options.client_address = "203.0.113.7";
  c.options.replies.set(session::reply_key::greeting, {220, {}, {"{host} ESMTP {id} - gsmtp"}});
  c.options.replies.set(session::reply_key::ehlo, {250, {}, {"{host} at your service, [{client}]"}});
  c.options.replies.set(session::reply_key::mail_ok, {250, wire::enhanced_code{2, 1, 0}, {"OK {id} - gsmtp"}});
  c.options.replies.set(session::reply_key::mail_first, {503, wire::enhanced_code{5, 5, 1}, {"MAIL first. {id}"}});
  c.options.extensions = {session::extension::enhanced_status_codes};
  server_driver d{c};
  d.connected();
  d.receive(ehlo + "DATA\r\nMAIL FROM:<amy@mail.example>\r\n");
  EXPECT_EQ(d.take_sent(),
            "220 mail.example ESMTP x1-9 - gsmtp\r\n250-mail.example at your service, [203.0.113.7]\r\n"
            "250 ENHANCEDSTATUSCODES\r\n503 5.5.1 MAIL first. x1-9\r\n250 2.1.0 OK x1-9 - gsmtp\r\n");
}

}  // namespace
}  // namespace smtpscope::test
