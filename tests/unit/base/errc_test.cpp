#include "smtpscope/base/errc.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"

namespace smtpscope {
namespace {

constexpr int first = static_cast<int>(errc::misuse);
constexpr int last = static_cast<int>(errc::starttls_plaintext);

TEST(Errc, EveryCodeHasItsOwnNameAndSentence) {
  std::set<std::string> names;
  std::set<std::string> sentences;
  for (int i = first; i <= last; ++i) {
    const auto code = static_cast<errc>(i);
    EXPECT_NE(name(code), "unknown");
    names.insert(std::string(name(code)));
    EXPECT_EQ(describe(code).back(), '.') << name(code);
    sentences.insert(std::string(describe(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last - first + 1));
  EXPECT_EQ(sentences.size(), names.size());
}

TEST(Errc, NamesAreThoseOfTheEnumerators) {
  EXPECT_EQ(name(errc::misuse), "misuse");
  EXPECT_EQ(name(errc::forbidden_character), "forbidden_character");
  EXPECT_EQ(name(errc::starttls_plaintext), "starttls_plaintext");
}

TEST(Result, HoldsAValueOrAReason) {
  const result<int> good = 7;
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  const result<int> bad = error{errc::timeout, "too late"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.why().code, errc::timeout);
  EXPECT_EQ(bad.why().detail, "too late");
}

TEST(Status, IsGoodUntilGivenAReason) {
  EXPECT_TRUE(status().ok());
  const status bad = error{errc::misuse, "not now"};
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.why().code, errc::misuse);
}

TEST(Secret, ComparesByContent) {
  const secret s(std::string("correct horse"));
  EXPECT_TRUE(s.equals("correct horse"));
  EXPECT_FALSE(s.equals("correct horsf"));
  EXPECT_FALSE(s.equals("correct hors"));
  EXPECT_FALSE(s.equals("correct horses"));
  EXPECT_FALSE(s.equals(""));
  EXPECT_TRUE(secret().equals(""));
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
  secret a(std::string("hunter2"));
  const secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT: the state after the move is what is tested
  EXPECT_EQ(b.reveal(), "hunter2");
}

}  // namespace
}  // namespace smtpscope
