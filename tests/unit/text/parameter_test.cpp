#include "smtpscope/text/parameter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smtpscope/text/ascii.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;
using pieces = std::vector<std::string>;

std::string read(std::string_view text, std::string_view attribute) {
  std::string first;
  for (const auto& p : parse_parameters(exact_buffer(text), first))
    if (p.attribute == attribute) return p.value;
  return "(none)";
}

TEST(Parameter, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(read("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title"),
            "This is ***fun***");
  EXPECT_EQ(read("application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n"
                 " title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\"",
                 "title"),
            "This is even more ***fun*** isn't it!");
  EXPECT_EQ(read("message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub\"", "url"),
            "ftp://cs.utk.edu/pub");
}

TEST(Parameter, ReadsWhatOthersWrite) {
  std::string first;
  EXPECT_EQ(parse_parameters(" text/plain ; Charset=\"utf-8\" ;format = flowed;", first).size(), 2U);
  EXPECT_EQ(first, "text/plain");
  EXPECT_EQ(read("a; b=c d", "b"), "c d");
  EXPECT_EQ(read("a; b=\"c;d\\\"e\"; f=g", "b"), "c;d\"e");
  EXPECT_EQ(read("a; b=\"c;d\\\"e\"; f=g", "f"), "g");
  EXPECT_EQ(read("a; b=first; b=second", "b"), "first");
  EXPECT_EQ(read("a; name=plain; name*=utf-8''exact", "name"), "exact");
  EXPECT_EQ(read("a; name*=utf-8''exact; name=plain", "name"), "exact");
  EXPECT_EQ(read("a; n*1=b; n*0=a; n*2=c", "n"), "abc");
  EXPECT_EQ(read("a; n*0=a; n*2=c", "n"), "a");
  EXPECT_EQ(read("a; n*=iso-8859-1'de'gr%FC%DF", "n"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(read("a; n*=x-none''%41%FF", "n"), "A\xEF\xBF\xBD");
  EXPECT_EQ(read("a; n*=no-quotes%41", "n"), "no-quotesA");
  EXPECT_EQ(read("a; n*=utf-8''%4", "n"), "%4");
}

TEST(Parameter, JunkIsLeftOut) {
  for (const std::string& text :
       {""s, ";"s, ";;;"s, "a;="s, "a; =b"s, "a; b"s, "a; b c=d"s, "a; \"x\"=y"s, "a;*=b"s, "a;*0*=b"s}) {
    std::string first;
    EXPECT_TRUE(parse_parameters(exact_buffer(text), first).empty()) << text;
  }
  EXPECT_EQ(read("a; b=\"unclosed", "b"), "unclosed");
  EXPECT_EQ(read("a; b=\"unclosed\\", "b"), "unclosed\\");
  EXPECT_EQ(read("a; b=", "b"), "");
}

TEST(Parameter, TenThousandPiecesAreReadInLinearTime) {
  std::string text = "a";
  for (int i = 0; i < 10000; ++i) text += ";b" + std::to_string(i) + "=c";
  std::string first;
  EXPECT_EQ(parse_parameters(text, first).size(), 200U);
}

TEST(Parameter, IsWrittenAsSimplyAsItCanBe) {
  EXPECT_EQ(format_parameter("charset", "utf-8"), pieces{"charset=utf-8"});
  EXPECT_EQ(format_parameter("filename", "a b.txt"), pieces{"filename=\"a b.txt\""});
  EXPECT_EQ(format_parameter("filename", "a\"b\\c"), pieces{"filename=\"a\\\"b\\\\c\""});
  EXPECT_EQ(format_parameter("filename", "*'%"), pieces{"filename=\"*'%\""});
  EXPECT_EQ(format_parameter("filename", ""), pieces{"filename=\"\""});
  EXPECT_EQ(format_parameter("filename", "\xC3\xBC.png"),
            (pieces{"filename*=UTF-8''%C3%BC.png", "filename=\"_.png\""}));
}

TEST(Parameter, WhatIsWrittenReadsBack) {
  for (const std::string& value :
       {"x"s, "a b"s, "a;b=c\"\\"s, "100%"s, "it's"s, "\xC3\xBC"s, "\xF0\x9F\x98\x80 and \"more\"; x=y"s,
        std::string(200, 'y') + "\xE2\x82\xAC"s, "*'%()<>@,;:\\\"/[]?=\xC3\xA9"s}) {
    for (std::size_t repeat = 1; repeat < 20; repeat += 6) {
      std::string whole;
      for (std::size_t i = 0; i < repeat; ++i) whole += value;
      std::string field = "attachment";
      for (const auto& piece : format_parameter("filename", whole)) {
        EXPECT_TRUE(all_ascii(piece));
        if (piece.substr(0, 9) == "filename*") {
          EXPECT_LE(piece.size(), 76U);
        }
        field += ";\r\n " + piece;
      }
      EXPECT_EQ(read(field, "filename"), whole);
    }
  }
}

TEST(Parameter, TokensHoldNoSpecials) {
  EXPECT_TRUE(is_token("utf-8"));
  for (const char* bad : {"", "a b", "a/b", "a;b", "a=b", "a\"", "\xC3\xBC", "a\r", "a\x7f", "[a]"})
    EXPECT_FALSE(is_token(bad));
}

}  // namespace
}  // namespace smtpscope::text
