// Manual control: every command waits; what a person says instead is sent, answered and judged by
// the tables, and the session goes on.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::manual_choice;
using session::outcome;
using session::raw_bytes;
using session::tls_policy;

const session::manual_answer as_is{manual_choice::send, {}, raw_bytes::refused};

client_case by_hand(tls_policy tls = tls_policy::never) {
  client_case c;
  c.options = plain_options(tls);
  c.options.control = session::control::manual;
  c.mail = submission_to({"a@b.example", "c@d.example"}, "x\r\n");
  return c;
}

// A session in the middle of being driven by hand.
struct table_top {
  explicit table_top(const client_case& c) : d(c) { d.connected(); }

  // What waits is said as it is.
  std::string send() {
    EXPECT_TRUE(d.answer(as_is));
    return d.take_sent();
  }
  std::string say(manual_choice what, const std::string& bytes = {}, raw_bytes raw = raw_bytes::refused) {
    const status s = d.answer({what, bytes, raw});
    EXPECT_TRUE(s) << s.why().detail;
    return d.take_sent();
  }
  std::string waits() {
    EXPECT_TRUE(d.session().command_waits());
    return d.waited().empty() ? std::string{} : d.waited().back().bytes;
  }
  void reply(const std::string& bytes) { d.receive(bytes); }
  // Through the greeting and EHLO.
  void greet(const std::string& ehlo = "250 x\r\n") {
    reply("220 x\r\n");
    EXPECT_EQ(send(), "EHLO client.example\r\n");
    reply(ehlo);
  }

  client_driver d;
};

TEST(ClientManual, EveryCommandWaitsAndTheWholeSessionWorks) {
  table_top t{by_hand()};
  t.reply("220 x\r\n");
  EXPECT_EQ(t.waits(), "EHLO client.example\r\n");
  EXPECT_EQ(t.d.take_sent(), "") << "nothing leaves unasked";
  EXPECT_EQ(t.d.armed(), seconds{0}) << "the server owes nothing: no clock runs";
  t.send();
  EXPECT_EQ(t.d.armed(), minutes{5});
  for (const char* step :
       {"MAIL FROM:<user@gmail.example>\r\n", "RCPT TO:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n"}) {
    t.reply("250 x\r\n");
    EXPECT_EQ(t.waits(), step);
    EXPECT_EQ(t.send(), step);
  }
  EXPECT_EQ(t.d.waited().back().recipient, "c@d.example");
  t.reply("250 x\r\n");
  EXPECT_EQ(t.send(), "DATA\r\n");
  t.reply("354 go\r\n");
  EXPECT_EQ(t.d.take_sent(), "x\r\n.\r\n");
  t.reply("250 queued\r\n");
  EXPECT_EQ(t.send(), "QUIT\r\n");
  t.reply("221 bye\r\n");
  EXPECT_TRUE(t.d.closed());
  EXPECT_EQ(t.d.ends().front().result, outcome::delivered);
  EXPECT_TRUE(t.d.remarks().empty()) << "the plan is legal";
  check_trace(t.d.entries());
}

TEST(ClientManual, WhatIsNotAllowedIsSaidWithTheRuleThatForbidsIt) {
  table_top t{by_hand()};
  t.greet();
  EXPECT_EQ(t.waits(), "MAIL FROM:<user@gmail.example>\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "RCPT TO:<a@b.example>"), "RCPT TO:<a@b.example>\r\n");
  ASSERT_EQ(t.d.remarks().size(), 1U);
  EXPECT_EQ(t.d.remarks()[0].text.substr(0, 51), "RCPT is not allowed now; by the book the answer is ");
  EXPECT_EQ(t.d.remarks()[0].section.substr(0, 9), "RFC 5321 ");
  const trace::entry* note = last_of(t.d.entries(), trace::kind::note);
  ASSERT_NE(note, nullptr);
  EXPECT_EQ(note->explain->rfc, t.d.remarks()[0].section);
  t.reply("503 5.5.1 MAIL first\r\n");
  EXPECT_EQ(t.waits(), "MAIL FROM:<user@gmail.example>\r\n") << "the plan is where it was";
  EXPECT_EQ(t.d.waited().size(), 3U) << "and is told again";
  t.send();
  t.reply("250 x\r\n");
  EXPECT_EQ(t.send(), "RCPT TO:<a@b.example>\r\n");
  EXPECT_EQ(t.d.remarks().size(), 1U) << "now it is legal";
  t.reply("250 x\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "MAIL FROM:<again@b.example>"), "MAIL FROM:<again@b.example>\r\n");
  EXPECT_EQ(t.d.remarks().size(), 2U) << "MAIL inside a transaction";
  check_trace(t.d.entries());
}

TEST(ClientManual, AnEditedCommandKeepsItsPlace) {
  table_top t{by_hand()};
  t.greet();
  EXPECT_EQ(t.say(manual_choice::replace, "mail from:<> size=99"), "mail from:<> size=99\r\n");
  t.reply("250 x\r\n");
  EXPECT_EQ(t.waits(), "RCPT TO:<a@b.example>\r\n");
  EXPECT_EQ(t.say(manual_choice::replace, "RCPT TO:<other@b.example>\r\n"), "RCPT TO:<other@b.example>\r\n");
  t.reply("250 x\r\n");
  EXPECT_EQ(t.waits(), "RCPT TO:<c@d.example>\r\n");
  EXPECT_EQ(t.say(manual_choice::replace, "NOOP"), "NOOP\r\n");
  t.reply("250 x\r\n");
  EXPECT_EQ(t.waits(), "DATA\r\n") << "the second recipient's place was taken";
  t.send();
  t.reply("354 go\r\n");
  t.reply("250 queued\r\n");
  EXPECT_EQ(t.d.ends().front().result, outcome::partly);
  EXPECT_EQ(t.d.ends().front().recipients[1].end, session::fate::not_sent);
}

TEST(ClientManual, ACommandMayBeLeftOutOrSaidTwice) {
  table_top t{by_hand()};
  t.greet();
  EXPECT_EQ(t.say(manual_choice::skip), "") << "without MAIL";
  EXPECT_EQ(t.waits(), "RCPT TO:<a@b.example>\r\n");
  EXPECT_EQ(t.send(), "RCPT TO:<a@b.example>\r\n");
  EXPECT_EQ(t.d.remarks().size(), 1U);
  t.reply("503 no\r\n");
  EXPECT_EQ(t.say(manual_choice::repeat), "RCPT TO:<a@b.example>\r\n");
  t.reply("503 still no\r\n");
  EXPECT_EQ(t.send(), "RCPT TO:<c@d.example>\r\n");
  t.reply("503 no\r\n");
  EXPECT_EQ(t.waits(), "QUIT\r\n") << "nobody is left to receive content";
  EXPECT_EQ(t.say(manual_choice::replace, "RSET"), "RSET\r\n") << "QUIT still waits then";
  t.reply("250 x\r\n");
  EXPECT_EQ(t.waits(), "QUIT\r\n");
  EXPECT_EQ(t.say(manual_choice::skip), "");
  EXPECT_TRUE(t.d.closed());
  EXPECT_EQ(t.d.ends().front().why->stage, client_stage::rcpt);
  check_trace(t.d.entries());
}

TEST(ClientManual, EveryPlannedCommandMayBeSkipped) {
  table_top t{by_hand()};
  t.reply("220 x\r\n");
  int skipped = 0;
  for (; t.d.session().command_waits() && skipped < 20; ++skipped) EXPECT_EQ(t.say(manual_choice::skip), "");
  EXPECT_TRUE(t.d.closed());
  EXPECT_EQ(t.d.all_sent(), "");
  EXPECT_EQ(t.d.ends().front().result, outcome::failed);
  check_trace(t.d.entries());
}

TEST(ClientManual, DataByHandSendsTheMessage) {
  table_top t{by_hand()};
  t.greet();
  for (const char* command : {"MAIL FROM:<me@b.example>", "RCPT TO:<you@b.example>"}) {
    t.say(manual_choice::insert, command);
    t.reply("250 x\r\n");
  }
  EXPECT_EQ(t.say(manual_choice::insert, "DATA"), "DATA\r\n");
  EXPECT_TRUE(t.d.remarks().empty()) << "legal, though not planned";
  t.reply("354 go\r\n");
  EXPECT_EQ(t.d.take_sent(), "x\r\n.\r\n");
  t.reply("250 queued\r\n");
  EXPECT_FALSE(t.d.closed());
  t.d.server_closes();
  check_trace(t.d.entries());
}

TEST(ClientManual, StarttlsAndEhloByHandChangeTheSession) {
  table_top t{by_hand()};
  t.greet("250-x\r\n250 STARTTLS\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "STARTTLS"), "STARTTLS\r\n");
  t.reply("220 go\r\n");
  ASSERT_TRUE(t.d.wants_tls());
  t.d.tls_established();
  EXPECT_EQ(t.waits(), "EHLO client.example\r\n") << "what was known before TLS is forgotten";
  t.send();
  t.reply("250-x\r\n250 SIZE 100\r\n");
  EXPECT_EQ(t.waits(), "MAIL FROM:<user@gmail.example> SIZE=3\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "STARTTLS"), "STARTTLS\r\n");
  EXPECT_FALSE(t.d.remarks().empty()) << "twice is not allowed";
  t.reply("503 no\r\n");
  t.say(manual_choice::insert, "QUIT");
  t.reply("221 bye\r\n");
  EXPECT_TRUE(t.d.closed());
  EXPECT_EQ(t.d.ends().front().why->kind, failure_kind::cancelled);
  check_trace(t.d.entries());
}

TEST(ClientManual, BytesOfAnyKindOnlyByName) {
  table_top t{by_hand()};
  t.greet();
  for (const std::string& bytes :
       {std::string{"NOOP\r\nNOOP"}, std::string{"NO\nOP"}, std::string{"NO\0OP", 5}, std::string{"a\rb"}}) {
    const status s = t.d.answer({manual_choice::insert, bytes, raw_bytes::refused});
    ASSERT_FALSE(s) << printable(bytes);
    EXPECT_EQ(s.why().code, errc::forbidden_character);
  }
  EXPECT_FALSE(t.d.answer({manual_choice::insert, "", raw_bytes::refused}));
  EXPECT_EQ(t.d.take_sent(), "");
  // Two lines are two commands, and earn two answers.
  EXPECT_EQ(t.say(manual_choice::insert, "NOOP\r\nVRFY x\r\n", raw_bytes::allowed_by_name), "NOOP\r\nVRFY x\r\n");
  t.reply("250 x\r\n252 x\r\n");
  EXPECT_EQ(t.waits(), "MAIL FROM:<user@gmail.example>\r\n");
  // Half a line earns none; the plan's command ends it.
  EXPECT_EQ(t.say(manual_choice::insert, "NO", raw_bytes::allowed_by_name), "NO");
  EXPECT_EQ(t.say(manual_choice::insert, "OP"), "OP\r\n");
  t.reply("250 x\r\n");
  EXPECT_FALSE(t.d.closed());
  t.d.server_closes();
  check_trace(t.d.entries());
}

TEST(ClientManual, RequiredTlsHoldsForHandsToo) {
  for (const std::string& line : {std::string{"MAIL FROM:<a@b.example>"}, std::string{"AUTH PLAIN AGEAYg=="},
                                  std::string{"auth login"}, std::string{"DATA"}, std::string{"X"}}) {
    table_top t{by_hand(tls_policy::starttls_required)};
    t.greet("250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n");
    for (const manual_choice what : {manual_choice::insert, manual_choice::replace}) {
      const status s = t.d.answer({what, line, raw_bytes::refused});
      ASSERT_FALSE(s) << line;
      EXPECT_EQ(s.why().code, errc::invalid_argument);
      EXPECT_FALSE(t.d.answer({what, line + "\r\n", raw_bytes::allowed_by_name})) << line;
    }
    EXPECT_EQ(t.say(manual_choice::skip), "") << "STARTTLS left out";
    EXPECT_EQ(t.waits(), "QUIT\r\n") << "is no way around TLS";
    EXPECT_EQ(t.d.ends().front().why->kind, failure_kind::starttls_not_offered);
  }
}

TEST(ClientManual, ALoginsAnswerCannotBeLeftOut) {
  client_case c = by_hand(tls_policy::implicit);
  c.options.auth = session::credentials{std::string{sample_identity}, secret{std::string{sample_password}}};
  c.options.mechanisms = {"LOGIN"};
  c.options.ir = session::initial_response::withheld;
  table_top t{c};
  t.greet("250-x\r\n250 AUTH LOGIN\r\n");
  EXPECT_EQ(t.send(), "AUTH LOGIN\r\n");
  t.reply("334 VXNlcm5hbWU6\r\n");
  for (const manual_choice what : {manual_choice::skip, manual_choice::insert, manual_choice::repeat}) {
    const status s = t.d.answer({what, "NOOP", raw_bytes::refused});
    ASSERT_FALSE(s);
    EXPECT_EQ(s.why().code, errc::misuse);
  }
  EXPECT_EQ(t.send(), "dXNlckBnbWFpbC5leGFtcGxl\r\n");
  t.reply("334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(t.say(manual_choice::replace, "*"), "*\r\n");
  t.reply("501 cancelled\r\n");
  EXPECT_EQ(t.waits(), "QUIT\r\n");
  t.send();
  t.reply("221 x\r\n");
  EXPECT_EQ(t.d.ends().front().why->stage, client_stage::auth);
  check_trace(t.d.entries());
  check_hidden(t.d.entries(), sample_identity, sample_password);
}

// A login typed by hand is masked by its place in the protocol, like the plan's.
TEST(ClientManual, ALoginByHandIsMasked) {
  table_top t{by_hand(tls_policy::implicit)};
  t.greet("250-x\r\n250 AUTH PLAIN\r\n");
  t.say(manual_choice::insert, "auth plain AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w");
  t.reply("535 no\r\n");
  t.say(manual_choice::insert, "AUTH PLAIN");
  t.reply("334 \r\n");
  EXPECT_EQ(t.waits(), "*\r\n") << "the login is not ours: we would give up";
  t.say(manual_choice::replace, "AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w");
  t.reply("535 no\r\n");
  EXPECT_FALSE(t.d.closed());
  EXPECT_EQ(t.waits(), "MAIL FROM:<user@gmail.example>\r\n");
  t.d.server_closes();
  check_trace(t.d.entries());
  check_hidden(t.d.entries(), sample_identity, sample_password);
}

// No four letters of `base64` beside each other in what was sent.
void check_nothing_of(const std::vector<trace::entry>& entries, const std::string& base64) {
  for (const trace::entry& e : entries)
    for (std::size_t i = 0; i + 4 <= base64.size(); ++i)
      EXPECT_EQ(e.bytes.find(base64.substr(i, 4)), std::string::npos) << printable(e.bytes) << " has " << base64;
}

const std::string typed_login = "AHVzZXJAZ21haWwuZXhhbXBsZQBhYmNkIGVmZ2gtaWprbC5tbm9w";

TEST(ClientManual, ALoginInPiecesIsMaskedInEachOfThem) {
  const std::string line = "AUTH PLAIN " + typed_login + "\r\n";
  for (std::size_t cut = 1; cut < line.size() - 1; ++cut) {
    table_top t{by_hand(tls_policy::implicit)};
    t.greet("250-x\r\n250 AUTH PLAIN\r\n");
    std::string said = t.say(manual_choice::insert, line.substr(0, cut), raw_bytes::allowed_by_name);
    said += t.say(manual_choice::insert, line.substr(cut, 7), raw_bytes::allowed_by_name);
    if (cut + 7 < line.size()) said += t.say(manual_choice::insert, line.substr(cut + 7), raw_bytes::allowed_by_name);
    EXPECT_EQ(said, line);
    t.d.server_closes();
    check_trace(t.d.entries());
    check_nothing_of(t.d.entries(), typed_login);
    check_hidden(t.d.entries(), sample_identity, sample_password);
  }
}

TEST(ClientManual, ALoginsAnswerThatIsTypedAheadIsMasked) {
  for (const std::string& before : {std::string{"AUTH PLAIN\r\n"}, std::string{"AUTH\tPLAIN\r\n"}}) {
    table_top t{by_hand(tls_policy::implicit)};
    t.greet("250-x\r\n250 AUTH PLAIN\r\n");
    t.say(manual_choice::insert, before + typed_login.substr(0, 20), raw_bytes::allowed_by_name);
    t.say(manual_choice::insert, typed_login.substr(20) + "\r\n", raw_bytes::allowed_by_name);
    t.d.server_closes();
    check_trace(t.d.entries());
    check_nothing_of(t.d.entries(), typed_login);
  }
}

TEST(ClientManual, ALoginIsMaskedWhereOnlySomeServersSeeOne) {
  for (const std::string& before :
       {std::string{"auth\tplain\t"}, std::string{"NOOP\nAUTH PLAIN "}, std::string{"NOOP\r AUTH PLAIN "},
        std::string{" AUTH PLAIN "}, std::string{"AUTH  PLAIN  "}, std::string{"NOOP\0AUTH PLAIN ", 16},
        std::string{"AUTH PLAIN \x01"}, std::string{"AUTH PL\x7F ="}}) {
    table_top t{by_hand(tls_policy::implicit)};
    t.greet("250-x\r\n250 AUTH PLAIN\r\n");
    t.say(manual_choice::insert, before + typed_login + "\r\n", raw_bytes::allowed_by_name);
    t.d.server_closes();
    check_trace(t.d.entries());
    check_nothing_of(t.d.entries(), typed_login);
  }
}

// What is no login stays readable, also beside one.
TEST(ClientManual, CommandsBesideALoginAreShown) {
  table_top t{by_hand(tls_policy::implicit)};
  t.greet("250-x\r\n250 AUTH PLAIN\r\n");
  t.say(manual_choice::insert, "AUTH PLAIN\r\nNOOP shown\r\n", raw_bytes::allowed_by_name);
  t.reply("334 \r\n");
  t.say(manual_choice::replace, typed_login);
  t.reply("535 no\r\n250 x\r\n");
  t.say(manual_choice::insert, "FROB also shown");
  t.d.server_closes();
  check_trace(t.d.entries());
  check_nothing_of(t.d.entries(), typed_login);
  std::string all;
  for (const trace::entry& e : t.d.entries()) all += e.bytes;
  EXPECT_NE(all.find("NOOP shown\r\n"), std::string::npos);
  EXPECT_NE(all.find("FROB also shown\r\n"), std::string::npos);
}

TEST(ClientManual, TheLinkMayBeDroppedOrLostWhileACommandWaits) {
  {
    table_top t{by_hand()};
    t.greet();
    EXPECT_EQ(t.say(manual_choice::drop), "");
    EXPECT_TRUE(t.d.closed());
    EXPECT_EQ(t.d.ends().front().why->kind, failure_kind::cancelled);
    EXPECT_FALSE(t.d.answer(as_is)) << "nothing waits any more";
    check_trace(t.d.entries());
  }
  const struct {
    const char* bytes;
    failure_kind why;
  } table[] = {{"421 4.4.2 too slow\r\n", failure_kind::refused}, {"250 what\r\n", failure_kind::protocol}};
  for (const auto& row : table) {  // the server loses patience, or its mind
    table_top t{by_hand()};
    t.greet();
    t.reply(row.bytes);
    EXPECT_TRUE(t.d.closed());
    EXPECT_EQ(t.d.ends().front().why->kind, row.why);
    check_trace(t.d.entries());
  }
}

// RFC 5321 D.2: a transaction is aborted with RSET. Our own client would say QUIT at once.
TEST(ClientManual, Rfc5321D2AbortsTheTransaction) {
  client_case c = by_hand();
  c.options.ehlo_name = "bar.com";
  c.mail = submission_to({"Jones@foo.com", "Green@foo.com"}, "x\r\n");
  c.mail.from = *wire::reverse_path::parse("<Smith@bar.com>");
  table_top t{c};
  t.reply("220 foo.com Simple Mail Transfer Service Ready\r\n");
  EXPECT_EQ(t.send(), "EHLO bar.com\r\n");
  t.reply("250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250 HELP\r\n");
  EXPECT_EQ(t.send(), "MAIL FROM:<Smith@bar.com> SIZE=3\r\n");
  t.reply("250 OK\r\n");
  EXPECT_EQ(t.send(), "RCPT TO:<Jones@foo.com>\r\n");
  t.reply("250 OK\r\n");
  EXPECT_EQ(t.send(), "RCPT TO:<Green@foo.com>\r\n");
  t.reply("550 No such user here\r\n");
  EXPECT_EQ(t.waits(), "DATA\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "RSET"), "RSET\r\n");
  t.reply("250 OK\r\n");
  EXPECT_EQ(t.say(manual_choice::replace, "QUIT"), "QUIT\r\n");
  t.reply("221 foo.com Service closing transmission channel\r\n");
  EXPECT_TRUE(t.d.closed());
  EXPECT_EQ(t.d.ends().front().result, outcome::failed);
  EXPECT_TRUE(t.d.remarks().empty());
}

// RFC 5321 D.4.
TEST(ClientManual, Rfc5321D4AsksForAMailbox) {
  client_case c = by_hand();
  c.options.ehlo_name = "bar.com";
  table_top t{c};
  t.reply("220 foo.com Simple Mail Transfer Service Ready\r\n");
  EXPECT_EQ(t.send(), "EHLO bar.com\r\n");
  t.reply("250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250-VRFY\r\n250 HELP\r\n");
  EXPECT_EQ(t.say(manual_choice::insert, "VRFY Crispin"), "VRFY Crispin\r\n");
  t.reply("250 Mark Crispin <Admin.MRC@foo.com>\r\n");
  EXPECT_EQ(t.waits().substr(0, 32), "MAIL FROM:<user@gmail.example> S");
  const trace::entry* reply = last_of(t.d.entries(), trace::kind::reply);
  EXPECT_EQ(trace::text_of(reply->data, "verb"), "VRFY");
  EXPECT_EQ(trace::text_of(reply->data, "stage"), "other");
  t.d.server_closes();
  check_trace(t.d.entries());
}

TEST(ClientManual, WithoutItNothingWaits) {
  client_case c = by_hand();
  c.options.control = session::control::automatic;
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  EXPECT_TRUE(d.waited().empty());
  const status s = d.answer(as_is);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.why().code, errc::misuse);
}

}  // namespace
}  // namespace smtpscope::test
