// The filter of content against a plain reading of its rules, octet by octet, in every cut.

#include "smtpscope/session/content_filter.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::bare_newlines;
using session::content_filter;
using session::content_rules;
using session::odd_content;
using session::reply_key;

struct filtered {
  std::string content;
  session::content_findings found;
  std::optional<reply_key> problem;
};

filtered filter(content_rules rules, const std::vector<std::string>& pieces) {
  content_filter f{rules};
  filtered out;
  for (std::string piece : pieces) {
    f.take(piece);
    out.content += piece;
  }
  out.content += f.finish();
  out.found = f.findings();
  out.problem = f.problem();
  return out;
}

struct reading {
  std::string normalized;
  std::uint64_t bare_cr = 0;
  std::uint64_t bare_lf = 0;
  std::uint64_t nul = 0;
};

reading read_plainly(const std::string& content) {
  reading r;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    const bool pair = c == '\r' && i + 1 < content.size() && content[i + 1] == '\n';
    if (pair) {
      r.normalized += "\r\n";
      ++i;
    } else if (c == '\r' || c == '\n') {
      r.normalized += "\r\n";
      ++(c == '\r' ? r.bare_cr : r.bare_lf);
    } else {
      r.normalized += c;
      r.nul += c == '\0' ? 1 : 0;
    }
  }
  return r;
}

void check(const std::string& content, const std::vector<std::string>& pieces) {
  const reading r = read_plainly(content);
  const filtered kept = filter({bare_newlines::accept, odd_content::accept, odd_content::accept}, pieces);
  EXPECT_EQ(kept.content, content);
  EXPECT_EQ(kept.found.bare_cr, r.bare_cr);
  EXPECT_EQ(kept.found.bare_lf, r.bare_lf);
  EXPECT_EQ(kept.found.nul, r.nul);
  EXPECT_FALSE(kept.problem);
  const filtered whole = filter({bare_newlines::normalize, odd_content::accept, odd_content::accept}, pieces);
  EXPECT_EQ(whole.content, r.normalized);
  EXPECT_EQ(whole.found.bare_cr, r.bare_cr);
  EXPECT_EQ(whole.found.bare_lf, r.bare_lf);
  EXPECT_FALSE(whole.problem);
  const filtered strict = filter({bare_newlines::reject, odd_content::reject, odd_content::accept}, pieces);
  const bool bare = r.bare_cr + r.bare_lf > 0;
  EXPECT_EQ(strict.problem.has_value(), bare || r.nul > 0);
  if (strict.problem) {
    EXPECT_EQ(*strict.problem, bare ? reply_key::bare_newline : reply_key::nul_octet);
  }
}

TEST(ContentFilter, ReadsEveryMixtureInEveryCutAsItStands) {
  const std::string octets = "a\r\n\0"s;
  for (std::size_t length = 0; length <= 5; ++length) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < length; ++i) count *= octets.size();
    for (std::size_t n = 0; n < count; ++n) {
      std::string content;
      for (std::size_t i = 0, rest = n; i < length; ++i, rest /= octets.size()) content += octets[rest % octets.size()];
      check(content, {content});
      std::vector<std::string> single;
      for (const char c : content) single.emplace_back(1, c);
      check(content, single);
      for (std::size_t at = 1; at < length; ++at) check(content, {content.substr(0, at), "", content.substr(at)});
      if (HasFailure()) FAIL() << testing::PrintToString(content);
    }
  }
}

TEST(ContentFilter, KnowsTheLongestLine) {
  const struct {
    std::string content;
    std::uint64_t longest;
  } table[] = {
      {"", 0},          {"a", 1},          {"\r\n", 2},       {"abc\r\n", 5},         {"a\r\nabcd\r\nab", 6},
      {"a\r\nabcd", 4}, {"ab\ncd\r\n", 7}, {"ab\rcd\r\n", 7}, {"\r\n\r\nabc\r\n", 5},
  };
  for (const auto& row : table)
    for (std::size_t at = 0; at <= row.content.size(); ++at) {
      const auto out = filter({bare_newlines::accept, odd_content::accept, odd_content::accept},
                              {row.content.substr(0, at), row.content.substr(at)});
      EXPECT_EQ(out.found.longest_line, row.longest) << testing::PrintToString(row.content) << " at " << at;
    }
}

TEST(ContentFilter, ALineMayHaveAThousandOctets) {  // RFC 5321 §4.5.3.1.6
  const content_rules rules{bare_newlines::reject, odd_content::reject, odd_content::reject};
  EXPECT_FALSE(filter(rules, {std::string(limits::text_line_octets - 2, 'x') + "\r\n"}).problem);
  EXPECT_EQ(filter(rules, {std::string(limits::text_line_octets - 1, 'x') + "\r\n"}).problem, reply_key::long_line);
}

TEST(ContentFilter, NoticesOctetsOutsideAscii) {
  const content_rules rules;
  EXPECT_FALSE(filter(rules, {"abc\r\n"}).found.eight_bit);
  EXPECT_TRUE(filter(rules, {"abc", "d\x80", "e\r\n"}).found.eight_bit);
}

}  // namespace
}  // namespace smtpscope::test
