#include "smtpscope/wire/reply.hpp"

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
using lines = std::vector<std::string>;

// Feeds lines until a reply or an error comes; nothing when the reply goes on.
std::optional<result<received_reply>> feed(reply_parser& parser, const lines& input,
                                           reply_context context = reply_context::ordinary) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    auto got = parser.feed(exact_buffer(input[i]), context);
    if (got) {
      EXPECT_EQ(i + 1, input.size()) << "came too early";
      return got;
    }
  }
  return std::nullopt;
}

reply read(const lines& input, reply_context context = reply_context::ordinary) {
  reply_parser parser;
  auto got = feed(parser, input, context);
  EXPECT_TRUE(got && *got);
  return got && *got ? (*got)->value : reply();
}

TEST(ReplyParser, ReadsOneLine) {
  const reply r = read({"250 2.1.5 OK <id> - gsmtp\r\n"});
  EXPECT_EQ(r.code, 250);
  EXPECT_EQ(r.enhanced->text(), "2.1.5");
  EXPECT_EQ(r.lines, lines{"OK <id> - gsmtp"});
  EXPECT_TRUE(r.positive());
}

TEST(ReplyParser, ReadsManyLines) {
  reply_parser parser;
  EXPECT_FALSE(parser.feed("250-first\r\n", reply_context::ordinary));
  EXPECT_TRUE(parser.inside());
  EXPECT_EQ(parser.partial(), "250-first\r\n");
  EXPECT_FALSE(parser.feed("250-\r\n", reply_context::ordinary));
  auto got = parser.feed("250 last\r\n", reply_context::ordinary);
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->value.lines, (lines{"first", "", "last"}));
  EXPECT_EQ((*got)->value.text(), "first  last");
  EXPECT_EQ((*got)->bytes, "250-first\r\n250-\r\n250 last\r\n");
  EXPECT_FALSE(parser.inside());
}

TEST(ReplyParser, TextIsKeptAsItCame) {
  EXPECT_EQ(read({"354  Go ahead <id> - gsmtp\r\n"}).lines, lines{" Go ahead <id> - gsmtp"});
  EXPECT_EQ(read({"250 2.0.0 OK  1716281641 <id>\r\n"}).lines, lines{"OK  1716281641 <id>"});
  EXPECT_EQ(read({"334 \r\n"}).lines, lines{""});
  EXPECT_EQ(read({"250\r\n"}).lines, lines{""});
  EXPECT_EQ(read({"250 a\tb\r\n"}).lines, lines{"a\tb"});
  EXPECT_EQ(read({"250 gr\xFC\xDF\xC3\xA9\r\n"}).lines, lines{"gr\xFC\xDF\xC3\xA9"});
  const reply r = read({"534-5.7.9 Application-specific password required. For more information, go to\r\n",
                        "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor <id> - gsmtp\r\n"});
  EXPECT_EQ(r.enhanced->text(), "5.7.9");
  EXPECT_EQ(r.lines.at(1), " https://support.google.com/mail/?p=InvalidSecondFactor <id> - gsmtp");
}

TEST(ReplyParser, EnhancedCodesAreTakenOnlyWhereTheyAreOnes) {
  const struct {
    std::string line;
    std::string code;  // "" for none
    std::string text;
  } table[] = {
      {"250 2.0.0 ok", "2.0.0", "ok"},    {"250 2.0.0", "2.0.0", ""},       {"250 2.999.999 x", "2.999.999", "x"},
      {"250 5.0.0 x", "", "5.0.0 x"},     {"250 2.0 x", "", "2.0 x"},       {"250 2.0.0x", "", "2.0.0x"},
      {"250 2.0.0.0 x", "", "2.0.0.0 x"}, {"250 2.00.0 x", "", "2.00.0 x"}, {"250 2.0.1000 x", "", "2.0.1000 x"},
      {"250 2..0 x", "", "2..0 x"},       {"250  2.0.0 x", "", " 2.0.0 x"}, {"250 22.0.0 x", "", "22.0.0 x"},
      {"354 3.0.0 x", "", "3.0.0 x"},     {"450 4.2.1 x", "4.2.1", "x"},    {"554 5.7.1\tx", "", "5.7.1\tx"},
  };
  for (const auto& row : table) {
    const reply r = read({row.line + "\r\n"});
    EXPECT_EQ(r.enhanced ? r.enhanced->text() : "", row.code) << row.line;
    EXPECT_EQ(r.lines, lines{row.text}) << row.line;
  }
}

TEST(ReplyParser, GreetingAndEhloHaveEnhancedCodesOnlyInRefusals) {
  EXPECT_FALSE(read({"220 2.0.0 hello\r\n"}, reply_context::greeting).enhanced);
  EXPECT_EQ(read({"220 2.0.0 hello\r\n"}, reply_context::greeting).lines, lines{"2.0.0 hello"});
  EXPECT_FALSE(read({"250-x\r\n", "250 2.0.0\r\n"}, reply_context::ehlo).enhanced);
  EXPECT_EQ(read({"421-4.7.0 Try again later, closing connection. (EHLO)\r\n", "421 4.7.0 <id> - gsmtp\r\n"},
                 reply_context::ehlo)
                .enhanced->text(),
            "4.7.0");
  EXPECT_EQ(read({"554 5.7.1 no service\r\n"}, reply_context::greeting).enhanced->text(), "5.7.1");
}

TEST(ReplyParser, NamesEveryPart) {
  reply_parser parser;
  auto got = feed(parser, {"550-5.1.1 No such\r\n", "550 5.1.1\r\n"});
  EXPECT_EQ(
      field_text((*got)->fields, (*got)->bytes),
      (lines{"line=550-5.1.1 No such\r\n", " code=550", " separator=-", " enhanced_code=5.1.1", " text=No such",
             " crlf=\r\n", "line=550 5.1.1\r\n", " code=550", " separator= ", " enhanced_code=5.1.1", " crlf=\r\n"}));
  got = feed(parser, {"250\r\n"});
  EXPECT_EQ(field_text((*got)->fields, (*got)->bytes), (lines{"line=250\r\n", " code=250", " crlf=\r\n"}));
}

TEST(ReplyParser, NamesTheExtensionsOfEhlo) {
  reply_parser parser;
  auto got = feed(
      parser,
      {"250-mx.example at your service\r\n", "250-SIZE 35882577\r\n", "250-AUTH=LOGIN PLAIN\r\n", "250 STARTTLS\r\n"},
      reply_context::ehlo);
  EXPECT_EQ(field_text((*got)->fields, (*got)->bytes), (lines{"line=250-mx.example at your service\r\n",
                                                              " code=250",
                                                              " separator=-",
                                                              " text=mx.example at your service",
                                                              " crlf=\r\n",
                                                              "line=250-SIZE 35882577\r\n",
                                                              " code=250",
                                                              " separator=-",
                                                              " extension=SIZE 35882577",
                                                              "  keyword=SIZE",
                                                              "  argument=35882577",
                                                              " crlf=\r\n",
                                                              "line=250-AUTH=LOGIN PLAIN\r\n",
                                                              " code=250",
                                                              " separator=-",
                                                              " extension=AUTH=LOGIN PLAIN",
                                                              "  keyword=AUTH",
                                                              "  argument=LOGIN PLAIN",
                                                              " crlf=\r\n",
                                                              "line=250 STARTTLS\r\n",
                                                              " code=250",
                                                              " separator= ",
                                                              " extension=STARTTLS",
                                                              "  keyword=STARTTLS",
                                                              " crlf=\r\n"}));
}

TEST(ReplyParser, HostileLinesAreRefused) {
  const struct {
    const char* name;
    lines input;
  } table[] = {
      {"codes differ", {"250-a\r\n", "550 b\r\n"}},
      {"two digits", {"99 hi\r\n"}},
      {"over the range", {"600 x\r\n"}},
      {"just over the range", {"560 x\r\n"}},
      {"under the range", {"199 x\r\n"}},
      {"1yz", {"150 x\r\n"}},
      {"zero", {"000 x\r\n"}},
      {"four digits", {"2500 x\r\n"}},
      {"empty line", {"\r\n"}},
      {"one digit", {"2\r\n"}},
      {"letters", {"HTTP/1.1 400 Bad Request\r\n"}},
      {"sign", {"-50 x\r\n"}},
      {"space first", {" 250 x\r\n"}},
      {"tab as separator", {"250\tx\r\n"}},
      {"underscore as separator", {"250_x\r\n"}},
      {"no CRLF", {"250 x"}},
      {"LF only", {"250 x\n"}},
      {"CR only", {"250 x\r"}},
      {"nothing", {""}},
      {"lone LF inside", {"250 a\n250 b\r\n"}},
      {"lone CR inside", {"250 a\rb\r\n"}},
      {"CR before CRLF", {"250 a\r\r\n"}},
      {"NUL", {"250 a\0b\r\n"s}},
      {"terminal escape", {"250 \x1b[2J\r\n"}},
      {"DEL", {"250 a\x7f\r\n"}},
      {"backspace", {"250 a\x08\r\n"}},
      {"Arabic digits", {"\xD9\xA2\xD9\xA5\xD9\xA0 x\r\n"}},
      {"TLS alert", {"\x15\x03\x01\x00\x02\x02\x46\r\n"s}},
      {"bad second line", {"250-a\r\n", "junk\r\n"}},
  };
  for (const auto& row : table) {
    reply_parser parser;
    const auto got = feed(parser, row.input);
    ASSERT_TRUE(got && !*got) << row.name;
    EXPECT_EQ(got->why().code, errc::malformed_reply) << row.name;
    EXPECT_FALSE(parser.inside()) << row.name;
    EXPECT_EQ(read({"250 ok\r\n"}).lines, lines{"ok"});
    const auto next = feed(parser, {"220 ready\r\n"});
    ASSERT_TRUE(next && *next) << row.name;
    EXPECT_EQ((*next)->bytes, "220 ready\r\n") << row.name;
  }
}

TEST(ReplyParser, EveryCodeInTheRangeIsReadAndNoOther) {
  for (int code = 0; code < 1000; ++code) {
    std::string digits = std::to_string(code);
    digits.insert(0, 3 - digits.size(), '0');
    reply_parser parser;
    const auto got = parser.feed(digits + " x\r\n", reply_context::ordinary);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->has_value(), code >= 200 && code <= 559) << code;
    if (*got) {
      EXPECT_EQ((*got)->value.code, code);
      EXPECT_EQ(static_cast<int>((*got)->value.kind()), code / 100);
    }
  }
}

TEST(ReplyParser, AnEndlessReplyIsBounded) {
  reply_parser parser;
  std::size_t taken = 0;
  std::optional<result<received_reply>> got;
  while (!got) {
    got = parser.feed("250-\r\n", reply_context::ordinary);
    if (!got) ++taken;
    ASSERT_LE(taken, limits::accepted_reply_lines);
  }
  EXPECT_EQ(taken, limits::accepted_reply_lines);
  EXPECT_EQ(got->why().code, errc::reply_too_long);
  EXPECT_FALSE(parser.inside());
}

TEST(ReplyParser, OctetsOfAReplyAreBounded) {
  const std::string line = "250-" + std::string(limits::accepted_reply_line_octets - 6, 'x') + "\r\n";
  reply_parser parser;
  std::size_t octets = 0;
  std::optional<result<received_reply>> got;
  while (!got) {
    got = parser.feed(line, reply_context::ordinary);
    if (!got) octets += line.size();
    ASSERT_LE(octets, limits::accepted_reply_octets);
  }
  EXPECT_EQ(got->why().code, errc::reply_too_long);
  EXPECT_EQ(octets, limits::accepted_reply_octets);
  reply_parser other;
  got = other.feed("250 " + std::string(limits::accepted_reply_line_octets, 'x') + "\r\n", reply_context::ordinary);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->why().code, errc::reply_too_long);
}

TEST(FormatReply, WritesHyphensAndEnhancedCodesOnEveryLine) {
  EXPECT_EQ(format_reply({250, std::nullopt, {"a", "b"}}), "250-a\r\n250 b\r\n");
  EXPECT_EQ(format_reply({550, enhanced_code{5, 1, 1}, {"No", "such"}}), "550-5.1.1 No\r\n550 5.1.1 such\r\n");
  EXPECT_EQ(format_reply({354, std::nullopt, {}}), "354 \r\n");
  EXPECT_EQ(format_reply({334, std::nullopt, {""}}), "334 \r\n");
  EXPECT_EQ(format_reply({354, enhanced_code{2, 0, 0}, {"Go ahead"}}), "354 Go ahead\r\n");
}

TEST(FormatReply, NothingCanBeInjected) {
  EXPECT_EQ(format_reply({550, std::nullopt, {"a\r\n250 ok\r\n\0\x1b[2J\x7f\xC3\xA9\t."s}}),
            "550 a??250 ok????[2J???\t.\r\n");
}

TEST(FormatReply, Utf8IsSentWhereItIsAllowed) {
  const reply name{250,
                   std::nullopt,
                   {"Gr\xC3\xBC\xC3\x9F"
                    "e \xC2\x85\xFF\x07 <a@b>"}};
  EXPECT_EQ(format_reply(name, utf8::allowed),
            "250 Gr\xC3\xBC\xC3\x9F"
            "e ???? <a@b>\r\n")
      << "but no controls, and nothing that is no text";
  EXPECT_EQ(format_reply(name), "250 Gr????e ???? <a@b>\r\n");
}

TEST(FormatReply, NoCodePointIsCutInTwo) {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    for (int i = 0; i < 300; ++i) text += "\xE2\x82\xAC";
    const std::string bytes = format_reply({250, std::nullopt, {text}}, utf8::allowed);
    std::string joined;
    for (std::size_t begin = 0; begin < bytes.size();) {
      const std::size_t end = bytes.find("\r\n", begin) + 2;
      EXPECT_LE(end - begin, limits::reply_line_octets);
      EXPECT_NE(static_cast<unsigned char>(bytes[begin + 4]) & 0xC0U, 0x80U);
      joined += bytes.substr(begin + 4, end - begin - 6);
      begin = end;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(FormatReply, LongTextBecomesFurtherLines) {
  const std::string text(1300, 'x');
  const std::string bytes = format_reply({550, enhanced_code{5, 7, 1}, {text, "end"}});
  reply_parser parser;
  std::optional<result<received_reply>> got;
  std::string joined;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find("\r\n", begin) + 2;
    EXPECT_LE(end - begin, limits::reply_line_octets);
    got = parser.feed(bytes.substr(begin, end - begin), reply_context::ordinary);
    EXPECT_EQ(got.has_value(), end == bytes.size());
    begin = end;
  }
  for (const auto& line : (*got)->value.lines) joined += line;
  EXPECT_EQ(joined, text + "end");
}

TEST(FormatReply, WhatIsWrittenReadsBackWithTheSameFields) {
  const reply replies[] = {
      {220, std::nullopt, {"mx.example ESMTP"}},
      {250, enhanced_code{2, 1, 5}, {"ok"}},
      {421, enhanced_code{4, 3, 2}, {"one", "", "three"}},
      {535, enhanced_code{5, 7, 8}, {"wrong\tpassword"}},
  };
  for (const reply& r : replies) {
    const std::string bytes = format_reply(r);
    reply_parser parser;
    std::optional<result<received_reply>> got;
    for (std::size_t begin = 0; begin < bytes.size();) {
      const std::size_t end = bytes.find("\r\n", begin) + 2;
      got = parser.feed(exact_buffer(bytes.substr(begin, end - begin)), reply_context::ordinary);
      begin = end;
    }
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->value.code, r.code);
    EXPECT_EQ((*got)->value.enhanced, r.enhanced);
    EXPECT_EQ((*got)->value.lines, r.lines);
    EXPECT_EQ((*got)->bytes, bytes);
    EXPECT_EQ(field_text(reply_fields(bytes, reply_context::ordinary), bytes), field_text((*got)->fields, bytes));
  }
}

TEST(ReplyFields, JunkAndCutBytesGiveNoFieldOutsideThem) {
  const std::string bytes = "250-a b\r\n250 SIZE 1\r\n";
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    const exact_buffer cut(bytes.substr(0, n));
    EXPECT_LE(field_text(reply_fields(cut, reply_context::ehlo), cut).size(), 12U);
  }
  EXPECT_TRUE(reply_fields("junk\r\n", reply_context::ordinary).empty());
}

}  // namespace
}  // namespace smtpscope::wire
