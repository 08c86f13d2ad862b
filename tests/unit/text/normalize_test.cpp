#include "smtpscope/text/normalize.hpp"

#include <gtest/gtest.h>

#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

TEST(Normalize, ComposesAndReplacesWhatIsCompatible) {  // UAX 15, its examples for NFKC
  const struct {
    const char* name;
    const char* text;
    const char* composed;
  } table[] = {
      {"ASCII", "plain", "plain"},
      {"ring above", "A\xCC\x8A", "\xC3\x85"},
      {"ANGSTROM SIGN", "\xE2\x84\xAB", "\xC3\x85"},
      {"order of marks", "q\xCC\x87\xCC\xA3", "q\xCC\xA3\xCC\x87"},
      {"long s with a dot", "\xE1\xBA\x9B\xCC\xA3", "\xE1\xB9\xA9"},
      {"Hangul", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
      {"an exclusion", "\xE0\xA5\x98", "\xE0\xA4\x95\xE0\xA4\xBC"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(nfkc(test::exact_buffer(row.text)), row.composed) << row.name;
    EXPECT_EQ(nfkc(row.composed), row.composed) << row.name << ", twice";
  }
}

TEST(Normalize, TheOneThatGrowsMost) {
  EXPECT_EQ(nfkc("\xEF\xB7\xBA").size(), 33U);  // U+FDFA
}

}  // namespace
}  // namespace smtpscope::text
