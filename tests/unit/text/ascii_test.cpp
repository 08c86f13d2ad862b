#include "smtpscope/text/ascii.hpp"

#include <gtest/gtest.h>

#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

TEST(Ascii, ClassesAgreeWithTheAlphabetForEveryOctet) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(is_digit(c), i >= 0x30 && i <= 0x39) << i;
    EXPECT_EQ(is_alpha(c), (i >= 0x41 && i <= 0x5A) || (i >= 0x61 && i <= 0x7A)) << i;
    EXPECT_EQ(is_control(c), i < 0x20 || i == 0x7F) << i;
    EXPECT_EQ(is_ascii(c), i < 0x80) << i;
  }
}

TEST(Ascii, CaseChangesOnlyLetters) {
  EXPECT_EQ(to_upper("aZ09-\xE4{"), "AZ09-\xE4{");
  EXPECT_EQ(to_lower("aZ09-\xC4["), "az09-\xC4[");
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(iequals("StartTLS", "STARTTLS"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("\xE4", "\xC4"));
  EXPECT_FALSE(iequals("@", "`"));
  EXPECT_TRUE(istarts_with("from:<a@b>", "FROM:"));
  EXPECT_FALSE(istarts_with("FRO", "FROM:"));
  EXPECT_TRUE(istarts_with("x", ""));
}

TEST(Ascii, FindsAnOctetUpToCrAtEveryPlace) {
  for (std::size_t size = 0; size < 20; ++size)
    for (std::size_t at = 0; at <= size; ++at)
      for (const char low : {'\0', '\t', '\n', '\r'})
        for (const char around : {'\x0e', ' ', 'z', '\x7f', '\x80', '\xff'}) {
          std::string text(size, around);
          if (at < size) text[at] = low;
          const std::string what = std::to_string(size) + " " + std::to_string(at) + " " + std::to_string(around);
          EXPECT_EQ(find_up_to_cr(text, 0), at) << what;
          EXPECT_EQ(find_up_to_cr(text, at), at) << what;
          if (at < size) {
            EXPECT_EQ(find_up_to_cr(text, at + 1), size) << what;
          }
        }
}

TEST(Ascii, FindsAnOctetOver127AtEveryPlace) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    EXPECT_TRUE(all_ascii(test::exact_buffer(text)));
    for (std::size_t at = 0; at < size; ++at) {
      std::string bad = text;
      bad[at] = '\x80';
      EXPECT_FALSE(all_ascii(test::exact_buffer(bad))) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace smtpscope::text
