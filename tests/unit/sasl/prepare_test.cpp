#include "smtpscope/sasl/prepare.hpp"

#include <gtest/gtest.h>

namespace smtpscope::sasl {
namespace {

using namespace std::string_literals;

TEST(SaslPrepare, Rfc4013Examples) {  // §3
  EXPECT_EQ(*prepare("I\xC2\xADX", "it"), "IX") << "SOFT HYPHEN goes";
  EXPECT_EQ(*prepare("user", "it"), "user");
  EXPECT_EQ(*prepare("USER", "it"), "USER") << "case is kept";
  EXPECT_EQ(*prepare("\xC2\xAA", "it"), "a") << "U+00AA";
  EXPECT_EQ(*prepare("\xE2\x85\xA8", "it"), "IX") << "U+2168";
  EXPECT_FALSE(prepare("\x07", "it"));
}

TEST(SaslPrepare, GivesOneOfTheSpellingsOfAText) {
  const struct {
    std::string in;
    std::string out;
  } table[] = {
      {"", ""},
      {"\xE2\x80\x8B\xEF\xBB\xBFx", "x"},
      {"p\xC3\xA4ssw\xC3\xB6rd \xF0\x9F\x94\x91", "p\xC3\xA4ssw\xC3\xB6rd \xF0\x9F\x94\x91"},
      {"pa\xCC\x88sswo\xCC\x88rd", "p\xC3\xA4ssw\xC3\xB6rd"},  // as some systems type them
      {"a\xC2\xAD\xCC\x88", "\xC3\xA4"},                       // what goes parts nothing
      {"\xEF\xAC\x81\xC2\xB2", "fi2"},                         // a ligature, a raised digit
      {"\xEF\xBC\xA1", "A"},                                   // a full-width letter
  };
  for (const auto& row : table) EXPECT_EQ(*prepare(row.in, "it"), row.out);
  for (const char* space :
       {"\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x8A", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"})
    EXPECT_EQ(*prepare(std::string{"a"} + space + "b", "it"), "a b");
}

TEST(SaslPrepare, Refuses) {
  for (const std::string& text :
       {"\0"s, "\x07"s, "a\nb"s, "\x7F"s, "\xC2\x80"s, "\xE2\x80\xAE"s, "\xEE\x80\x80"s, "\xEF\xBF\xBD"s,
        "\xEF\xBF\xBF"s, "\xFF"s, "\xC3"s, "\xF4\x8F\xBF\xBF"s, "\xF3\xA0\x80\x81"s}) {
    const auto got = prepare(text, "the password");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().code, errc::forbidden_character);
    EXPECT_EQ(got.why().detail.substr(0, 12), "the password");
  }
}

}  // namespace
}  // namespace smtpscope::sasl
