// Attacks on the server by what it is sent: commands beside STARTTLS, line breaks in fields, endless
// and odd input, logins where none may be, secrets in what it says.

#include <gtest/gtest.h>

#include "session/server_script.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::link_security;
using session::offer;

server_driver greeted(const server_case& c, const std::string& then = {}) {
  server_driver d{c};
  d.connected();
  d.receive("EHLO client.example\r\n" + then);
  (void)d.take_sent();
  return d;
}

// Every line is a reply line of printable ASCII.
void expect_replies(const std::string& said) {
  for (std::size_t begin = 0; begin < said.size();) {
    const std::size_t end = said.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos) << printable(said);
    const std::string line = said.substr(begin, end - begin);
    ASSERT_GE(line.size(), 4U) << printable(said);
    EXPECT_TRUE(line[0] >= '2' && line[0] <= '5' && (line[3] == ' ' || line[3] == '-')) << printable(said);
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c < 127) << printable(said);
    begin = end + 2;
  }
}

// S1: CVE-2011-0411, with the input of command-injection-tester.
TEST(ServerAttacks, CommandsBesideStarttlsAreNeverCarriedOut) {
  server_driver d = greeted(sample_server("", ""));
  d.receive("STARTTLS\r\nEHLO commandinjectiontester\r\n");
  EXPECT_EQ(d.take_sent(), "554 5.5.0 No command may follow STARTTLS before TLS is established\r\n");
  EXPECT_TRUE(d.closed());
  server_driver clean = greeted(sample_server("", ""), "STARTTLS\r\n");
  clean.tls_established();
  clean.receive("FAKE x\r\n");
  EXPECT_EQ(clean.take_sent(), "500 5.5.2 Command not recognized\r\n") << "a 250 would answer what was injected";
}

// S2: a reply between the two would be one that somebody on the way could have made.
TEST(ServerAttacks, NothingIsSaidBetweenTheAgreementAndTls) {
  server_driver d = greeted(sample_server("", ""), "STARTTLS\r\n");
  EXPECT_EQ(d.replies().back().bytes, "220 2.0.0 Ready to start TLS\r\n");
  EXPECT_TRUE(d.wants_tls());
  EXPECT_FALSE(d.session().wants_input());
  for (const char* late : {"NOOP\r\n", "\x16\x03\x01"}) {
    server_driver again = greeted(sample_server("", ""), "STARTTLS\r\n");
    again.receive(late);
    EXPECT_EQ(again.take_sent(), "");
    EXPECT_TRUE(again.closed()) << "plaintext where TLS must begin";
  }
  d.shut_down("not now");
  EXPECT_EQ(d.take_sent(), "") << "nor when it must go";
  EXPECT_TRUE(d.closed());
}

// S3, S4: what the link does not protect is not asked for, and not looked at when it comes.
TEST(ServerAttacks, CredentialsInTheClearAreNotLookedAt) {
  const std::string plain = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";
  for (const std::string& command : {"AUTH PLAIN " + plain, "AUTH LOGIN dGlt"s, "AUTH XOAUTH2 dXNlcj10aW0BAQ=="s}) {
    server_case c = sample_server("", "");
    c.options.mechanisms = {"PLAIN", "LOGIN", "XOAUTH2"};
    server_driver d = greeted(c);
    d.receive(command + "\r\n");
    const std::string said = d.take_sent();
    EXPECT_EQ(said.substr(0, 4), "538 ") << said;
    EXPECT_EQ(said.find(plain), std::string::npos);
    EXPECT_TRUE(d.logins().empty());
    EXPECT_EQ(d.session().authenticated_as(), "");
  }
}

// S6: a line break in a field ends the command or is refused; no field carries it on.
TEST(ServerAttacks, NoFieldHoldsALineBreak) {
  for (const char* injected : {"\r", "\n", "\n\r", "\0"}) {
    const std::string odd = injected[0] == '\0' ? "\0"s : injected;
    for (const std::string& command : {
             "EHLO x" + odd + "MAIL FROM:<amy@mail.example>",
             "MAIL FROM:<a@b>" + odd + "RCPT TO:<evil@x>",
             "MAIL FROM:<\"a" + odd + "RSET" + odd + "\"@b.c>",
             "MAIL FROM:<a@b.c> SIZE=100" + odd + "RCPT TO:<evil@x>",
             "MAIL FROM:<a@b.c> AUTH=x" + odd + "y",
             "MAIL FROM:<a@b.c> ENVID=x" + odd + "y",
             "AUTH PLAIN" + odd + "x",
             "AUTH PLAIN AHRpbQB0" + odd + "YW5zdGFhZnRhbnN0YWFm",
             "VRFY a" + odd + "b",
             "EXPN a" + odd + "b",
         }) {
      server_case c = sample_server("", "");
      c.options.link = link_security::tls;
      c.options.extensions.add(session::extension::dsn);
      c.options.extensions.add(session::extension::expn);
      server_driver d = greeted(c);
      d.receive(command + "\r\n");
      const std::string said = d.take_sent();
      EXPECT_EQ(said.front(), '5') << printable(command) << " " << printable(said);
      EXPECT_EQ(said.find("\r\n"), said.size() - 2) << "one command, one reply: " << printable(said);
      expect_replies(said);
      EXPECT_EQ(d.session().state(), session::server_state::expect_mail) << printable(command);
      EXPECT_EQ(d.session().ehlo_name(), "client.example");
    }
  }
}

// S6: with whole line ends they are commands, each judged for itself.
TEST(ServerAttacks, CommandsBehindALineEndAreJudgedForThemselves) {
  server_driver d = greeted(sample_server("", ""));
  d.receive("MAIL FROM:<\"a\r\nRSET\r\n\"@b.c>\r\n");
  EXPECT_EQ(
      d.take_sent(),
      "501 5.1.7 the address does not stand in angle brackets\r\n250 2.0.0 OK\r\n500 5.5.2 Command not recognized\r\n");
  d.receive("MAIL FROM:<a@b.c> SIZE=100\r\nRCPT TO:<evil@x>\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.1.0 Sender OK\r\n550 5.1.1 No such user here: <evil@x>\r\n");
  d.receive("RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<evil@x>\r\n");
  EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n250 2.1.0 Sender OK\r\n550 5.1.1 No such user here: <evil@x>\r\n");
  d.receive("RSET\r\nMAIL FROM:<sender@example.com\r\nDATA>\r\n");
  EXPECT_EQ(d.take_sent().substr(14, 10), "501 5.1.7 ");
  EXPECT_EQ(d.session().state(), session::server_state::expect_mail) << "DATA has not begun";
  d.receive("EHLO x\r\nMAIL FROM:<a@b>\r\n");
  EXPECT_TRUE(d.take_sent().ends_with("250 HELP\r\n250 2.1.0 Sender OK\r\n"));
  EXPECT_EQ(d.session().ehlo_name(), "x");
}

// S6: nor do the parameters of RCPT.
TEST(ServerAttacks, NoParameterOfARecipientHoldsALineBreak) {
  for (const std::string& odd : {"\r"s, "\n"s, "\n\r"s, "\0"s})
    for (const char* parameter : {"ORCPT=rfc822;a", "NOTIFY=DELAY"}) {
      server_case c = sample_server("", "");
      c.options.extensions.add(session::extension::dsn);
      server_driver d = greeted(c, "MAIL FROM:<a@b.c>\r\n");
      d.receive("RCPT TO:<amy@mail.example> " + std::string{parameter} + odd + "RSET\r\n");
      EXPECT_EQ(d.take_sent().substr(0, 4), "501 ") << parameter << " " << printable(odd);
      EXPECT_EQ(d.session().state(), session::server_state::expect_rcpt);
    }
}

// S6: nor does what the host says.
TEST(ServerAttacks, WhatTheHostSaysStaysOneLine) {
  server_driver d = greeted(sample_server("", ""), "MAIL FROM:<amy@mail.example>\r\nRCPT TO:<amy@mail.example>\r\n");
  d.message_answer = session::decision{session::verdict::accept, wire::reply{250, {}, {"kept\r\n250 injected\n\0x"s}}};
  d.receive("DATA\r\nx\r\n.\r\n");
  EXPECT_EQ(d.take_sent().substr(46), "250 kept??250 injected??x\r\n");
  d.shut_down("so\r\n235 2.7.0 Accepted");
  EXPECT_EQ(d.take_sent(), "421 4.3.2 mail.example so??235 2.7.0 Accepted\r\n");
}

// S8
TEST(ServerAttacks, JunkIsAnsweredInPlainWords) {
  for (const std::string& junk :
       {"\x1b[2J"s, "\0"s, "\xFF\xFE\xC3"s, "EHLO \x1b[2J"s, "EHLO gr\xC3\xBC\xC3\x9F"s,
        "MAIL FROM:<\xE2\x80\xAE@a.b>"s, "RCPT TO:<\x07@a.b>"s, "HELP \x1b]0;x\x07"s, "NOOP \x80\x9B"s,
        "VRFY \xE2\x80\xA8"s, "\t"s, " NOOP"s, "NOOP\t"s, "250 OK"s, "\n"s, "\r"s}) {
    server_driver d = greeted(sample_server("", ""));
    d.receive(junk + "\r\n");
    const std::string said = d.take_sent();
    EXPECT_FALSE(said.empty()) << printable(junk);
    expect_replies(said);
    EXPECT_FALSE(d.closed());
    d.receive("NOOP\r\n");
    EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n") << "in step after " << printable(junk);
  }
}

// S8: neither a line nor a command ends, and the time to wait for one does not begin anew.
TEST(ServerAttacks, ASlowDripIsNoCommand) {
  auto made = session::server_session::create(sample_server("", "").options);
  session::server_session s = std::move(*made);
  s.connected();
  while (s.next()) {
  }
  for (const char c : "EHLO client.exampl"s) {
    s.receive(std::string_view{&c, 1});
    EXPECT_FALSE(s.next()) << "nothing happened, so the timer is not armed";
  }
  s.timer_fired();
  const auto last = s.next();
  ASSERT_TRUE(last && std::holds_alternative<session::send_reply>(*last));
  EXPECT_EQ(std::get<session::send_reply>(*last).reply.code, 421);
  EXPECT_TRUE(s.over());
}

// S8
TEST(ServerAttacks, HangingUpInsideACommandCarriesNothingOut) {
  for (const char* begun : {"RSET", "RSET\r", "MAIL FROM:<amy@mail.example>\n", "DATA\r"}) {
    server_driver d = greeted(sample_server("", ""), "MAIL FROM:<amy@mail.example>\r\nRCPT TO:<amy@mail.example>\r\n");
    d.receive(begun);
    d.client_closes();
    EXPECT_EQ(d.take_sent(), "") << begun;
    EXPECT_TRUE(d.messages().empty());
  }
}

// S8
TEST(ServerAttacks, AMegabyteWithoutAnEndIsNotHeldNorAnsweredTwice) {
  for (const std::string& open : {""s, "EHLO "s, "AUTH PLAIN "s, "MAIL FROM:<"s}) {
    server_case c = sample_server("", "");
    c.options.link = link_security::tls;
    server_driver d = greeted(c);
    d.receive(open);
    for (int i = 0; i < 64; ++i) d.receive(std::string(16384, 'x'));
    d.receive("\r\n");
    const std::string said = d.take_sent();
    EXPECT_EQ(said.substr(0, 4), "500 ") << open;
    EXPECT_EQ(said.find("\r\n"), said.size() - 2) << said;
    EXPECT_EQ(d.session().state(), session::server_state::expect_mail);
  }
}

// S14: what the client says inside AUTH is marked as a response, so that whoever records masks it by
// the state; and no reply repeats it.
TEST(ServerAttacks, SecretsAreMarkedAndNeverRepeated) {
  const std::string name = text::base64_encode("tim");
  const std::string password = text::base64_encode("tanstaaftanstaaf");
  const std::string plain = text::base64_encode("\0tim\0tanstaaftanstaaf"s);
  const std::string token = text::base64_encode("user=tim\1auth=Bearer tanstaaftanstaaf\1\1");
  const struct {
    const char* title;
    std::vector<std::string> lines;
    std::size_t responses;  // lines that are SASL responses
  } table[] = {
      {"PLAIN with initial response", {"AUTH PLAIN " + plain}, 0},
      {"PLAIN without", {"AUTH PLAIN", plain}, 1},
      {"LOGIN in two lines", {"AUTH LOGIN", name, password}, 2},
      {"LOGIN, cancelled", {"AUTH LOGIN", name, "*"}, 2},
      {"the name too early", {"AUTH LOGIN " + name, password}, 1},
      {"pipelined with MAIL", {"AUTH PLAIN " + plain, "MAIL FROM:<amy@mail.example>"}, 0},
      {"a mechanism that is not there, then another", {"AUTH CRAM-MD5 " + plain, "AUTH PLAIN " + plain}, 0},
      {"the password where the name belongs", {"AUTH LOGIN", password, password}, 2},
      {"two responses", {"AUTH PLAIN " + plain + " " + password}, 0},
      {"XOAUTH2, its response on a line of its own", {"AUTH XOAUTH2", token}, 1},
      {"XOAUTH2, its response broken over two lines", {"AUTH XOAUTH2 " + token.substr(0, 24), token.substr(24)}, 0},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.title);
    server_case c = sample_server("", "");
    c.options.link = link_security::tls;
    c.options.mechanisms = {"PLAIN", "LOGIN", "XOAUTH2"};
    auto made = session::server_session::create(c.options);
    session::server_session s = std::move(*made);
    std::string said;
    std::size_t responses = 0;
    const auto drain = [&] {
      while (const auto event = s.next()) {
        if (const auto* reply = std::get_if<session::send_reply>(&*event)) said += reply->bytes;
        if (const auto* line = std::get_if<session::command_received>(&*event)) {
          responses += line->what == session::sent::sasl_response ? 1 : 0;
          if (line->what == session::sent::sasl_response) {
            EXPECT_FALSE(line->mechanism.empty());
            EXPECT_EQ(line->command.what, wire::verb::unknown);
          } else if (line->command.initial_response) {
            EXPECT_EQ(line->command.what, wire::verb::auth);
          }
        }
        (void)session::answer(c.policy, s, *event);
      }
    };
    s.connected();
    s.receive("EHLO client.example\r\n");
    drain();
    for (const std::string& line : row.lines) s.receive(line + "\r\n");
    drain();
    EXPECT_EQ(responses, row.responses);
    for (const std::string& hidden : {password, plain, token, token.substr(24), "tanstaaf"s})
      EXPECT_EQ(said.find(hidden), std::string::npos) << said;
    expect_replies(said);
  }
}

}  // namespace
}  // namespace smtpscope::test
