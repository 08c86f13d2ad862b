// Servers that break the protocol, by mistake or on purpose: the client always ends, and says why.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

client_case plain_case() {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"a@b.example"}, "x\r\n");
  return c;
}

// The client's commands up to each reply that it waits for, without TLS and AUTH.
struct point {
  client_stage stage;
  std::string before;
};
std::vector<point> points() {
  std::string s;
  std::vector<point> all = {{client_stage::greeting, s}};
  const auto then = [&](client_stage stage, const std::string& more) { all.push_back({stage, s += more}); };
  then(client_stage::ehlo, "S: 220 x\nC: EHLO client.example\n");
  then(client_stage::mail, "S: 250 x\nC: MAIL FROM:<user@gmail.example>\n");
  then(client_stage::rcpt, "S: 250 x\nC: RCPT TO:<a@b.example>\n");
  then(client_stage::data, "S: 250 x\nC: DATA\n");
  then(client_stage::content, "S: 354 x\nC: x\nC: .\n");
  return all;
}

// How a session ends that fails there: behind the content nobody knows who has the message.
ending ends_at(const point& at, failure_kind kind, const std::string& diagnosis) {
  const bool doubt = at.stage == client_stage::content;
  return {doubt ? outcome::unknown : outcome::failed, kind, at.stage,
          at.stage == client_stage::greeting ? diagnosis + ".greeting"
          : doubt                            ? diagnosis + ".content"
                                             : diagnosis};
}

TEST(HostileServer, JunkEndsTheSessionAnywhere) {
  for (const char* junk :
       {"S: hello", "S: 99 hi", "S: 600 x", "S: 2500 x", "S: 25", "S: ", "S: 250_x", "S: 250\\tx", "S: 250 \\x1b[2J",
        "S: 250 \\0", "S: 250-a\nS: 550 b", "S: 250-a\nS: junk", "S: 250 a\\nb", "S: \\x15\\x03\\x01\\0\\x02\\x02F"})
    for (const point& at : points()) {
      client_case c = plain_case();
      c.name = junk + std::string{" at "} + std::string{session::name(at.stage)};
      c.script = at.before + junk + "\n--- client closes ---\n";
      c.end = ends_at(at, failure_kind::protocol, "protocol");
      expect_dialogue(c);
    }
}

TEST(HostileServer, WrongClassesEndTheSession) {
  for (const point& at : points()) {
    client_case c = plain_case();
    c.name = "wrong class at " + std::string{session::name(at.stage)};
    const char* reply = at.stage == client_stage::data ? "S: 250 ok" : "S: 354 go";
    c.script = at.before + reply + "\n--- client closes ---\n";
    c.end = ends_at(at, failure_kind::protocol, "protocol");
    expect_dialogue(c);
  }
}

TEST(HostileServer, A421EndsTheSessionAnywhere) {
  for (const point& at : points()) {
    client_case c = plain_case();
    c.name = "421 at " + std::string{session::name(at.stage)};
    c.script = at.before + "S: 421-4.3.2 going\nS: 421 4.3.2 down\n--- client closes ---\n";
    c.end = {outcome::failed, failure_kind::refused, at.stage, "421"};
    expect_dialogue(c);
  }
}

TEST(HostileServer, HangingUpEndsTheSessionAnywhere) {
  for (const point& at : points()) {
    client_case c = plain_case();
    c.name = "hang-up at " + std::string{session::name(at.stage)};
    c.script = at.before + "--- server closes ---\n--- client closes ---\n";
    c.end = ends_at(at, failure_kind::closed_by_server, "hangup");
    expect_dialogue(c);
  }
}

TEST(HostileServer, HangingUpInsideAReplyIsNoReply) {
  client_case c = plain_case();
  c.name = "half of a positive reply to the content";
  c.script = points().back().before + "S- 250 2.0.0 OK\n--- server closes ---\n--- client closes ---\n";
  c.end = {outcome::unknown, failure_kind::closed_by_server, client_stage::content, "hangup.content"};
  expect_dialogue(c);
}

TEST(HostileServer, AnEndlessLineIsCutShort) {
  client_case c = plain_case();
  client_driver d{c};
  d.connected();
  std::size_t octets = 0;
  for (; octets < 2 * limits::accepted_reply_line_octets && !d.closed(); octets += 100)
    d.receive(std::string(100, '2'));
  EXPECT_LE(octets, limits::accepted_reply_line_octets + 100);
  ASSERT_EQ(d.ends().size(), 1U);
  EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
}

TEST(HostileServer, AnEndlessReplyIsCutShort) {
  for (const std::string& line : {"220-\r\n"s, "220-" + std::string(1000, 'x') + "\r\n"}) {
    client_case c = plain_case();
    client_driver d{c};
    d.connected();
    std::size_t lines = 0;
    for (; lines < 2 * limits::accepted_reply_lines && !d.closed(); ++lines) d.receive(line);
    EXPECT_LE(lines, limits::accepted_reply_lines + 1);
    EXPECT_LE(lines * line.size(), limits::accepted_reply_octets + line.size());
    ASSERT_EQ(d.ends().size(), 1U);
    EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
    check_trace(d.entries());
  }
}

TEST(HostileServer, AMegabyteInOnePieceIsNothingSpecial) {
  client_case c = plain_case();
  client_driver d{c};
  d.connected();
  d.receive(std::string(1 << 20, '\0'));
  ASSERT_EQ(d.ends().size(), 1U);
  EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
}

// The bytes that are no reply are in the trace, and are the evidence.
TEST(HostileServer, WhatIsNoReplyIsShown) {
  const struct {
    const char* name;
    std::vector<std::string> chunks;
    std::string shown;
  } table[] = {
      {"another protocol", {"HTTP/1.1 400 Bad Request\r\n"}, "HTTP/1.1 400 Bad Request\r\n"},
      {"a TLS alert before the link is lost", {"\x15\x03\x01\0\x02\x02\x46"s}, "\x15\x03\x01\0\x02\x02\x46"s},
      {"codes that differ", {"220-a\r\n", "550 b\r\n"}, "220-a\r\n550 b\r\n"},
      {"half a reply", {"220-a\r\n22"}, "220-a\r\n22"},
      {"a reply too early", {"220 a\r\n250 b\r\n"}, "250 b\r\n"},
      {"a line without end", {std::string(5000, 'x')}, std::string(512, 'x')},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    client_driver d{plain_case()};
    d.connected();
    for (const std::string& chunk : row.chunks) d.receive(chunk);
    d.server_closes();
    const trace::entry* e = last_of(d.entries(), trace::kind::reply);
    if (e == nullptr) e = last_of(d.entries(), trace::kind::greeting);
    ASSERT_NE(e, nullptr);
    EXPECT_EQ(printable(e->bytes), printable(row.shown));
    EXPECT_EQ(e->data.at("code"), 0);
    check_trace(d.entries());
    const json& evidence = last_of(d.entries(), trace::kind::diagnosis)->data.at("evidence");
    if (d.ends().front().why->kind == failure_kind::protocol) {
      EXPECT_EQ(evidence, json::array({e->sequence}));
    }
  }
}

TEST(HostileServer, WhatFollowsTheAgreementToStartTlsIsShown) {
  for (const bool apart : {false, true}) {
    client_case c = plain_case();
    c.options.tls = tls_policy::starttls_required;
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    d.receive("250-x\r\n250 STARTTLS\r\n");
    if (apart) {
      d.receive("220 go\r\n");
      d.receive("250 AUTH");
    } else {
      d.receive("220 go\r\n250 AUTH");
    }
    const trace::entry* e = last_of(d.entries(), trace::kind::reply);
    EXPECT_EQ(e->bytes, "250 AUTH");
    EXPECT_FALSE(e->secure);
    EXPECT_EQ(last_of(d.entries(), trace::kind::diagnosis)->data.at("evidence"), json::array({e->sequence}));
    check_trace(d.entries());
  }
}

client_case login_case(const std::string& mechanism, session::initial_response ir, const std::string& rest) {
  client_case c;
  c.options = login_options(tls_policy::implicit, mechanism, ir);
  c.mail = sample_mail();
  c.script = "S: 220 x\nC: EHLO client.example\nS: 250-x\nS: 250 AUTH PLAIN LOGIN\n" + rest;
  return c;
}
const std::string plain_line = "C: AUTH PLAIN AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w\n";
const std::string login_lines =
    "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlckBnbWFpbC5leGFtcGxl\nS: 334 UGFzc3dvcmQ6\n"
    "C: YWJjZCBlZmdoLWlqa2wubW5vcA==\n";
const ending cancelled{outcome::failed, failure_kind::protocol, client_stage::auth, "protocol"};

TEST(HostileLogin, MoreChallengesThanTheMechanismHasAreCancelled) {
  for (const char* last :
       {"S: 501 cancelled\n", "S: 535 no\n", "S: 454 later\n", "S: 334 \n", "S: 235 welcome\n", "S: 354 x\n"}) {
    client_case c = login_case("PLAIN", session::initial_response::sent,
                               plain_line + "S: 334 \nC: *\n" + last + "--- client closes ---\n");
    c.name = std::string{"PLAIN, then "} + last;
    c.end = cancelled;
    expect_dialogue(c);
    c = login_case("LOGIN", session::initial_response::withheld,
                   login_lines + "S: 334 T25lIG1vcmU6\nC: *\n" + last + "--- client closes ---\n");
    c.name = std::string{"LOGIN, then "} + last;
    c.end = cancelled;
    expect_dialogue(c);
  }
}

TEST(HostileLogin, ChallengesThatAreNotBase64AreCancelled) {
  for (const char* challenge : {"Rubbish!", "=AAA", "AAA=BBB", "VXNlcm5hbWU", "VXNl cm5hbWU6", "VXNlcm5hbWU6\\xff"}) {
    client_case c = login_case(
        "LOGIN", session::initial_response::withheld,
        "C: AUTH LOGIN\nS: 334 " + std::string{challenge} + "\nC: *\nS: 501 5.7.0 cancelled\n--- client closes ---\n");
    c.name = challenge;
    c.end = cancelled;
    expect_dialogue(c);
  }
}

TEST(HostileLogin, TheTextOfLoginsChallengesIsDecoration) {
  client_case c =
      login_case("LOGIN", session::initial_response::withheld,
                 "C: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\nC: dXNlckBnbWFpbC5leGFtcGxl\nS: 334\n"
                 "C: YWJjZCBlZmdoLWlqa2wubW5vcA==\nS: 535 5.7.8 no\nC: QUIT\nS: 221 x\n--- client closes ---\n");
  c.name = "asks for the password twice";
  c.end = {outcome::failed, failure_kind::refused, client_stage::auth, "auth.535"};
  expect_dialogue(c);
}

TEST(HostileLogin, AnInitialResponseThatIsTooLongWaitsForItsChallenge) {
  client_case c;
  c.name = "long password";
  c.options = login_options(tls_policy::implicit);
  c.options.auth->password = secret{std::string(600, 'p')};
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250 AUTH PLAIN\r\n");
  EXPECT_TRUE(d.all_sent().ends_with("AUTH PLAIN\r\n"));
  (void)d.take_sent();
  d.receive("334 \r\n");
  EXPECT_EQ(d.take_sent().size(), (1 + sample_identity.size() + 1 + 600 + 2) / 3 * 4 + 2);
}

}  // namespace
}  // namespace smtpscope::test
