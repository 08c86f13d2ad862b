#include "smtpscope/tunnel/access_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smtpscope::tunnel {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* file =
    "# who until where\r\n"
    "\n"
    "anna  anna-0123456789abcdef 2026-12-24T18:00:00Z https://mail.example http://localhost:5173\n"
    "\tbob bob--0123456789abcdef 2030-01-01T00:00:00Z -";
constexpr unix_seconds christmas = 1798135200;  // 2026-12-24T18:00:00Z

access_tokens tokens() { return access_tokens::parse(file).value(); }

TEST(AccessTokens, AreReadFromLines) { EXPECT_EQ(tokens().size(), 2U); }

struct shown {
  const char* name;
  const char* token;
  const char* origin;
  unix_seconds now;
  token_verdict what;
};
class AccessToken : public testing::TestWithParam<shown> {};
TEST_P(AccessToken, IsJudged) {
  const access_tokens all = tokens();
  EXPECT_EQ(all.judge(GetParam().token, GetParam().origin, GetParam().now).what, GetParam().what);
}
INSTANTIATE_TEST_SUITE_P(
    Tokens, AccessToken,
    testing::Values(
        shown{"good", "anna-0123456789abcdef", "https://mail.example", 0, token_verdict::good},
        shown{"second_origin", "anna-0123456789abcdef", "http://localhost:5173", 0, token_verdict::good},
        shown{"last_second", "anna-0123456789abcdef", "https://mail.example", christmas - 1, token_verdict::good},
        shown{"at_its_end", "anna-0123456789abcdef", "https://mail.example", christmas, token_verdict::expired},
        shown{"no_origin", "bob--0123456789abcdef", "-", 0, token_verdict::good},
        shown{"origin_where_none_may_be", "bob--0123456789abcdef", "https://mail.example", 0,
              token_verdict::other_origin},
        shown{"none_where_one_must_be", "anna-0123456789abcdef", "-", 0, token_verdict::other_origin},
        shown{"longer_origin", "anna-0123456789abcdef", "https://mail.example.evil", 0, token_verdict::other_origin},
        shown{"other_scheme", "anna-0123456789abcdef", "http://mail.example", 0, token_verdict::other_origin},
        shown{"wrong", "anna-0123456789abcdeg", "https://mail.example", 0, token_verdict::wrong},
        shown{"beginning", "anna-0123456789abcde", "https://mail.example", 0, token_verdict::wrong},
        shown{"longer", "anna-0123456789abcdef0", "https://mail.example", 0, token_verdict::wrong},
        shown{"a_name", "anna", "https://mail.example", 0, token_verdict::wrong},
        shown{"empty", "", "https://mail.example", 0, token_verdict::wrong}),
    [](const auto& i) { return i.param.name; });

TEST(AccessTokens, SayWhose) {
  const access_tokens all = tokens();
  EXPECT_EQ(all.judge("bob--0123456789abcdef", "-", 0).name, "bob");
  EXPECT_EQ(all.judge("nobody's", "-", 0).name, "");
}

struct bad {
  const char* name;
  const char* text;
  const char* says;
};
class BadTokenFile : public testing::TestWithParam<bad> {};
TEST_P(BadTokenFile, IsRefusedWithItsLineAndWithoutTheToken) {
  const auto parsed = access_tokens::parse(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.why().detail, HasSubstr(GetParam().says));
  EXPECT_THAT(parsed.why().detail, Not(HasSubstr("0123456789")));
}
INSTANTIATE_TEST_SUITE_P(
    Files, BadTokenFile,
    testing::Values(
        bad{"empty", "", "no token"}, bad{"comment", "# nothing\n", "no token"},
        bad{"short_line", "#\nanna anna-0123456789abcdef\n", "line 2: write NAME TOKEN UNTIL ORIGIN"},
        bad{"short_token", "anna 0123456789 2026-12-24T18:00:00Z -\n", "line 1: a token has 16 to 1024"},
        bad{"no_time", "anna anna-0123456789abcdef never -\n", "2026-12-24T18:00:00Z"},
        bad{"no_such_day", "anna anna-0123456789abcdef 2026-02-29T00:00:00Z -\n", "line 1: write the token's end"},
        bad{"no_such_hour", "anna anna-0123456789abcdef 2026-02-28T24:00:00Z -\n", "line 1: write the token's end"},
        bad{"other_zone", "anna anna-0123456789abcdef 2026-02-28T00:00:00+01:00 -\n", "line 1: write the token's end"},
        bad{"no_origin", "anna anna-0123456789abcdef 2026-12-24T18:00:00Z\n", "name the origins"},
        bad{"wildcard", "anna anna-0123456789abcdef 2026-12-24T18:00:00Z https://*.example\n", "write each origin"},
        bad{"path", "anna anna-0123456789abcdef 2026-12-24T18:00:00Z https://a.example/\n", "write each origin"},
        bad{"host", "anna anna-0123456789abcdef 2026-12-24T18:00:00Z a.example\n", "write each origin"},
        bad{"twice",
            "anna anna-0123456789abcdef 2026-12-24T18:00:00Z -\nanna other0123456789abcdef 2026-12-24T18:00:00Z -\n",
            "line 2: a name or token"}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::tunnel
