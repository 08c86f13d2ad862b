#include "smtpscope/wire/command.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "unit/exact_buffer.hpp"
#include "unit/wire/field_text.hpp"

namespace smtpscope::wire {
namespace {

using test::exact_buffer;
using test::field_text;
using namespace std::string_literals;

TEST(Command, VerbsAreReadWithoutCase) {
  for (std::size_t i = 0; i + 1 < verb_count; ++i) {
    const auto v = static_cast<verb>(i);
    std::string word(name(v));
    EXPECT_EQ(parse_command(exact_buffer(word + "\r\n")).what, v);
    for (char& c : word) c = static_cast<char>(c + 32);
    const command lower = parse_command(exact_buffer(word));
    EXPECT_EQ(lower.what, v);
    EXPECT_EQ(lower.word, word);
  }
}

TEST(Command, UnknownVerbsAreTakenAsTheyAre) {
  const struct {
    std::string line;
    std::string word;
    std::string argument;
  } table[] = {
      {"", "", ""},
      {"\r\n", "", ""},
      {"FOO bar\r\n", "FOO", "bar"},
      {"MAILFROM:<a@b>", "MAILFROM:<a@b>", ""},
      {"?", "?", ""},
      {" EHLO x", "", "EHLO x"},
      {"GET / HTTP/1.1", "GET", "/ HTTP/1.1"},
      {"\x16\x03\x01\0"s, "\x16\x03\x01\0"s, ""},
      {"EHLO\tx", "EHLO\tx", ""},
      {"HELLO x", "HELLO", "x"},
  };
  for (const auto& row : table) {
    const command c = parse_command(exact_buffer(row.line));
    EXPECT_EQ(c.what, verb::unknown) << row.line;
    EXPECT_EQ(c.word, row.word);
    EXPECT_EQ(c.argument, row.argument);
    EXPECT_FALSE(c.problem);
  }
}

TEST(Command, NamesEveryPartOfTheLine) {
  const struct {
    std::string line;
    std::vector<std::string> fields;
  } table[] = {
      {"EHLO client.example\r\n",
       {"line=EHLO client.example\r\n", " verb=EHLO", " argument=client.example", " crlf=\r\n",
        "  client_name=client.example"}},
      {"QUIT\r\n", {"line=QUIT\r\n", " verb=QUIT", " crlf=\r\n"}},
      {"RSET", {"line=RSET", " verb=RSET"}},
      {"NOOP hi there \r\n", {"line=NOOP hi there \r\n", " verb=NOOP", " argument=hi there", " crlf=\r\n"}},
      {"mail from:<e=mc2@example.com> SIZE=1000 BODY=8BITMIME AUTH=e+3Dmc2@example.com\r\n",
       {"line=mail from:<e=mc2@example.com> SIZE=1000 BODY=8BITMIME AUTH=e+3Dmc2@example.com\r\n", " verb=mail",
        " argument=from:<e=mc2@example.com> SIZE=1000 BODY=8BITMIME AUTH=e+3Dmc2@example.com", " crlf=\r\n",
        "  from_keyword=from:", "  reverse_path=<e=mc2@example.com>", "  parameter=SIZE=1000",
        "  parameter=BODY=8BITMIME", "  parameter=AUTH=e+3Dmc2@example.com"}},
      {"RCPT TO: <a@b>\r\n",
       {"line=RCPT TO: <a@b>\r\n", " verb=RCPT", " argument=TO: <a@b>", " crlf=\r\n",
        "  to_keyword=TO:", "  stray_space= ", "  forward_path=<a@b>"}},
      {"AUTH PLAIN AHRpbQB0\r\n",
       {"line=AUTH PLAIN AHRpbQB0\r\n", " verb=AUTH", " argument=PLAIN AHRpbQB0", " crlf=\r\n", "  mechanism=PLAIN",
        "  initial_response=AHRpbQB0"}},
      {"BDAT 86 LAST\r\n",
       {"line=BDAT 86 LAST\r\n", " verb=BDAT", " argument=86 LAST", " crlf=\r\n", "  chunk_size=86", "  last=LAST"}},
  };
  for (const auto& row : table) EXPECT_EQ(field_text(parse_command(row.line).fields, row.line), row.fields) << row.line;
}

TEST(Command, FieldsStayInsideEveryCutOfEveryLine) {
  for (const std::string& line :
       {"MAIL FROM:<\"a>\\\"b\"@c> SIZE=1 X\r\n"s, "RCPT TO:  <a@b> NOTIFY=NEVER\r\n"s, "AUTH LOGIN dGVzdA==\r\n"s,
        "EHLO [IPv6:::1]\r\n"s, "BDAT 5 LAST\r\n"s, "MAIL FROM:<a@b>   \r\n"s})
    for (std::size_t n = 0; n <= line.size(); ++n) {
      const exact_buffer cut(line.substr(0, n));
      EXPECT_EQ(field_text(parse_command(cut).fields, cut).front(), "line=" + line.substr(0, n));
    }
}

TEST(Command, ReadsMailWithItsParameters) {
  const command c = parse_command("MAIL FROM:<a@b.example> SIZE=500000 SMTPUTF8 BODY=8BITMIME\r\n");
  ASSERT_FALSE(c.problem);
  EXPECT_EQ(c.from->mailbox_text(), "a@b.example");
  ASSERT_EQ(c.parameters.size(), 3U);
  EXPECT_EQ(c.parameters[0].keyword, "SIZE");
  EXPECT_EQ(c.parameters[0].value, "500000");
  EXPECT_EQ(c.parameters[1].keyword, "SMTPUTF8");
  EXPECT_EQ(c.parameters[1].value, std::nullopt);
  EXPECT_EQ(c.parameters[2].value, "8BITMIME");
}

TEST(Command, ReadsPathsInEveryLegalForm) {
  EXPECT_TRUE(parse_command("MAIL FROM:<>").from->is_null());
  EXPECT_EQ(parse_command("MAIL FROM:<\"a> b\\\"\"@c> SIZE=1").from->mailbox_text(), "\"a> b\\\"\"@c");
  EXPECT_EQ(parse_command("RCPT TO:<Postmaster>").to->mailbox_text(), "Postmaster");
  EXPECT_EQ(parse_command("rcpt to:<@x,@y:a@b>").to->mailbox_text(), "a@b");
  EXPECT_FALSE(parse_command("MAIL FROM:<@x,@y:a@b>").problem);
  EXPECT_EQ(parse_command("MAIL FROM:<a@b> AUTH=<>").parameters.at(0).value, "<>");
  EXPECT_EQ(parse_command("RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b").parameters.size(), 2U);
}

TEST(Command, ReadsAuth) {
  const command none = parse_command("AUTH login\r\n");
  EXPECT_EQ(none.mechanism, "LOGIN");
  EXPECT_FALSE(none.initial_response);
  EXPECT_EQ(parse_command("AUTH EXTERNAL =\r\n").initial_response, "=");
  EXPECT_EQ(parse_command("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=\r\n").initial_response, "dGVzdAB0ZXN0ADEyMzQ=");
  EXPECT_FALSE(parse_command("AUTH SCRAM-SHA-256 abc").problem);
}

TEST(Command, BadArgumentsAreToldWithoutQuotingThem) {
  const struct {
    std::string line;
    errc code;
  } table[] = {
      {"EHLO", errc::malformed_command},
      {"EHLO bad_name", errc::invalid_argument},
      {"EHLO a b", errc::invalid_argument},
      {"HELO [1.2.3.4", errc::invalid_argument},
      {"EHLO x\rMAIL", errc::forbidden_character},
      {"EHLO x\nMAIL FROM:<a@b>\r\n", errc::forbidden_character},
      {"EHLO x\0"s, errc::forbidden_character},
      {"STARTTLS now", errc::malformed_command},
      {"DATA x", errc::malformed_command},
      {"RSET x", errc::malformed_command},
      {"QUIT x", errc::malformed_command},
      {"VRFY", errc::malformed_command},
      {"EXPN ", errc::malformed_command},
      {"AUTH", errc::malformed_command},
      {"AUTH PL@IN", errc::invalid_argument},
      {"AUTH AAAAAAAAAAAAAAAAAAAAA", errc::invalid_argument},
      {"AUTH PLAIN a b", errc::malformed_command},
      {"AUTH PLAIN  a", errc::malformed_command},
      {"MAIL", errc::malformed_command},
      {"MAIL <a@b>", errc::malformed_command},
      {"MAIL FROM", errc::malformed_command},
      {"MAIL FROM :<a@b>", errc::malformed_command},
      {"MAIL TO:<a@b>", errc::malformed_command},
      {"MAIL FROM:", errc::invalid_address},
      {"MAIL FROM:a@b", errc::invalid_address},
      {"MAIL FROM:<a@b", errc::invalid_address},
      {"MAIL FROM:<\"a@b>", errc::invalid_address},
      {"MAIL FROM:<a@b>SIZE=1", errc::invalid_address},
      {"MAIL FROM:<Name <a@b>>", errc::invalid_address},
      {"MAIL FROM:<a@b> =1", errc::invalid_argument},
      {"MAIL FROM:<a@b> SIZE=", errc::invalid_argument},
      {"MAIL FROM:<a@b> SIZE=1=2", errc::invalid_argument},
      {"MAIL FROM:<a@b> S_Z=1", errc::invalid_argument},
      {"MAIL FROM:<a@b> -X", errc::invalid_argument},
      {"MAIL FROM:<a@b> X=\xC3\xA9", errc::invalid_argument},
      {"MAIL FROM:<\xC3\xA9@b>", errc::unsupported},
      {"MAIL FROM:<a@b\r\nRCPT TO:<c@d>\r\n", errc::forbidden_character},
      {"MAIL FROM:<a@b>\tSIZE=1", errc::invalid_address},
      {"RCPT TO:<>", errc::invalid_address},
      {"RCPT TO:<root>", errc::invalid_address},
      {"RCPT FROM:<a@b>", errc::malformed_command},
      {"BDAT", errc::malformed_command},
      {"BDAT x", errc::malformed_command},
      {"BDAT -1", errc::malformed_command},
      {"BDAT 1 FIRST", errc::malformed_command},
      {"BDAT 123456789012345678901", errc::malformed_command},
  };
  for (const auto& row : table) {
    const command c = parse_command(exact_buffer(row.line));
    ASSERT_TRUE(c.problem) << row.line;
    EXPECT_EQ(c.problem->code, row.code) << row.line << ": " << c.problem->detail;
    EXPECT_FALSE(c.problem->detail.empty());
    EXPECT_FALSE(c.from && c.what == verb::rcpt);
  }
}

TEST(Command, Utf8StandsWhereSmtputf8IsInUse) {
  const command mail = parse_command("MAIL FROM:<d\xC3\xB6rte@b\xC3\xBC.example> SMTPUTF8\r\n", utf8::allowed);
  ASSERT_FALSE(mail.problem);
  EXPECT_EQ(mail.from->mailbox_text(), "d\xC3\xB6rte@b\xC3\xBC.example");
  EXPECT_TRUE(mail.from->needs_smtputf8());
  EXPECT_FALSE(parse_command("MAIL FROM:<a@b> smtputf8 AUTH=d\xC3\xB6", utf8::allowed).problem);
  const command rcpt = parse_command("RCPT TO:<d\xC3\xB6rte@b> ORCPT=utf-8;d\xC3\xB6rte@b", utf8::allowed);
  ASSERT_FALSE(rcpt.problem);
  EXPECT_TRUE(rcpt.to->needs_smtputf8());
  EXPECT_FALSE(parse_command("RCPT TO:<a@b>", utf8::allowed).to->needs_smtputf8());
  for (const char* line : {"VRFY d\xC3\xB6rte SMTPUTF8\r\n", "EXPN d\xC3\xB6rte smtputf8"}) {
    const command c = parse_command(line, utf8::allowed);
    EXPECT_FALSE(c.problem);
    EXPECT_EQ(c.argument, "d\xC3\xB6rte");
    EXPECT_EQ(c.parameters.size(), 1U);
  }
  EXPECT_EQ(parse_command("VRFY a SMTPUTF8").argument, "a SMTPUTF8");
  EXPECT_EQ(parse_command("VRFY SMTPUTF8", utf8::allowed).argument, "SMTPUTF8");
}

TEST(Command, Utf8WithoutSmtputf8IsRefused) {
  const struct {
    std::string line;
    utf8 beyond_ascii;
    errc code;
  } table[] = {
      {"MAIL FROM:<d\xC3\xB6rte@b>", utf8::allowed, errc::unsupported},
      {"MAIL FROM:<a@b> AUTH=d\xC3\xB6", utf8::allowed, errc::unsupported},
      {"MAIL FROM:<d\xC3\xB6rte@b> SMTPUTF8", utf8::refused, errc::unsupported},
      {"RCPT TO:<d\xC3\xB6rte@b>", utf8::refused, errc::unsupported},
      {"VRFY d\xC3\xB6rte", utf8::allowed, errc::unsupported},
      {"VRFY d\xC3\xB6rte", utf8::refused, errc::unsupported},
      {"EXPN d\xC3\xB6rte", utf8::refused, errc::unsupported},
      {"VRFY d\xC3 SMTPUTF8", utf8::allowed, errc::forbidden_character},
      {"MAIL FROM:<d\xC3@b> SMTPUTF8", utf8::allowed, errc::forbidden_character},
      {"MAIL FROM:<d\xC2\x85@b> SMTPUTF8", utf8::allowed, errc::forbidden_character},
      {"RCPT TO:<a@b\xE2\x80\xA8>", utf8::allowed, errc::forbidden_character},
      {"MAIL FROM:<a@b> SMTPUTF8 X=\xC3", utf8::allowed, errc::invalid_argument},
      {"MAIL FROM:<a@b> SMTPUTF8 X=\xC2\x85", utf8::allowed, errc::invalid_argument},
      {"EHLO b\xC3\xBC.example", utf8::allowed, errc::invalid_argument},  // RFC 6531 §3.7.1
  };
  for (const auto& row : table) {
    const command c = parse_command(exact_buffer(row.line), row.beyond_ascii);
    ASSERT_TRUE(c.problem) << row.line;
    EXPECT_EQ(c.problem->code, row.code) << row.line << ": " << c.problem->detail;
  }
}

TEST(Command, TheSecretOfAMalformedAuthIsStillNamed) {
  const std::string line = "AUTH PL@IN c2VjcmV0 more\r\n";
  EXPECT_EQ(field_text(parse_command(line).fields, line).back(), "  initial_response=c2VjcmV0 more");
}

TEST(Command, TrailingWhiteSpaceIsTolerated) {
  EXPECT_FALSE(parse_command("DATA \r\n").problem);
  EXPECT_FALSE(parse_command("QUIT  \t \r\n").problem);
  EXPECT_FALSE(parse_command("MAIL FROM:<a@b> \r\n").problem);
  EXPECT_EQ(parse_command("EHLO x  \r\n").argument, "x");
}

TEST(FormatCommand, WritesOneLine) {
  EXPECT_EQ(*format_command(verb::quit), "QUIT\r\n");
  EXPECT_EQ(*format_command(verb::ehlo, "client.example"), "EHLO client.example\r\n");
  EXPECT_EQ(*format_command(verb::mail, "FROM:<a@b> SIZE=1"), "MAIL FROM:<a@b> SIZE=1\r\n");
}

TEST(FormatCommand, NothingCanBeInjected) {
  const std::string attacks[] = {
      "x\r\nMAIL FROM:<evil@x>",
      "FROM:<a@b>\r\nRCPT TO:<evil@x>",
      "FROM:<\"a\r\nRSET\r\n\"@b.c>",
      "FROM:<a@b> SIZE=100\r\nRCPT TO:<evil@x>",
      "FROM:<a@b> ENVID=x\rRSET",
      "PLAIN AAAA\nRSET",
      "x\0y"s,
      "x\ty",
      "x\x1b[2J",
      "x\x7f",
      "b\xC3\xBC"
      "cher.example",
      "\x80",
  };
  for (std::size_t i = 0; i + 1 < verb_count; ++i) {
    for (const auto& attack : attacks) {
      const auto line = format_command(static_cast<verb>(i), exact_buffer(attack));
      ASSERT_FALSE(line) << attack;
      EXPECT_EQ(line.why().code, errc::forbidden_character) << attack;
    }
  }
}

TEST(FormatCommand, EveryForbiddenOctetIsRefused) {
  for (int octet = 0; octet < 256; ++octet) {
    const bool legal = octet >= 32 && octet < 127;
    EXPECT_EQ(format_command(verb::noop, "a" + std::string(1, static_cast<char>(octet)) + "b").has_value(), legal)
        << octet;
  }
}

TEST(FormatCommand, Utf8IsWrittenOnlyWhereSmtputf8IsInUse) {
  const std::string argument = "TO:<d\xC3\xB6rte@b>";
  for (std::size_t i = 0; i + 1 < verb_count; ++i) {
    const auto v = static_cast<verb>(i);
    const bool takes = v == verb::mail || v == verb::rcpt || v == verb::vrfy || v == verb::expn;
    EXPECT_EQ(format_command(v, argument, utf8::allowed).has_value(), takes) << name(v);
    EXPECT_FALSE(format_command(v, argument)) << name(v);
    EXPECT_FALSE(format_command(v, "TO:<d\xC3@b>", utf8::allowed)) << name(v);
    EXPECT_FALSE(format_command(v, "TO:<d\xC2\x9B@b>", utf8::allowed)) << name(v);
    EXPECT_FALSE(format_command(v, argument + "\r\nRSET", utf8::allowed)) << name(v);
  }
  EXPECT_EQ(*format_command(verb::rcpt, argument, utf8::allowed), "RCPT " + argument + "\r\n");
}

TEST(FormatCommand, LinesAreBounded) {
  const auto longest = [](verb v, std::size_t limit) {
    const std::size_t room = limit - name(v).size() - 3;
    EXPECT_TRUE(format_command(v, std::string(room, 'x')));
    const auto more = format_command(v, std::string(room + 1, 'x'));
    ASSERT_FALSE(more);
    EXPECT_EQ(more.why().code, errc::line_too_long);
  };
  longest(verb::ehlo, limits::command_line_octets);
  longest(verb::mail, limits::extended_command_line_octets);
  longest(verb::rcpt, limits::extended_command_line_octets);
  longest(verb::auth, limits::sasl_line_octets);
  EXPECT_EQ(format_command(verb::unknown).why().code, errc::invalid_argument);
}

TEST(FormatCommand, WhatIsWrittenReadsBack) {
  for (const std::string& argument : {"FROM:<a@b> SIZE=1"s, "FROM:<>"s, "FROM:<\"a b\"@c> BODY=8BITMIME X"s}) {
    const auto line = format_command(verb::mail, argument);
    ASSERT_TRUE(line);
    const command back = parse_command(*line);
    EXPECT_EQ(back.what, verb::mail);
    EXPECT_EQ(back.argument, argument);
    EXPECT_FALSE(back.problem);
  }
}

}  // namespace
}  // namespace smtpscope::wire
