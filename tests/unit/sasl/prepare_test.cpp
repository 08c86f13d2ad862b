#include "smtpscope/sasl/prepare.hpp"

#include <gtest/gtest.h>

namespace smtpscope::sasl {
namespace {

using namespace std::string_literals;

TEST(SaslPrepare, Maps) {  // RFC 4013 §3, but for the rows that need NFKC
  const struct {
    std::string in;
    std::string out;
  } table[] = {
      {"", ""},
      {"user", "user"},
      {"USER", "USER"},
      {"I\xC2\xADX", "IX"},  // SOFT HYPHEN goes
      {"a\xC2\xA0"
       "b",
       "a b"},  // NO-BREAK SPACE becomes a space
      {"a\xE3\x80\x80"
       "b",
       "a b"},  // IDEOGRAPHIC SPACE too
      {"\xE2\x80\x8B\xEF\xBB\xBFx", "x"},
      {"p\xC3\xA4ssw\xC3\xB6rd \xF0\x9F\x94\x91", "p\xC3\xA4ssw\xC3\xB6rd \xF0\x9F\x94\x91"},
  };
  for (const auto& row : table) EXPECT_EQ(*prepare(row.in, "it"), row.out);
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
