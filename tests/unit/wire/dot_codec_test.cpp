#include "smtpscope/wire/dot_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/exact_buffer.hpp"

namespace smtpscope::wire {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

using pieces = std::vector<std::string>;

std::string stuff(const pieces& content) {
  dot_stuffer stuffer;
  std::string out;
  for (const auto& piece : content) out += stuffer.stuff(exact_buffer(piece));
  out += stuffer.finish();
  return out;
}

struct unstuffed {
  std::string content;
  std::size_t consumed = 0;
  bool finished = false;
  bool bare = false;
  std::size_t longest = 0;
};

unstuffed unstuff(const pieces& input) {
  dot_unstuffer decoder;
  unstuffed out;
  for (const auto& piece : input) {
    if (decoder.finished()) break;
    const std::size_t taken = decoder.consume(exact_buffer(piece), out.content);
    if (!decoder.finished()) {
      EXPECT_EQ(taken, piece.size());
    }
    out.consumed += taken;
  }
  out.finished = decoder.finished();
  out.bare = decoder.saw_bare_cr_or_lf();
  out.longest = decoder.longest_line();
  return out;
}

// The text whole, in single bytes, and cut in two at every place.
std::vector<pieces> every_way(const std::string& text) {
  std::vector<pieces> ways{{text}};
  pieces single;
  for (const char c : text) single.emplace_back(1, c);
  ways.push_back(single);
  for (std::size_t i = 0; i <= text.size(); ++i) ways.push_back({text.substr(0, i), text.substr(i)});
  return ways;
}

TEST(DotStuffer, DoublesADotAtTheStartOfALineOnly) {
  const struct {
    const char* name;
    std::string content;
    std::string stuffed;
  } table[] = {
      {"nothing", "", ""},
      {"no dot", "abc\r\n", "abc\r\n"},
      {"dot inside", "a.b\r\n", "a.b\r\n"},
      {"dot first", ".abc\r\n", "..abc\r\n"},
      {"one dot", ".\r\n", "..\r\n"},
      {"two dots", "..\r\n", "...\r\n"},
      {"second line", "a\r\n.b\r\n", "a\r\n..b\r\n"},
      {"every line", ".\r\n.\r\n.\r\n", "..\r\n..\r\n..\r\n"},
      {"no end of line", "abc", "abc\r\n"},
      {"one dot, no end of line", ".", "..\r\n"},
      {"ends in CR", "abc\r", "abc\r\r\n"},
      {"ends in LF", "abc\n", "abc\n\r\n"},
      {"a lone LF starts no line", "a\n.b\r\n", "a\n.b\r\n"},
      {"a lone CR starts no line", "a\r.b\r\n", "a\r.b\r\n"},
      {"LF CR starts no line", "a\n\r.b\r\n", "a\n\r.b\r\n"},
      {"CR CR LF starts a line", "a\r\r\n.b\r\n", "a\r\r\n..b\r\n"},
      {"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n..\r\n"},
  };
  for (const auto& row : table)
    for (const auto& way : every_way(row.content)) EXPECT_EQ(stuff(way), row.stuffed) << row.name;
}

TEST(DotStuffer, EmptyPiecesChangeNothing) {
  EXPECT_EQ(stuff({"", "a\r\n", "", ".b", "", "\r\n", ""}), "a\r\n..b\r\n");
}

TEST(DotStuffer, CanBeUsedAgainAfterFinish) {
  dot_stuffer stuffer;
  EXPECT_EQ(stuffer.stuff("a"), "a");
  EXPECT_EQ(stuffer.finish(), "\r\n");
  EXPECT_EQ(stuffer.finish(), "");
  EXPECT_EQ(stuffer.stuff(".b\r\n"), "..b\r\n");
}

TEST(DotUnstuffer, EndsAtCrlfDotCrlf) {
  const struct {
    const char* name;
    std::string input;
    std::string content;
  } table[] = {
      {"empty content", ".\r\n", ""},
      {"one line", "abc\r\n.\r\n", "abc\r\n"},
      {"stuffed dot", "..\r\n.\r\n", ".\r\n"},
      {"stuffed dots", "...a\r\n..b\r\n.\r\n", "..a\r\n.b\r\n"},
      {"dot that was not stuffed", ".a\r\n.\r\n", "a\r\n"},
      {"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n"},
      {"dots inside", "a.b.\r\n.\r\n", "a.b.\r\n"},
  };
  for (const auto& row : table) {
    for (const std::string& trailing : {""s, "QUIT\r\n"s, ".\r\n"s, "\r\n.\r\n"s, "."s, "\r"s}) {
      for (const auto& way : every_way(row.input + trailing)) {
        const unstuffed got = unstuff(way);
        EXPECT_TRUE(got.finished) << row.name;
        EXPECT_EQ(got.content, row.content) << row.name;
        EXPECT_EQ(got.consumed, row.input.size()) << row.name << ": what follows is not content";
        EXPECT_FALSE(got.bare) << row.name;
      }
    }
  }
}

// Everything that servers were found to take for the end of the content (CVE-2023-51764, -51765,
// -51766), followed by the commands an attacker would smuggle.
const struct {
  const char* name;
  std::string ending;
  std::string content;  // what it is instead, as content
} smuggling[] = {
    {"LF . LF", "\n.\n", "\n.\n"},
    {"LF . CR", "\n.\r", "\n.\r"},
    {"CR . LF", "\r.\n", "\r.\n"},
    {"CR . CR", "\r.\r", "\r.\r"},
    {"LF . CRLF", "\n.\r\n", "\n.\r\n"},
    {"CR . CRLF", "\r.\r\n", "\r.\r\n"},
    {"CRLF . LF", "\r\n.\n", "\r\n\n"},
    {"CRLF . CR", "\r\n.\r", "\r\n\r"},
    {"CRLF . CR CRLF", "\r\n.\r\r\n", "\r\n\r\r\n"},
    {"CR CRLF . CR CRLF", "\r\r\n.\r\r\n", "\r\r\n\r\r\n"},
    {"CRLF NUL . CRLF", "\r\n\0.\r\n"s, "\r\n\0.\r\n"s},
    {"CRLF . NUL CRLF", "\r\n.\0\r\n"s, "\r\n\0\r\n"s},
    {"CRLF . space CRLF", "\r\n. \r\n", "\r\n \r\n"},
    {"CRLF space . CRLF", "\r\n .\r\n", "\r\n .\r\n"},
    {"LF LF . CRLF", "\n\n.\r\n", "\n\n.\r\n"},
    {"CRLF . LF CRLF", "\r\n.\n\r\n", "\r\n\n\r\n"},
};
constexpr std::string_view payload = "MAIL FROM:<admin@x.example>\r\nRCPT TO:<victim@y.example>\r\nDATA\r\nhi";

TEST(DotUnstuffer, EndsOnlyAtCrlfDotCrlf) {
  for (const auto& row : smuggling) {
    const std::string inner = "text" + row.ending + std::string(payload);
    for (const std::string& input : {inner, inner + "\r\n.\r\n"}) {
      const bool whole = input.size() > inner.size();
      for (const auto& way : every_way(input)) {
        const unstuffed got = unstuff(way);
        EXPECT_EQ(got.finished, whole) << row.name;
        EXPECT_EQ(got.content, "text" + row.content + std::string(payload) + (whole ? "\r\n" : "")) << row.name;
        EXPECT_EQ(got.consumed, input.size()) << row.name;
      }
    }
  }
}

TEST(DotUnstuffer, EndsOnlyAtDotCrlfWhenContentIsEmpty) {
  const struct {
    std::string input;
    std::string content;
  } table[] = {
      {".\n", "\n"},         {".\r", ""},           {"\n.\r\n", "\n.\r\n"},   {"\r.\r\n", "\r.\r\n"},
      {".\r\r\n", "\r\r\n"}, {".\n\r\n", "\n\r\n"}, {"\0.\r\n"s, "\0.\r\n"s}, {".\0\r\n"s, "\0\r\n"s},
      {" .\r\n", " .\r\n"},  {"..\r\n", ".\r\n"},
  };
  for (const auto& row : table) {
    for (const auto& way : every_way(row.input)) {
      const unstuffed got = unstuff(way);
      EXPECT_FALSE(got.finished) << testing::PrintToString(row.input);
      EXPECT_EQ(got.content, row.content) << testing::PrintToString(row.input);
    }
  }
}

TEST(DotUnstuffer, NoticesEveryBareCrOrLf) {
  const struct {
    const char* name;
    std::string input;
    bool bare;
  } table[] = {
      {"clean", "a\r\nb\r\n..c\r\n.\r\n", false},
      {"empty lines", "\r\n\r\n.\r\n", false},
      {"LF", "a\nb\r\n.\r\n", true},
      {"CR", "a\rb\r\n.\r\n", true},
      {"CR before CRLF", "a\r\r\n.\r\n", true},
      {"LF first", "\na\r\n.\r\n", true},
      {"CR first", "\ra\r\n.\r\n", true},
      {"LF behind CRLF", "a\r\n\n.\r\n", true},
      {"dot LF", "a\r\n.\nb\r\n.\r\n", true},
      {"dot CR", "a\r\n.\rb\r\n.\r\n", true},
      {"dot CR CRLF", "a\r\n.\r\r\n.\r\n", true},
      {"CR then LF later", "a\rb\nc\r\n.\r\n", true},
      {"far CR", std::string(500, 'a') + "\r" + std::string(500, 'b') + "\r\n.\r\n", true},
  };
  for (const auto& row : table)
    for (const auto& way : every_way(row.input)) EXPECT_EQ(unstuff(way).bare, row.bare) << row.name;
}

TEST(DotUnstuffer, MeasuresTheLongestLineWithoutStuffedDots) {
  const struct {
    const char* name;
    std::string input;
    std::size_t longest;
  } table[] = {
      {"nothing", "", 0},
      {"empty content", ".\r\n", 0},
      {"empty line", "\r\n.\r\n", 2},
      {"one line", "abc\r\n.\r\n", 5},
      {"longest first", "abcdef\r\nab\r\n.\r\n", 8},
      {"longest last", "ab\r\nabcdef\r\n.\r\n", 8},
      {"stuffed", "..abc\r\n.\r\n", 6},
      {"unfinished", "abc", 3},
      {"unfinished at CR", "abc\r", 4},
      {"lone LF is part of the line", "ab\ncd\r\n.\r\n", 7},
      {"lone CR is part of the line", "ab\rcd\r\n.\r\n", 7},
      {"dot CR is part of the line", ".\rcd\r\n.\r\n", 5},
      {"998 and CRLF", std::string(998, 'a') + "\r\n.\r\n", 1000},
      {"999 and CRLF", std::string(999, 'a') + "\r\n.\r\n", 1001},
  };
  for (const auto& row : table)
    for (const auto& way : every_way(row.input)) EXPECT_EQ(unstuff(way).longest, row.longest) << row.name;
}

TEST(DotUnstuffer, TakesNothingAfterTheEnd) {
  dot_unstuffer decoder;
  std::string out;
  EXPECT_EQ(decoder.consume("a\r\n.\r\n", out), 6U);
  ASSERT_TRUE(decoder.finished());
  EXPECT_EQ(decoder.consume("RSET\r\n", out), 0U);
  EXPECT_EQ(out, "a\r\n");
}

// For every content: what is stuffed unstuffs to the same, at every cut of either side.
TEST(DotCodec, EveryShortContentSurvivesTheWay) {
  const std::string alphabet = ".\r\na";
  for (int length = 0; length <= 6; ++length) {
    int count = 1;
    for (int i = 0; i < length; ++i) count *= 4;
    for (int n = 0; n < count; ++n) {
      std::string content;
      for (int i = 0, rest = n; i < length; ++i, rest /= 4) content += alphabet[static_cast<std::size_t>(rest % 4)];
      const std::string stuffed = stuff({content});
      const bool ends_line = content.empty() || (length >= 2 && content.substr(content.size() - 2) == "\r\n");
      const std::string expected = content + (ends_line ? "" : "\r\n");
      const std::size_t cut = static_cast<std::size_t>(n) % (content.size() + 1);
      ASSERT_EQ(stuff({content.substr(0, cut), content.substr(cut)}), stuffed) << testing::PrintToString(content);
      const std::string input = stuffed + std::string(end_of_content) + "NOOP\r\n";
      for (const pieces& way : {pieces{input}, pieces{input.substr(0, cut + 1), input.substr(cut + 1)}}) {
        const unstuffed got = unstuff(way);
        ASSERT_TRUE(got.finished) << testing::PrintToString(content);
        ASSERT_EQ(got.content, expected) << testing::PrintToString(content);
        ASSERT_EQ(got.consumed, stuffed.size() + end_of_content.size()) << testing::PrintToString(content);
      }
    }
  }
}

}  // namespace
}  // namespace smtpscope::wire
