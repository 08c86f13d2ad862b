#include "smtpscope/base/json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/base/limits.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

TEST(Json, KeepsTheOrderOfKeys) {
  const auto value = parse_json(R"({"z": 1, "a": [true, null, -2.5], "m": {"k": "v"}})");
  ASSERT_TRUE(value);
  EXPECT_EQ(to_string(*value), R"({"z":1,"a":[true,null,-2.5],"m":{"k":"v"}})");
}

TEST(Json, WhatIsWrittenReadsBackEqual) {
  const json value = {{"text", "a\"b\\c\n\x01 é 😀"}, {"n", 18446744073709551615U}, {"list", {1, 2, 3}}};
  const auto back = parse_json(to_string(value));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, value);
}

TEST(Json, OctetsThatAreNotUtf8AreWrittenAsReplacement) {
  EXPECT_EQ(to_string(json("a\xff\xfe"s)), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Json, RefusesWhatIsNotJson) {
  const struct {
    const char* name;
    std::string text;
  } table[] = {
      {"empty", ""},
      {"blank", "  "},
      {"unclosed object", "{"},
      {"unclosed string", "\"abc"},
      {"string ending in a backslash", "\"abc\\"},
      {"closing only", "}"},
      {"two values", "1 2"},
      {"trailing comma", "[1,]"},
      {"single quotes", "{'a':1}"},
      {"comment", "/**/1"},
      {"NUL behind the value", "{}\0{}"s},
      {"NUL in a string", "\"a\0b\""s},
      {"raw line break in a string", "\"a\nb\""},
      {"octets that are not UTF-8", "\"\xff\""},
      {"half a surrogate pair", "\"\\ud800\""},
      {"not a number", "NaN"},
  };
  for (const auto& row : table) {
    const exact_buffer bytes(row.text);
    const auto value = parse_json(bytes);
    ASSERT_FALSE(value) << row.name;
    EXPECT_EQ(value.why().code, errc::invalid_json) << row.name;
    EXPECT_FALSE(value.why().detail.empty()) << row.name;
  }
}

TEST(Json, DepthIsBoundedBeforeParsing) {
  EXPECT_TRUE(parse_json(std::string(16, '[') + std::string(16, ']')));
  EXPECT_FALSE(parse_json(std::string(17, '[') + std::string(17, ']')));
  EXPECT_FALSE(parse_json(std::string(5'000'000, '[')));
  EXPECT_TRUE(parse_json("[[1]]", 2));
  EXPECT_FALSE(parse_json("[[1]]", 1));
  EXPECT_TRUE(parse_json("1", 0));
  EXPECT_FALSE(parse_json("{}", 0));
}

TEST(Json, BracketsInStringsDoNotCount) { EXPECT_TRUE(parse_json(R"(["[[[[{{{{\"[[[["])", 1)); }

TEST(Json, MembersOfOneObjectAreBounded) {
  const auto object_of = [](std::size_t members) {
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}";
  };
  EXPECT_TRUE(parse_json(object_of(limits::json_object_members)));
  EXPECT_FALSE(parse_json(object_of(limits::json_object_members + 1)));
  EXPECT_TRUE(parse_json("[" + object_of(900) + "," + object_of(900) + "]"));
}

}  // namespace
}  // namespace smtpscope
