// Several messages and several transactions in one connection, and what the server limits.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::fate;
using session::outcome;
using session::pipelining;
using session::tls_policy;

const std::string bye = "S: 221 bye\n--- client closes ---\n";
const std::string mail_from = "C: MAIL FROM:<user@gmail.example>\n";

std::string rcpt(const std::string& who) { return "C: RCPT TO:<" + who + ">\n"; }
std::string content(const std::string& text) { return "C: DATA\nS: 354 go\nC: " + text + "\nC: .\n"; }

client_case two_messages(const std::string& name, const std::string& extensions, const std::string& dialogue) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"a@b.example"}, "one\r\n");
  c.more_mails = {submission_to({"c@d.example"}, "two\r\n")};
  c.script = "S: 220 x\nC: EHLO client.example\n" + extensions + dialogue;
  return c;
}
const std::string nothing = "S: 250 x\n";
const std::string second = mail_from + "S: 250 x\n" + rcpt("c@d.example") + "S: 250 x\n" + content("two");

TEST(ClientMessages, FollowEachOther) {
  client_case c = two_messages("both delivered", nothing,
                               mail_from + "S: 250 x\n" + rcpt("a@b.example") + "S: 250 x\n" + content("one") +
                                   "S: 250 queued\n" + second + "S: 250 queued\nC: QUIT\n" + bye);
  expect_dialogue(c);
}

TEST(ClientMessages, InGroupsTheNextEnvelopeTravelsWithTheEndMark) {
  client_case c = two_messages(
      "both delivered", "S: 250-x\nS: 250 PIPELINING\n",
      mail_from + rcpt("a@b.example") + "C: DATA\nS: 250 x\nS: 250 x\nS: 354 go\nC: one\nC: .\n" + mail_from +
          rcpt("c@d.example") +
          "C: DATA\nS: 250 queued\nS: 250 x\nS: 250 x\nS: 354 go\nC: two\nC: .\nC: QUIT\nS: 250 queued\n" + bye);
  c.options.groups = pipelining::when_offered;
  expect_dialogue(c);
}

TEST(ClientMessages, OneRefusedTheNextGoes) {
  const struct {
    const char* name;
    std::string first;
    client_stage stage;
    const char* diagnosis;
  } table[] = {
      {"MAIL", mail_from + "S: 550 no\n", client_stage::mail, "mail.5"},
      // The server still holds the transaction: RSET makes room (RFC 5321 §4.1.1.5).
      {"RCPT", mail_from + "S: 250 x\n" + rcpt("a@b.example") + "S: 550 no\nC: RSET\nS: 250 x\n", client_stage::rcpt,
       "rcpt.550"},
      {"DATA", mail_from + "S: 250 x\n" + rcpt("a@b.example") + "S: 250 x\nC: DATA\nS: 451 later\nC: RSET\nS: 250 x\n",
       client_stage::data, "refused.4"},
      // The content ended it, whatever the answer.
      {"content", mail_from + "S: 250 x\n" + rcpt("a@b.example") + "S: 250 x\n" + content("one") + "S: 554 spam\n",
       client_stage::content, "content.5"},
  };
  for (const auto& row : table) {
    client_case c = two_messages(row.name, nothing, row.first + second + "S: 250 queued\nC: QUIT\n" + bye);
    c.end = {outcome::partly, failure_kind::refused, row.stage, row.diagnosis};
    expect_dialogue(c);
  }
}

TEST(ClientMessages, OneRefusedInAGroupTheNextWaitsForRset) {
  client_case c = two_messages(
      "all recipients refused", "S: 250-x\nS: 250 PIPELINING\n",
      mail_from + rcpt("a@b.example") + "C: DATA\nS: 250 x\nS: 550 no\nS: 503 no\nC: RSET\n" + mail_from +
          rcpt("c@d.example") +
          "C: DATA\nS: 250 x\nS: 250 x\nS: 250 x\nS: 354 go\nC: two\nC: .\nC: QUIT\nS: 250 queued\n" + bye);
  c.options.groups = pipelining::when_offered;
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  expect_dialogue(c);
}

TEST(ClientMessages, RsetRefusedEndsTheSession) {
  client_case c = two_messages(
      "RSET refused", nothing,
      mail_from + "S: 250 x\n" + rcpt("a@b.example") + "S: 550 no\nC: RSET\nS: 500 what?\nC: QUIT\n" + bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::rcpt, "rcpt.550"};
  expect_dialogue(c);
}

TEST(ClientMessages, EachHasItsResult) {
  client_case c = two_messages("", nothing, "");
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n", "250 queued\r\n",
                            "250 x\r\n", "250 x\r\n", "354 x\r\n"})
    d.receive(reply);
  ASSERT_EQ(d.messages().size(), 1U) << "told at once: the first may leave its queue";
  EXPECT_EQ(d.messages()[0].index, 0U);
  EXPECT_EQ(d.messages()[0].result.result, outcome::delivered);
  d.server_closes();
  ASSERT_EQ(d.ends().size(), 1U);
  const session::finished& end = d.ends().front();
  EXPECT_EQ(end.result, outcome::unknown);
  EXPECT_EQ(end.why->kind, failure_kind::closed_by_server);
  ASSERT_EQ(end.messages.size(), 2U);
  EXPECT_EQ(end.messages[0].result, outcome::delivered);
  EXPECT_EQ(end.messages[0].recipients[0].end, fate::delivered);
  EXPECT_EQ(end.messages[1].result, outcome::unknown) << "do not resend blindly";
  EXPECT_EQ(end.messages[1].recipients[0].end, fate::unknown);
  const json& data = last_of(d.entries(), trace::kind::result)->data;
  EXPECT_EQ(data.at("messages").at(1).at("recipients").at(0).at("end"), "unknown");
  check_trace(d.entries());
}

TEST(ClientMessages, LostInAGroupEachIsKnownOrNot) {
  client_case c = two_messages("", "", "");
  c.options.groups = pipelining::when_offered;
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250-x\r\n250 PIPELINING\r\n", "250 x\r\n250 x\r\n354 x\r\n"})
    d.receive(reply);
  d.server_closes();  // the end mark of the first and the envelope of the second have left
  const session::finished& end = d.ends().front();
  EXPECT_EQ(end.messages[0].result, outcome::unknown);
  EXPECT_EQ(end.messages[1].result, outcome::failed) << "no content of it has left: sending again is safe";
  EXPECT_EQ(end.messages[1].recipients[0].end, fate::not_sent);
}

TEST(ClientMessages, WhatAServerLacksConcernsTheMessageThatNeedsIt) {
  client_case c = two_messages("8BITMIME", nothing, second + "S: 250 queued\nC: QUIT\n" + bye);
  c.mail.content = "\xC3\xBC\r\n";
  c.end = {outcome::partly, failure_kind::eight_bit_not_offered, client_stage::ehlo, "policy.eight_bit_not_offered"};
  expect_dialogue(c);
}

TEST(ClientMessages, NoMessageIsNoSession) {
  const auto made =
      session::client_session::create(plain_options(tls_policy::never), std::vector<session::submission>{});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.why().code, errc::invalid_argument);
}

// --------------------------------------------------------------------------- many recipients

client_case many(const std::string& name, std::size_t recipients, const std::string& extensions,
                 const std::string& dialogue) {
  client_case c;
  c.name = name;
  c.options = plain_options(tls_policy::never);
  std::vector<std::string> to;
  for (std::size_t i = 1; i <= recipients; ++i) to.push_back("r" + std::to_string(i) + "@x.example");
  c.mail = submission_to(to, "x\r\n");
  c.script = "S: 220 x\nC: EHLO client.example\n" + extensions + dialogue;
  return c;
}
std::string asked(int from, int to) {
  std::string out;
  for (int i = from; i <= to; ++i) out += rcpt("r" + std::to_string(i) + "@x.example") + "S: 250 x\n";
  return out;
}
const std::string ok = "S: 250 x\n";
const std::string whole = content("x") + "S: 250 queued\n";

TEST(ClientRecipients, BeyondTheServersNumberComeInTheNextTransaction) {
  for (const char* reply : {"S: 452 4.5.3 Too many recipients\n", "S: 452 too many\n", "S: 552 too many\n",
                            "S: 552 5.5.3 Too many recipients\n"})
    expect_dialogue(
        many(reply, 5, nothing,
             mail_from + ok + asked(1, 2) + rcpt("r3@x.example") + reply + whole +  // 4 and 5 are not asked in vain
                 mail_from + ok + asked(3, 4) + whole + mail_from + ok + asked(5, 5) + whole + "C: QUIT\n" + bye));
}

TEST(ClientRecipients, InAGroupTheOnesLeftOverAreAskedAgain) {
  std::string group;
  for (int i = 1; i <= 3; ++i) group += rcpt("r" + std::to_string(i) + "@x.example");
  client_case c =
      many("group", 3, "S: 250-x\nS: 250 PIPELINING\n",
           mail_from + group +
               "C: DATA\nS: 250 x\nS: 250 x\nS: 452 4.5.3 too many\nS: 452 4.5.3 too many\nS: 354 go\nC: x\nC: .\n"
               "S: 250 queued\n" +
               mail_from + rcpt("r2@x.example") + "C: DATA\nS: 250 x\nS: 250 x\nS: 354 go\nC: x\nC: .\n" + mail_from +
               rcpt("r3@x.example") +
               "C: DATA\nS: 250 queued\nS: 250 x\nS: 250 x\nS: 354 go\nC: x\nC: .\nC: QUIT\nS: 250 queued\n" + bye);
  c.options.groups = pipelining::when_offered;
  expect_dialogue(c);
}

TEST(ClientRecipients, A452ThatMeansSomethingElseIsAnAnswer) {
  client_case c =
      many("no storage", 2, nothing,
           mail_from + ok + asked(1, 1) + rcpt("r2@x.example") + "S: 452 4.2.2 full\n" + whole + "C: QUIT\n" + bye);
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.452"};
  expect_dialogue(c);
  c = many("that mailbox is full", 2, nothing,
           mail_from + ok + asked(1, 1) + rcpt("r2@x.example") + "S: 552 5.2.2 full\n" + whole + "C: QUIT\n" + bye);
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.552"};
  expect_dialogue(c);
  c = many("for the very first", 1, nothing,
           mail_from + ok + rcpt("r1@x.example") + "S: 452 4.5.3 too many\nC: QUIT\n" + bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::rcpt, "rcpt.452"};
  expect_dialogue(c);
  c = many("reported, by the options", 2, nothing,
           mail_from + ok + asked(1, 1) + rcpt("r2@x.example") + "S: 452 4.5.3 too many\n" + whole + "C: QUIT\n" + bye);
  c.options.on_too_many = session::too_many::report;
  c.end = {outcome::partly, failure_kind::refused, client_stage::rcpt, "rcpt.452"};
  expect_dialogue(c);
}

TEST(ClientRecipients, WhatIsSaidAgainstTheContentHoldsForAll) {
  client_case c = many("spam", 2, nothing,
                       mail_from + ok + asked(1, 1) + rcpt("r2@x.example") + "S: 452 4.5.3 too many\n" + content("x") +
                           "S: 554 spam\nC: QUIT\n" + bye);
  c.end = {outcome::failed, failure_kind::refused, client_stage::content, "content.5"};
  expect_dialogue(c);
}

TEST(ClientRecipients, TransactionsKeepToTheOptionAndToLimits) {
  const std::string split =
      mail_from + ok + asked(1, 2) + whole + mail_from + ok + asked(3, 3) + whole + "C: QUIT\n" + bye;
  client_case c = many("by option", 3, nothing, split);
  c.options.max_recipients = 2;
  expect_dialogue(c);
  expect_dialogue(many("RCPTMAX", 3, "S: 250-x\nS: 250 LIMITS RCPTMAX=2\n", split));
  c = many("MAILMAX", 3, "S: 250-x\nS: 250 LIMITS MAILMAX=1 RCPTMAX=2\n",
           mail_from + ok + asked(1, 2) + whole + "C: QUIT\n" + bye);
  c.end = {outcome::partly, failure_kind::mail_limit, client_stage::content, "policy.mail_limit"};
  expect_dialogue(c);
}

// RFC 9422 §3: what an EHLO says of limits replaces what the one before said.
TEST(ClientRecipients, LimitsOfTheLastEhloCount) {
  const std::string tls = "C: STARTTLS\nS: 220 go\n--- TLS ---\nC: EHLO client.example\n";
  client_case c =
      many("no limit any more", 3, "S: 250-x\nS: 250-STARTTLS\nS: 250 LIMITS RCPTMAX=1\n" + tls + "S: 250 x\n",
           mail_from + ok + asked(1, 3) + whole + "C: QUIT\n" + bye);
  c.options.tls = tls_policy::starttls_required;
  expect_dialogue(c);
  c = many("another limit", 3,
           "S: 250-x\nS: 250-STARTTLS\nS: 250 LIMITS RCPTMAX=1\n" + tls + "S: 250-x\nS: 250 LIMITS RCPTMAX=2\n",
           mail_from + ok + asked(1, 2) + whole + mail_from + ok + asked(3, 3) + whole + "C: QUIT\n" + bye);
  c.options.tls = tls_policy::starttls_required;
  expect_dialogue(c);
}

TEST(ClientRecipients, RcptdomainmaxLeavesOtherDomainsOut) {
  client_case c = many("RCPTDOMAINMAX", 1, "S: 250-x\nS: 250 LIMITS RCPTDOMAINMAX=1\n",
                       mail_from + ok + asked(1, 1) + rcpt("r2@X.example") + ok + whole + "C: QUIT\n" + bye);
  c.mail = submission_to({"r1@x.example", "far@y.example", "r2@X.example"}, "x\r\n");
  c.end = {outcome::partly, failure_kind::mail_limit, client_stage::ehlo, "policy.mail_limit"};
  expect_dialogue(c);
}

TEST(ClientRecipients, EachKeepsItsResultOverAllTransactions) {
  client_case c = many("", 4, "", "");
  client_driver d{c};
  d.connected();
  for (const char* reply :
       {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "550 5.1.1 no\r\n", "452 4.5.3 too many\r\n", "354 x\r\n",
        "250 queued\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"})
    d.receive(reply);
  d.server_closes();  // the second transaction's end mark is unanswered; the third never began
  const auto& all = d.ends().front().recipients;
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].end, fate::delivered);
  EXPECT_EQ(all[1].end, fate::refused);
  EXPECT_EQ(all[2].end, fate::unknown);
  EXPECT_EQ(all[3].end, fate::not_sent);
  EXPECT_EQ(d.ends().front().result, outcome::unknown);
}

}  // namespace
}  // namespace smtpscope::test
