// Command injection: no field of a command brings a further command.

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/parameters.hpp"

namespace smtpscope::wire {
namespace {

using namespace std::string_literals;

void expect_refused(verb v, const std::string& argument) {
  for (const utf8 use : {utf8::refused, utf8::allowed}) {
    const auto line = format_command(v, argument, use);
    ASSERT_FALSE(line) << argument;
    EXPECT_EQ(line.why().code, errc::forbidden_character);
  }
}

TEST(AttackS6, APathBringsNoRecipient) {
  for (const std::string& path :
       {"a@b>\r\nRCPT TO:<evil@x"s, "\"a\r\nRSET\r\n\"@b.c"s, "sender@example.com\r\nDATA"s}) {
    for (const utf8 use : {utf8::refused, utf8::allowed}) {
      EXPECT_FALSE(mailbox::parse(path, use));
      EXPECT_FALSE(reverse_path::parse("<" + path + ">", use));
      EXPECT_FALSE(forward_path::parse("<" + path + ">", use));
    }
    expect_refused(verb::mail, "FROM:<" + path + ">");
    expect_refused(verb::rcpt, "TO:<" + path + ">");
    expect_refused(verb::vrfy, path);
    expect_refused(verb::expn, path);
  }
}

TEST(AttackS6, TheNameInEhloBringsNoMail) {
  expect_refused(verb::ehlo, "x\r\nMAIL FROM:<a@b>");
  expect_refused(verb::helo, "x\r\nMAIL FROM:<a@b>");
  EXPECT_FALSE(is_domain_or_literal("x\r\nMAIL FROM:<a@b>"));
  EXPECT_FALSE(is_domain_or_literal("[x:a\r\nMAIL]"));
}

TEST(AttackS6, ParametersBringNoCommand) {
  constexpr offered_parameters everything{true, true, true, true, true, true, true};
  const std::string attack = "100\r\nRCPT TO:<evil@x>";
  expect_refused(verb::mail, "FROM:<a@b> SIZE=" + attack);
  expect_refused(verb::mail, "FROM:<a@b> ENVID=" + attack);
  expect_refused(verb::rcpt, "TO:<a@b> ORCPT=rfc822;" + attack);
  mail_parameters envid;
  envid.envid = attack;
  EXPECT_EQ(format_mail_parameters(envid, everything).why().code, errc::forbidden_character);
  mail_parameters auth;
  auth.auth = attack;
  EXPECT_EQ(format_mail_parameters(auth, everything).why().code, errc::forbidden_character);
  rcpt_parameters orcpt;
  orcpt.orcpt = {"rfc822", attack};
  EXPECT_EQ(format_rcpt_parameters(orcpt, everything).why().code, errc::forbidden_character);
}

TEST(AttackS6, AMechanismAndItsResponseBringNoCommand) {
  expect_refused(verb::auth, "PLAIN\r\nMAIL FROM:<a@b>");
  expect_refused(verb::auth, "PLAIN AAAA\r\nMAIL FROM:<a@b>");
  expect_refused(verb::bdat, "10\r\nRSET");
  expect_refused(verb::noop, "x\nRSET");
}

}  // namespace
}  // namespace smtpscope::wire
