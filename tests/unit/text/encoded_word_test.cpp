#include "smtpscope/text/encoded_word.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

TEST(EncodedWord, DecodesTheExamplesOfTheStandard) {
  const struct {
    std::string encoded;
    std::string text;
  } table[] = {
      {"=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"},
      {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld J\xC3\xB8rn Simonsen"},
      {"=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xC3\xA9 Pirard"},
      {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
       "If you can read this you understand the example."},
      {"=?ISO-8859-1?Q?a?=", "a"},
      {"=?ISO-8859-1?Q?a?= b", "a b"},
      {"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a_b?=", "a b"},
      {"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"},
  };
  for (const auto& row : table) EXPECT_EQ(decode_words(exact_buffer(row.encoded)), row.text) << row.encoded;
}

TEST(EncodedWord, DecodesWhatOthersWrite) {
  EXPECT_EQ(decode_words("=?utf-8?q?=c3?= =?utf-8?q?=bc?="), "\xC3\xBC");  // a character cut in two
  EXPECT_EQ(decode_words("=?UTF-8?B?w7w?="), "\xC3\xBC");                  // no padding
  EXPECT_EQ(decode_words("=?utf-8*de?Q?=C3=BC?="), "\xC3\xBC");            // a language, RFC 2231 §5
  EXPECT_EQ(decode_words("(=?utf-8?Q?a?=)"), "(a)");
  EXPECT_EQ(decode_words("a =?utf-8?Q?b?= c =?utf-8?Q?d?= e"), "a b c d e");
  EXPECT_EQ(decode_words("=?utf-8?Q?=FF?="), "\xEF\xBF\xBD");
}

TEST(EncodedWord, WhatIsNoneStaysAsItIs) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "plain"s,
                                  "a  b"s,
                                  "=?"s,
                                  "=?="s,
                                  "=?utf-8?"s,
                                  "=?utf-8?Q"s,
                                  "=?utf-8?Q?"s,
                                  "=?utf-8?Q?a"s,
                                  "=?utf-8?Q?a?"s,
                                  "=?utf-8?X?a?="s,
                                  "=?utf-8?QQ?a?="s,
                                  "=?utf-8?Q?a b?="s,
                                  "=?utf-8?Q?=4?="s,
                                  "=?utf-8?Q?=GG?="s,
                                  "=?x-none?Q?a?="s,
                                  "=??Q?a?="s,
                                  "a =?"s,
                                  "=?=?=?"s,
                                  "two  spaces =?x "s})
    EXPECT_EQ(decode_words(exact_buffer(text)), text);
}

TEST(EncodedWord, HostileTextIsReadInLinearTime) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "=?a?Q?";
  EXPECT_EQ(decode_words(text), text);
  text.clear();
  for (int i = 0; i < 200000; ++i) text += "a ";
  EXPECT_EQ(decode_words(text), text);
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : "\r\n ") + word;
  return out;
}

TEST(EncodedWord, TakesTheShorterEncoding) {
  EXPECT_EQ(join(encode_words("Gr\xC3\xBC\xC3\x9F"
                              "e",
                              75, word_place::text)),
            "=?utf-8?B?R3LDvMOfZQ==?=");
  EXPECT_EQ(join(encode_words("a lot of text, one \xC3\xBC", 75, word_place::text)),
            "=?utf-8?Q?a_lot_of_text,_one_=C3=BC?=");
  EXPECT_EQ(join(encode_words("\xE6\x97\xA5\xE6\x9C\xAC", 75, word_place::text)), "=?utf-8?B?5pel5pys?=");
}

TEST(EncodedWord, InANameOnlyFewCharactersStandForThemselves) {
  EXPECT_EQ(join(encode_words("Dr. J\xC3\xB6rg (abc) and others", 75, word_place::phrase)),
            "=?utf-8?Q?Dr=2E_J=C3=B6rg_=28abc=29_and_others?=");
  for (int octet = 33; octet < 127; ++octet) {
    const std::string text = "aaaaaaaaaaaaaaaaaaaaaaa" + std::string(1, static_cast<char>(octet));
    const std::string word = join(encode_words(text, 75, word_place::phrase));
    const std::string payload = word.substr(10, word.size() - 12);
    EXPECT_EQ(payload.find_first_of("\"(),.:;<>@[\\]"), std::string::npos) << word;
    EXPECT_EQ(decode_words(word), text);
  }
}

TEST(EncodedWord, WordsAreShortAsciiWholeCharactersAndReadBack) {
  for (const std::string& unit : {"\xC3\xBC"s, "\xF0\x9F\x98\x80"s, "a"s, " x\xE2\x82\xAC"s, "_=?"s, "\t"s}) {
    for (std::size_t count = 1; count < 90; count += 4) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += unit;
      for (const std::size_t room : {std::size_t{24}, std::size_t{40}, std::size_t{75}}) {
        for (const word_place place : {word_place::text, word_place::phrase}) {
          const auto words = encode_words(exact_buffer(text), room, place);
          ASSERT_FALSE(words.empty());
          EXPECT_LE(words.front().size(), room);
          for (const auto& word : words) {
            EXPECT_LE(word.size(), 75U);
            EXPECT_TRUE(all_ascii(word));
            EXPECT_EQ(word.find(' '), std::string::npos);
            EXPECT_TRUE(is_utf8(decode_words(word)));
            EXPECT_EQ(decode_words(word).find("\xEF\xBF\xBD"), std::string::npos) << "a character was cut";
          }
          EXPECT_EQ(decode_words(join(words)), text);
        }
      }
    }
  }
}

}  // namespace
}  // namespace smtpscope::text
