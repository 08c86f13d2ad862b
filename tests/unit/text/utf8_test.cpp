#include "smtpscope/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/text/charset.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

const std::string fffd = "\xEF\xBF\xBD";

TEST(Utf8, EveryScalarValueSurvives) {
  for (char32_t v = 0; v <= 0x10FFFF; ++v) {
    if (v >= 0xD800 && v <= 0xDFFF) continue;
    std::string octets;
    append_utf8(octets, v);
    const code_point c = first_code_point(octets);
    ASSERT_EQ(c.state, code_point::kind::valid) << static_cast<unsigned>(v);
    ASSERT_EQ(c.value, v);
    ASSERT_EQ(c.octets, octets.size());
  }
}

TEST(Utf8, WhatIsNoScalarValueIsWrittenAsReplacement) {
  for (const char32_t v : {0xD800U, 0xDFFFU, 0x110000U, 0xFFFFFFFFU}) {
    std::string octets;
    append_utf8(octets, v);
    EXPECT_EQ(octets, fffd);
  }
}

TEST(Utf8, RefusesEveryOtherSequence) {
  for (const std::string& bad :
       {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC3"s, "\xC3\x28"s, "\xE0\x80\x80"s, "\xE0\x9F\xBF"s, "\xE2\x82"s,
        "\xE2\x28\xA1"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x80\x80\x80"s, "\xF0\x8F\xBF\xBF"s, "\xF0\x9F\x98"s,
        "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFE"s, "\xFF"s}) {
    const exact_buffer bytes(bad);
    EXPECT_EQ(first_code_point(bytes).state, code_point::kind::invalid);
    EXPECT_FALSE(is_utf8(bytes));
    EXPECT_FALSE(is_utf8(exact_buffer("abcdefgh" + bad)));
    EXPECT_NE(to_valid_utf8(bytes).find(fffd), std::string::npos);
    EXPECT_TRUE(is_utf8(to_valid_utf8(bytes)));
  }
}

TEST(Utf8, RepairKeepsWhatIsGood) {
  EXPECT_EQ(to_valid_utf8("a\xC3\xA9\xFFz"), "a\xC3\xA9" + fffd + "z");
  EXPECT_EQ(to_valid_utf8("plain"), "plain");
}

TEST(Charset, OldSetsBecomeUtf8) {
  EXPECT_EQ(to_utf8("J\xF8rn", "ISO-8859-1"), "J\xC3\xB8rn");
  EXPECT_EQ(to_utf8("\xA4", "iso-8859-15"), "\xE2\x82\xAC");
  EXPECT_EQ(to_utf8("\xA4", "iso-8859-1"), "\xC2\xA4");
  EXPECT_EQ(to_utf8("\x80\x99\x81", "windows-1252"), "\xE2\x82\xAC\xE2\x84\xA2" + fffd);
  EXPECT_EQ(to_utf8("\xA3\xF3\x64\xBC", "ISO-8859-2"),
            "\xC5\x81\xC3\xB3"
            "d\xC5\xBA");
  EXPECT_EQ(to_utf8("a\xE9", "us-ascii"), "a" + fffd);
  EXPECT_EQ(to_utf8("\xC3\xA9\xFF", "UTF-8"), "\xC3\xA9" + fffd);
  EXPECT_EQ(to_utf8("x", "x-unknown"), std::nullopt);
  EXPECT_EQ(to_utf8("x", ""), std::nullopt);
}

}  // namespace
}  // namespace smtpscope::text
