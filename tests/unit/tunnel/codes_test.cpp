#include "smtpscope/tunnel/codes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace smtpscope::tunnel {
namespace {

TEST(TunnelCodes, EveryNameLeadsBackToItsEnumerator) {
  for (const stage s : {stage::policy, stage::resolve, stage::connect, stage::tls, stage::stream})
    EXPECT_EQ(stage_named(name(s)), s);
  for (int i = 0; i <= static_cast<int>(code::draining); ++i)
    EXPECT_EQ(code_named(name(static_cast<code>(i))), static_cast<code>(i));
  for (int i = 0; i <= static_cast<int>(tls_reason::broken); ++i)
    EXPECT_EQ(tls_reason_named(name(static_cast<tls_reason>(i))), static_cast<tls_reason>(i));
}

TEST(TunnelCodes, NamesAreThoseOfTheProtocol) {
  const std::set<std::string> specified = {
      "bad_message", "not_allowed",    "blocked_address", "name_not_found",     "refused",   "timeout", "unreachable",
      "reset",       "tls_verify",     "tls_protocol",    "starttls_plaintext", "throttled", "quota",   "too_slow",
      "draining",    "token_required", "token_refused"};
  std::set<std::string> named;
  for (int i = 0; i <= static_cast<int>(code::draining); ++i) named.emplace(name(static_cast<code>(i)));
  EXPECT_EQ(named, specified);
}

TEST(TunnelCodes, UnknownNamesLeadNowhere) {
  EXPECT_FALSE(code_named("unknown"));
  EXPECT_FALSE(code_named(""));
  EXPECT_FALSE(stage_named("Policy"));
  EXPECT_FALSE(tls_reason_named("expired "));
}

TEST(TunnelCodes, CloseCodesSayWhoseFaultItWas) {
  EXPECT_EQ(closes_with(code::bad_message), close_code::policy);
  EXPECT_EQ(closes_with(code::not_allowed), close_code::policy);
  EXPECT_EQ(closes_with(code::refused), close_code::internal);
  EXPECT_EQ(closes_with(code::throttled), close_code::try_later);
  EXPECT_EQ(closes_with(code::draining), close_code::restart);
  EXPECT_EQ(retry_after(code::timeout), retry::yes);
  EXPECT_EQ(retry_after(code::tls_verify), retry::no);
}

}  // namespace
}  // namespace smtpscope::tunnel
