#include "smtpscope/wire/line_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/exact_buffer.hpp"

namespace smtpscope::wire {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

// What a reader says: lines, and "!" for a line that was too long.
std::vector<std::string> drain(line_reader& reader) {
  std::vector<std::string> out;
  while (auto line = reader.next()) {
    if (*line) {
      out.push_back(**line);
    } else {
      EXPECT_EQ(line->why().code, errc::line_too_long);
      out.emplace_back("!");
    }
  }
  return out;
}

void add(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

const struct {
  const char* name;
  std::string bytes;
  std::vector<std::string> lines;
  std::string rest;  // what is not a whole line
} table[] = {
    {"nothing", "", {}, ""},
    {"one line", "EHLO a\r\n", {"EHLO a\r\n"}, ""},
    {"empty line", "\r\n", {"\r\n"}, ""},
    {"three lines", "a\r\nb\r\n\r\n", {"a\r\n", "b\r\n", "\r\n"}, ""},
    {"unfinished", "a\r\nbc", {"a\r\n"}, "bc"},
    {"unfinished at CR", "a\r\nbc\r", {"a\r\n"}, "bc\r"},
    {"a lone LF ends nothing", "a\nb\r\n", {"a\nb\r\n"}, ""},
    {"a lone CR ends nothing", "a\rb\r\n", {"a\rb\r\n"}, ""},
    {"LF first", "\na\r\n", {"\na\r\n"}, ""},
    {"LF behind CRLF", "a\r\n\nb\r\n", {"a\r\n", "\nb\r\n"}, ""},
    {"LF CR", "a\n\rb\r\n", {"a\n\rb\r\n"}, ""},
    {"CR CR LF", "a\r\r\nb", {"a\r\r\n"}, "b"},
    {"NUL", "a\0b\r\n"s, {"a\0b\r\n"s}, ""},
    {"octets over 127", "\xff\xfe\r\n", {"\xff\xfe\r\n"}, ""},
    {"longest line", "123456789012345678\r\n", {"123456789012345678\r\n"}, ""},
    {"one octet too long", "1234567890123456789\r\nb\r\n", {"!", "b\r\n"}, ""},
    {"far too long", std::string(100, 'x') + "\r\nb\r\n", {"!", "b\r\n"}, ""},
    {"two too long", std::string(50, 'x') + "\r\n" + std::string(50, 'y') + "\r\nz\r\n", {"!", "!", "z\r\n"}, ""},
    {"too long, full of lone LF", std::string(50, '\n') + "\r\nb\r\n", {"!", "b\r\n"}, ""},
    {"too long, full of lone CR", std::string(50, '\r') + "\nb\r\n", {"!", "b\r\n"}, ""},
    {"too long, CRs around the bound", std::string(18, 'x') + "\r\r\r\nb\r\n", {"!", "b\r\n"}, ""},
};
constexpr std::size_t bound = 20;

TEST(LineReader, GivesTheSameLinesHoweverBytesArrive) {
  for (const auto& row : table) {
    {
      line_reader whole(bound);
      whole.append(exact_buffer(row.bytes));
      EXPECT_EQ(drain(whole), row.lines) << row.name;
      EXPECT_EQ(whole.buffered(), row.rest) << row.name;
    }
    line_reader single(bound);
    std::vector<std::string> lines;
    for (const char c : row.bytes) {
      single.append(exact_buffer(std::string_view(&c, 1)));
      add(lines, drain(single));
    }
    EXPECT_EQ(lines, row.lines) << row.name << ", byte by byte";
    EXPECT_EQ(single.buffered(), row.rest) << row.name;
    for (std::size_t split = 0; split <= row.bytes.size(); ++split) {
      line_reader reader(bound);
      reader.append(exact_buffer(row.bytes.substr(0, split)));
      auto got = drain(reader);
      reader.append(exact_buffer(row.bytes.substr(split)));
      add(got, drain(reader));
      EXPECT_EQ(got, row.lines) << row.name << ", split at " << split;
      EXPECT_EQ(reader.buffered(), row.rest) << row.name << ", split at " << split;
    }
  }
}

TEST(LineReader, TrailingBytesStayBuffered) {
  line_reader reader(512);
  reader.append("220 Ready\r\n250-evil\r\nXXXX");
  ASSERT_EQ(**reader.next(), "220 Ready\r\n");
  EXPECT_EQ(reader.buffered(), "250-evil\r\nXXXX");
  EXPECT_EQ(reader.take_all(), "250-evil\r\nXXXX");
  EXPECT_EQ(reader.buffered(), "");
  EXPECT_FALSE(reader.next());
  reader.append("QUIT\r\n");
  EXPECT_EQ(**reader.next(), "QUIT\r\n");
}

TEST(LineReader, AnEndlessLineIsReportedOnceAndNotKept) {
  line_reader reader(100);
  int errors = 0;
  for (int i = 0; i < 1000; ++i) {
    reader.append(std::string(1000, 'x'));
    for (const auto& line : drain(reader)) errors += line == "!" ? 1 : 0;
    ASSERT_LE(reader.buffered().size(), 1U);
  }
  EXPECT_EQ(errors, 1);
  reader.append("\r\nNOOP\r\n");
  EXPECT_EQ(drain(reader), std::vector<std::string>{"NOOP\r\n"});
}

TEST(LineReader, ALineIsTooLongAsSoonAsItCannotEndInTime) {
  line_reader reader(20);
  reader.append(std::string(19, 'x'));
  EXPECT_FALSE(reader.next());
  reader.append("x");
  EXPECT_EQ(drain(reader), std::vector<std::string>{"!"});
}

TEST(LineReader, TheBoundCanGrowForTheNextLine) {
  line_reader reader(10);
  reader.append("12345678\r\n");
  EXPECT_EQ(drain(reader).size(), 1U);
  reader.set_max(30);
  reader.append("1234567890123456789012345678\r\n");
  EXPECT_EQ(drain(reader), std::vector<std::string>{"1234567890123456789012345678\r\n"});
  reader.set_max(10);
  reader.append("1234567890123456789012345678\r\n");
  EXPECT_EQ(drain(reader), std::vector<std::string>{"!"});
}

TEST(LineReader, ManyLinesInOnePieceComeOutInOrder) {
  line_reader reader(512);
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += std::to_string(i) + "\r\n";
  reader.append(bytes);
  for (int i = 0; i < 20000; ++i) {
    auto line = reader.next();
    ASSERT_TRUE(line && *line);
    ASSERT_EQ(**line, std::to_string(i) + "\r\n");
    if (i % 100 == 0) reader.append("");
  }
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace smtpscope::wire
