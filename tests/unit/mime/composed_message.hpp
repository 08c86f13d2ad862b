#pragma once
// Drafts to compose, and what holds for every message that was composed.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/mime/composer.hpp"
#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::mime::test {

inline draft simple(std::string text = "Hello\n") {
  draft d{*parse_named_mailbox("Alice <alice@example.org>"),
          *parse_address_list("bob@example.com"),
          {},
          {},
          "Greetings",
          std::move(text),
          {},
          895754009,
          -420,
          "1.2@client.example",
          "seed"};
  return d;
}

inline composed must_compose(const draft& d) {
  auto c = compose(d);
  EXPECT_TRUE(c) << c.why().detail;
  return *c;
}

// What every message must keep to, whatever was written.
inline void expect_legal(const composed& c) {
  const std::string& bytes = c.bytes;
  ASSERT_GE(bytes.size(), 4U);
  EXPECT_EQ(bytes.substr(bytes.size() - 2), "\r\n");
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos);
    const std::string_view line = std::string_view(bytes).substr(begin, end - begin);
    ASSERT_LE(line.size(), limits::header_line_must);
    ASSERT_EQ(line.find_first_of(std::string_view("\r\n\0", 3)), std::string_view::npos);
    ASSERT_TRUE(text::all_ascii(line));
    begin = end + 2;
  }
  ASSERT_FALSE(c.parts.empty());
  EXPECT_EQ(c.parts[0].begin, 0U);
  EXPECT_EQ(c.parts[0].end, bytes.size());
  for (std::size_t i = 0; i < c.parts.size(); ++i) {
    const part_range& p = c.parts[i];
    EXPECT_LE(p.begin, p.body_begin);
    EXPECT_LE(p.body_begin, p.end);
    EXPECT_EQ(bytes.substr(p.body_begin - 4, 4), "\r\n\r\n") << "an empty line ends the header";
    EXPECT_EQ(p.parent < 0, i == 0);
    if (p.parent >= 0) {
      const part_range& up = c.parts[static_cast<std::size_t>(p.parent)];
      EXPECT_GT(p.begin, up.body_begin);
      EXPECT_LT(p.end, up.end);
    }
    if (p.encoding == "7bit") continue;
    for (std::size_t begin = p.body_begin; begin < p.end;) {
      const std::size_t end = std::min<std::size_t>(bytes.find("\r\n", begin), p.end);
      ASSERT_LE(end - begin, limits::encoded_line) << p.media_type;
      begin = end + 2;
    }
  }
}

// An independent reader finds the very same parts.
inline void expect_same_parts(const composed& c) {
  const message_tree tree = read(c.bytes);
  ASSERT_EQ(tree.parts.size(), c.parts.size());
  for (std::size_t i = 0; i < c.parts.size(); ++i) {
    EXPECT_EQ(tree.parts[i].begin, c.parts[i].begin) << i;
    EXPECT_EQ(tree.parts[i].body_begin, c.parts[i].body_begin) << i;
    EXPECT_EQ(tree.parts[i].end, c.parts[i].end) << i;
    EXPECT_EQ(tree.parts[i].parent, c.parts[i].parent) << i;
    EXPECT_EQ(tree.parts[i].media_type, c.parts[i].media_type) << i;
    EXPECT_EQ(tree.parts[i].encoding, c.parts[i].encoding) << i;
    EXPECT_EQ(tree.parts[i].file_name, c.parts[i].file_name) << i;
    EXPECT_EQ(tree.parts[i].content_id, c.parts[i].content_id) << i;
  }
}

}  // namespace smtpscope::mime::test
