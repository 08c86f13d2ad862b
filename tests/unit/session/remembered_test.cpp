#include "smtpscope/session/remembered.hpp"

#include <gtest/gtest.h>

namespace smtpscope::session {
namespace {

milliseconds at(int i) { return milliseconds{i}; }

TEST(Remembered, KeepsAValueAndWhenItWasSeen) {
  remembered<int> memory{10};
  EXPECT_FALSE(memory.last_seen("a"));
  memory.see("a", at(1)) = 7;
  EXPECT_EQ(memory.last_seen("a"), at(1));
  EXPECT_EQ(memory.see("a", at(5)), 7);
  EXPECT_EQ(memory.last_seen("a"), at(5));
  EXPECT_FALSE(memory.last_seen("A"));
  EXPECT_EQ(memory.size(), 1U);
}

TEST(Remembered, ForgetsWhatWasNotSeenForLongest) {
  remembered<int> memory{3};
  int now = 0;
  for (const char* key : {"a", "b", "c"}) {
    ++now;
    memory.see(key, at(now)) = now;
  }
  EXPECT_EQ(memory.see("a", at(++now)), 1) << "seen again: it is not the oldest now";
  memory.see("d", at(++now));
  EXPECT_FALSE(memory.last_seen("b"));
  EXPECT_TRUE(memory.last_seen("a") && memory.last_seen("c") && memory.last_seen("d"));
  EXPECT_EQ(memory.see("b", at(++now)), 0) << "as if it had never been";
  EXPECT_FALSE(memory.last_seen("c"));
  EXPECT_EQ(memory.size(), 3U);
}

TEST(Remembered, MovesWithAllItKnows) {
  remembered<int> memory{2};
  memory.see("short", at(1)) = 1;
  memory.see("a text that is too long to stand in the string itself", at(2)) = 2;
  remembered<int> moved{std::move(memory)};
  EXPECT_EQ(moved.see("short", at(3)), 1);
  moved.see("new", at(4)) = 3;
  EXPECT_FALSE(moved.last_seen("a text that is too long to stand in the string itself"));
  EXPECT_EQ(moved.last_seen("short"), at(3));
}

}  // namespace
}  // namespace smtpscope::session
