// What a server offers is what it does: each extension switched off, and the parameters of each.

#include <gtest/gtest.h>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using session::extension;
using session::link_security;
using session::lookups;

// Offers everything that can be offered.
server_case full_server(link_security link = link_security::plain) {
  server_case c = sample_server("", "");
  c.options.extensions = session::all_extensions();
  for (const extension e : {extension::requiretls, extension::limits, extension::vrfy, extension::expn})
    c.options.extensions.add(e);
  c.options.link = link;
  c.options.limits_line.rcptmax = 50;
  c.options.vrfy = lookups::answered;
  c.policy.mailboxes.emplace_back("Grete M\xC3\xBCller <grete@mail.example>");
  c.policy.lists = {{"all@mail.example", {"amy@mail.example", "Bob B <bob@mail.example>"}},
                    {"gr\xC3\xBC\xC3\x9F"
                     "e@mail.example",
                     {"amy@mail.example"}}};
  return c;
}

server_driver driven(const server_case& c, const std::string& then = "EHLO client.example\r\n") {
  server_driver d{c};
  d.connected();
  (void)d.take_sent();
  if (!then.empty()) d.receive(then);
  return d;
}

std::string answer_to(server_driver& d, const std::string& command) {
  (void)d.take_sent();
  d.receive(command + "\r\n");
  return d.take_sent();
}

TEST(ServerExtensions, AreNamedInTheirOrder) {
  const std::string first =
      "250-mail.example greets client.example\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n"
      "250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n";
  const std::string middle = "250-CHUNKING\r\n250-BINARYMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-HELP\r\n";
  const std::string last = "250-LIMITS RCPTMAX=50\r\n250-VRFY\r\n250 EXPN\r\n";
  EXPECT_EQ(driven(full_server()).take_sent(), first + "250-STARTTLS\r\n" + middle + last);
  EXPECT_EQ(driven(full_server(link_security::tls)).take_sent(),
            first + "250-AUTH PLAIN LOGIN\r\n" + middle + "250-REQUIRETLS\r\n" + last);
  server_case c = full_server();
  c.options.extensions = {extension::smtputf8, extension::eight_bit_mime, extension::pipelining};
  EXPECT_EQ(driven(c).take_sent(),
            "250-mail.example greets client.example\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
}

// What each does, and what is said where it is not offered.
TEST(ServerExtensions, EachCanBeSwitchedOff) {
  const std::string mail = "MAIL FROM:<amy@mail.example>";
  const struct {
    extension what;
    std::string command;
    const char* with;
    const char* without;
  } table[] = {
      {extension::size, mail + " SIZE=1", "250 2.1.0", "555 5.5.4"},
      {extension::eight_bit_mime, mail + " BODY=8BITMIME", "250 2.1.0", "555 5.5.4"},
      {extension::binarymime, mail + " BODY=BINARYMIME", "250 2.1.0", "555 5.5.4"},
      {extension::smtputf8, mail + " SMTPUTF8", "250 2.1.0", "555 5.5.4"},
      {extension::dsn, mail + " RET=HDRS ENVID=x", "250 2.1.0", "555 5.5.4"},
      {extension::requiretls, mail + " REQUIRETLS", "250 2.1.0", "555 5.5.4"},
      {extension::auth, "AUTH PLAIN", "334 ", "502 5.5.1"},
      {extension::chunking, "BDAT 0 LAST", "503 5.5.1", "502 5.5.1"},
      {extension::expn, "EXPN all", "250-2.1.5", "502 5.5.1"},
      {extension::help, "HELP", "214-2.0.0", "502 5.5.1"},
      {extension::enhanced_status_codes, "NOOP", "250 2.0.0 OK\r\n", "250 OK\r\n"},
  };
  for (const auto& row : table) {
    server_case c = full_server(link_security::tls);
    server_driver on = driven(c);
    EXPECT_NE(on.take_sent().find(name(row.what)), std::string::npos) << name(row.what);
    EXPECT_EQ(answer_to(on, row.command).find(row.with), 0U) << name(row.what);
    c.options.extensions.remove(row.what);
    if (row.what == extension::chunking) c.options.extensions.remove(extension::binarymime);
    if (row.what == extension::eight_bit_mime) {
      c.options.extensions.remove(extension::smtputf8);
      c.options.extensions.remove(extension::binarymime);
    }
    server_driver off = driven(c);
    EXPECT_EQ(off.take_sent().find(name(row.what)), std::string::npos) << name(row.what);
    EXPECT_EQ(answer_to(off, row.command).find(row.without), 0U) << name(row.what);
  }
}

TEST(ServerExtensions, SomeNeedOthers) {
  session::server_options o = full_server().options;
  EXPECT_TRUE(session::server_session::create(o));
  const auto refused = [](const session::server_options& with) {
    const auto made = session::server_session::create(with);
    return !made && made.why().code == errc::invalid_argument;
  };
  for (const extension needed : {extension::chunking, extension::eight_bit_mime}) {
    session::server_options without = o;
    without.extensions.remove(needed);
    EXPECT_TRUE(refused(without)) << name(needed);
  }
  session::server_options no_limit = o;
  no_limit.limits_line = {};
  EXPECT_TRUE(refused(no_limit));
  for (const std::uint32_t bad : {0U, 1000000U}) {
    session::server_options limits = o;
    limits.limits_line.mailmax = bad;
    EXPECT_TRUE(refused(limits)) << bad;
  }
}

TEST(ServerExtensions, AServerFromBeforeEhloKnowsHelo) {
  server_case c = full_server();
  c.options.extensions = {};
  c.options.extended_hello = session::offer::no;
  server_driver d = driven(c);
  EXPECT_EQ(d.take_sent(), "500 Command not recognized\r\n");
  EXPECT_EQ(answer_to(d, "HELO client.example"), "250 mail.example greets client.example\r\n");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>"), "250 Sender OK\r\n");
}

TEST(ServerExtensions, WhoSaysHeloHasNone) {
  server_driver d = driven(full_server(), "HELO client.example\r\n");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> SIZE=1").substr(0, 4), "555 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").substr(0, 4), "250 ");
}

// ----------------------------------------------------------------------------------- SMTPUTF8

const std::string greta = "gr\xD0\xB5ta@mail.example";

TEST(ServerSmtputf8, WithoutTheParameterTheRefusalIs553) {
  server_case c = full_server();
  c.policy.mailboxes.push_back(greta);
  server_driver d = driven(c);
  EXPECT_EQ(answer_to(d, "MAIL FROM:<" + greta + ">").substr(0, 10), "553 5.6.7 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<" + greta + ">").substr(0, 10), "553 5.6.7 ");
  EXPECT_EQ(answer_to(d, "RSET").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<" + greta + "> SMTPUTF8").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<" + greta + ">").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "DATA").substr(0, 4), "354 ");
  EXPECT_EQ(answer_to(d, "x\r\n.").substr(0, 4), "250 ");
  ASSERT_EQ(d.offers().size(), 1U);
  EXPECT_TRUE(d.offers()[0].parameters.smtputf8);
  EXPECT_EQ(d.messages()[0].to.front(), greta);
}

TEST(ServerSmtputf8, NotOfferedNothingOutsideAsciiIsTaken) {
  server_case c = full_server();
  c.options.extensions.remove(extension::smtputf8);
  server_driver d = driven(c);
  for (const std::string& command : {"MAIL FROM:<" + greta + ">", "MAIL FROM:<" + greta + "> SMTPUTF8"}) {
    const std::string said = answer_to(d, command);
    EXPECT_EQ(said.front(), '5') << said;
  }
  EXPECT_EQ(answer_to(d, "VRFY " + greta).front(), '5');
}

TEST(ServerSmtputf8, VrfyAndExpnSayUtf8OnlyWhereItIsAllowed) {
  const std::string needs = "550 5.6.8 The answer is not ASCII; add SMTPUTF8 to VRFY\r\n";
  server_driver d = driven(full_server());
  EXPECT_EQ(answer_to(d, "VRFY grete"), needs);
  EXPECT_EQ(answer_to(d, "VRFY grete SMTPUTF8"), "250 2.1.5 Grete M\xC3\xBCller <grete@mail.example>\r\n");
  EXPECT_EQ(answer_to(d, "VRFY M\xC3\xBCller smtputf8"), "250 2.1.5 Grete M\xC3\xBCller <grete@mail.example>\r\n");
  EXPECT_EQ(answer_to(d, "VRFY M\xC3\xBCller").substr(0, 10), "553 5.6.7 ");
  EXPECT_EQ(answer_to(d, "VRFY amy"), "250 2.1.5 <amy@mail.example>\r\n");
  EXPECT_EQ(answer_to(d, "VRFY amy SMTPUTF8"), "250 2.1.5 <amy@mail.example>\r\n");
  EXPECT_EQ(answer_to(d,
                      "EXPN gr\xC3\xBC\xC3\x9F"
                      "e SMTPUTF8"),
            "250 2.1.5 <amy@mail.example>\r\n");
  EXPECT_EQ(answer_to(d, "VRFY \xFF\xFE SMTPUTF8").substr(0, 4), "501 ");
}

// --------------------------------------------------------------------------------- VRFY, EXPN

TEST(ServerLookups, AreAnsweredFromTheMailboxes) {
  server_case c = full_server();
  c.policy.mailboxes = {"Amy Ant <amy@mail.example>", "Bob Ant <bob@mail.example>", "@other.example"};
  server_driver d = driven(c, "");  // RFC 5321 §4.1.4: before EHLO too
  const struct {
    const char* command;
    const char* reply;
  } table[] = {
      {"VRFY amy", "250 2.1.5 Amy Ant <amy@mail.example>\r\n"},
      {"VRFY AMY@mail.example", "250 2.1.5 Amy Ant <amy@mail.example>\r\n"},
      {"VRFY <bob@mail.example>", "250 2.1.5 Bob Ant <bob@mail.example>\r\n"},
      {"VRFY Bob Ant", "250 2.1.5 Bob Ant <bob@mail.example>\r\n"},
      {"VRFY Ant",
       "553-5.1.4 Ambiguous; possibilities are\r\n553-5.1.4 Amy Ant <amy@mail.example>\r\n"
       "553 5.1.4 Bob Ant <bob@mail.example>\r\n"},
      {"VRFY carol", "550 5.1.1 Nothing here has that name\r\n"},
      {"VRFY", "501 5.5.4 VRFY needs an argument\r\n"},
      {"EXPN all", "250-2.1.5 <amy@mail.example>\r\n250 2.1.5 Bob B <bob@mail.example>\r\n"},
      {"EXPN amy", "550 5.1.1 Nothing here has that name\r\n"},
      {"EXPN", "501 5.5.4 EXPN needs an argument\r\n"},
  };
  for (const auto& row : table) EXPECT_EQ(answer_to(d, row.command), row.reply) << row.command;
}

TEST(ServerLookups, MayBeHiddenOrNotThere) {
  server_case c = full_server();
  c.options.vrfy = lookups::hidden;
  server_driver hidden = driven(c);
  const std::string of_amy = answer_to(hidden, "VRFY amy");
  EXPECT_EQ(of_amy.substr(0, 4), "252 ");  // RFC 5321 §7.3
  EXPECT_EQ(answer_to(hidden, "VRFY nobody"), of_amy);
  c.options.vrfy = lookups::not_implemented;
  c.options.extensions.remove(extension::vrfy);
  server_driver none = driven(c);
  EXPECT_EQ(answer_to(none, "VRFY amy"), "502 5.5.1 VRFY is not offered\r\n");
}

// ------------------------------------------------------------------------- DSN, REQUIRETLS, LIMITS

TEST(ServerDsn, ParametersReachTheHost) {
  server_driver d = driven(full_server());
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> RET=HDRS ENVID=QQ314159+2B").substr(0, 4), "250 ");
  EXPECT_EQ(
      answer_to(d, "RCPT TO:<bob@mail.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@mail.example").substr(0, 4),
      "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<amy@mail.example> NOTIFY=NEVER").substr(0, 4), "250 ");
  for (const char* bad : {"NOTIFY=NEVER,SUCCESS", "NOTIFY=", "NOTIFY=ALWAYS", "NOTIFY=DELAY NOTIFY=DELAY", "ORCPT=bob",
                          "ORCPT=rfc822;a+0", "RET=FULL"}) {
    const std::string said = answer_to(d, std::string{"RCPT TO:<bob@mail.example> "} + bad);
    EXPECT_EQ(said.front(), '5') << bad;
  }
  d.receive("DATA\r\nx\r\n.\r\n");
  ASSERT_EQ(d.offers().size(), 1U);
  const session::message_offered& offered = d.offers()[0];
  EXPECT_EQ(offered.parameters.ret, wire::ret_type::hdrs);
  EXPECT_EQ(offered.parameters.envid, "QQ314159+");
  ASSERT_EQ(offered.to.size(), 2U);
  const wire::notify_request& first = offered.to[0].parameters.notify;
  EXPECT_TRUE(first.success && first.delay && !first.failure && !first.never);
  ASSERT_TRUE(offered.to[0].parameters.orcpt);
  EXPECT_EQ(offered.to[0].parameters.orcpt->address, "Bob+x@mail.example");
  EXPECT_TRUE(offered.to[1].parameters.notify.never);
}

TEST(ServerRequiretls, IsOfferedOnlyInsideTls) {
  server_driver d = driven(full_server());
  EXPECT_EQ(d.take_sent().find("REQUIRETLS"), std::string::npos);
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> REQUIRETLS").substr(0, 10), "555 5.5.4 ");
  EXPECT_EQ(answer_to(d, "STARTTLS").substr(0, 4), "220 ");
  d.tls_established();
  EXPECT_NE(answer_to(d, "EHLO client.example").find("\r\n250-REQUIRETLS\r\n"), std::string::npos);
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> REQUIRETLS=1").substr(0, 10), "501 5.5.4 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> REQUIRETLS").substr(0, 4), "250 ");
  d.receive("RCPT TO:<bob@mail.example>\r\nDATA\r\nx\r\n.\r\n");
  ASSERT_EQ(d.offers().size(), 1U);
  EXPECT_TRUE(d.offers()[0].parameters.requiretls);
}

TEST(ServerLimitsLine, WhatIsNamedIsKept) {
  server_case c = full_server();
  c.options.limits_line = {2, 3, 2};
  server_driver d = driven(c);
  EXPECT_NE(d.take_sent().find("250-LIMITS MAILMAX=2 RCPTMAX=3 RCPTDOMAINMAX=2\r\n"), std::string::npos);
  c.policy.mailboxes.emplace_back("@third.example");
  d = driven(c);
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<amy@mail.example>").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<x@OTHER.example>").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<x@third.example>"), "452 4.5.3 Too many domains of recipients\r\n");
  EXPECT_EQ(answer_to(d, "RCPT TO:<y@other.example>"), "452 4.5.3 Too many recipients\r\n");
  d.receive("DATA\r\nx\r\n.\r\n");
  EXPECT_EQ(d.messages().at(0).to.size(), 2U);
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "RCPT TO:<amy@mail.example>").substr(0, 4), "250 ") << "a new transaction, a new count";
  EXPECT_EQ(answer_to(d, "RCPT TO:<x@third.example>").substr(0, 4), "452 ") << "domains count in the session";
  EXPECT_EQ(answer_to(d, "RSET").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>"), "452 4.5.3 Too many messages in this session\r\n");
}

TEST(ServerLimitsLine, CommandsCountWhetherTheySucceedOrNot) {
  server_case c = full_server();
  c.options.limits_line = {3, 3, std::nullopt};
  server_driver d = driven(c);
  EXPECT_EQ(answer_to(d, "MAIL FROM:amy").front(), '5') << "one";
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example> SIZE=99999999999").front(), '5') << "two";
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").front(), '2') << "three";
  EXPECT_EQ(answer_to(d, "RCPT TO:<nobody@mail.example>").front(), '5') << "one";
  EXPECT_EQ(answer_to(d, "RCPT TO:bob").front(), '5') << "two";
  EXPECT_EQ(answer_to(d, "RCPT TO:<bob@mail.example>").front(), '2') << "three";
  EXPECT_EQ(answer_to(d, "RCPT TO:<amy@mail.example>").substr(0, 4), "452 ");
  EXPECT_EQ(answer_to(d, "RSET").substr(0, 4), "250 ");
  EXPECT_EQ(answer_to(d, "MAIL FROM:<amy@mail.example>").substr(0, 4), "452 ");
}

}  // namespace
}  // namespace smtpscope::test
