#include "smtpscope/tunnel/starttls_guard.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace smtpscope::tunnel {
namespace {

struct guard_case {
  const char* name;
  std::string_view said;
  bool clean;
};

class StarttlsGuard : public testing::TestWithParam<guard_case> {};

std::span<const std::byte> octets(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

TEST_P(StarttlsGuard, JudgesWhole) {
  starttls_guard guard;
  guard.server_spoke(octets(GetParam().said));
  EXPECT_EQ(guard.clean(), GetParam().clean);
}

TEST_P(StarttlsGuard, JudgesByteByByte) {
  starttls_guard guard;
  for (std::size_t i = 0; i < GetParam().said.size(); ++i) guard.server_spoke(octets(GetParam().said.substr(i, 1)));
  EXPECT_EQ(guard.clean(), GetParam().clean);
}

TEST_P(StarttlsGuard, JudgesAtEverySplit) {
  for (std::size_t i = 0; i <= GetParam().said.size(); ++i) {
    starttls_guard guard;
    guard.server_spoke(octets(GetParam().said.substr(0, i)));
    guard.server_spoke(octets(GetParam().said.substr(i)));
    EXPECT_EQ(guard.clean(), GetParam().clean) << "split at " << i;
  }
}

TEST_P(StarttlsGuard, ForgetsWhatCameBeforeThePageSpoke) {
  starttls_guard guard;
  guard.server_spoke(octets("250-half a reply"));
  guard.page_spoke();
  guard.server_spoke(octets(GetParam().said));
  EXPECT_EQ(guard.clean(), GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, StarttlsGuard,
    testing::Values(guard_case{"nothing", "", true}, guard_case{"one_line", "220 Go ahead\r\n", true},
                    guard_case{"no_text", "220\r\n", true}, guard_case{"bare_line_feed", "220 Go\n", true},
                    guard_case{"several_lines", "220-Go\r\n220 ahead\r\n", true},
                    guard_case{"hyphens_in_text", "220 a-b-c\r\n", true},
                    guard_case{"injected_reply", "220 Go ahead\r\n250 injected\r\n", false},
                    guard_case{"injected_octet", "220 Go ahead\r\nx", false},
                    guard_case{"injected_line_break", "220 Go ahead\r\n\r\n", false},
                    guard_case{"injected_after_several", "220-Go\r\n220 ahead\r\n250 x\r\n", false},
                    guard_case{"unfinished_line", "220 Go", false},
                    guard_case{"carriage_return_only", "220 Go\r", false}),
    [](const auto& i) { return i.param.name; });

TEST(StarttlsGuardState, StaysSpoiledUntilThePageSpeaks) {
  starttls_guard guard;
  guard.server_spoke(octets("220 Go\r\n250 x\r\n"));
  guard.server_spoke(octets("220 Go\r\n"));
  EXPECT_FALSE(guard.clean());
  guard.page_spoke();
  EXPECT_TRUE(guard.clean());
}

}  // namespace
}  // namespace smtpscope::tunnel
