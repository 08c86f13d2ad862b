#include "smtpscope/mime/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::mime {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

// Value of the one field in `bytes`, as a reader sees it.
std::string read_back(const std::string& bytes) {
  const message_tree tree = read(exact_buffer(bytes + "\r\n"));
  EXPECT_EQ(tree.parts.at(0).headers.size(), 1U) << bytes;
  return tree.parts.at(0).headers.at(0).value;
}

// Every line is ASCII without controls, at most `limit` long, ends in CRLF and has content.
void expect_lines(const std::string& bytes, std::size_t limit) {
  ASSERT_GE(bytes.size(), 2U);
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos) << bytes;
    const std::string line = bytes.substr(begin, end - begin);
    EXPECT_LE(line.size(), limit) << bytes;
    EXPECT_NE(line.find_first_not_of(" \t"), std::string::npos) << "a line without content";
    for (const char c : line) EXPECT_TRUE(text::is_ascii(c) && !text::is_control(c)) << bytes;
    EXPECT_EQ(begin > 0, line.front() == ' ') << "only folded lines begin with a blank";
    begin = end + 2;
  }
}

TEST(UnstructuredField, IsPlainWhereItCanBe) {
  EXPECT_EQ(*unstructured_field("Subject", "Hello, world!"), "Subject: Hello, world!\r\n");
  EXPECT_EQ(*unstructured_field("Subject", "two  spaces"), "Subject: two  spaces\r\n");
  EXPECT_EQ(*unstructured_field("Subject", ""), "Subject:\r\n");
  EXPECT_EQ(*unstructured_field("Subject", "  x "), "Subject: x\r\n");
  EXPECT_EQ(*unstructured_field("X-1", "a?=b_c=d"), "X-1: a?=b_c=d\r\n");
}

TEST(UnstructuredField, EncodesFromTheFirstForeignWordToTheLast) {
  EXPECT_EQ(*unstructured_field("Subject",
                                "Re: Gr\xC3\xBC\xC3\x9F"
                                "e today"),
            "Subject: Re: =?utf-8?B?R3LDvMOfZQ==?= today\r\n");
  EXPECT_EQ(*unstructured_field("Subject", "a \xC3\xA9 b \xC3\xA9 c"), "Subject: a =?utf-8?B?w6kgYiDDqQ==?= c\r\n");
  EXPECT_EQ(*unstructured_field("Subject", "=?utf-8?Q?x?="), "Subject: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?=\r\n");
  EXPECT_EQ(*unstructured_field("Subject", "a\tb"), "Subject: =?utf-8?B?YQli?=\r\n");
}

TEST(UnstructuredField, EveryValueSurvivesInShortLines) {
  const std::string foreign = "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82";
  for (const std::string& unit : {"word "s, "\xC3\xBC "s, foreign, "ab \xF0\x9F\x98\x80  cd "s, "x"s, "=?utf-8?Q?x?= "s,
                                  "a" + std::string(70, ' ') + "b "}) {
    for (std::size_t count = 1; count < 60; count += 3) {
      std::string value;
      for (std::size_t i = 0; i < count; ++i) value += unit;
      value += ".";
      const auto field = unstructured_field("Subject", exact_buffer(value));
      ASSERT_TRUE(field);
      expect_lines(*field, 78);
      EXPECT_EQ(read_back(*field), value);
    }
  }
}

TEST(UnstructuredField, BlanksOfAnyLengthNeverMakeAnEmptyLine) {
  for (std::size_t first = 1; first < 90; ++first) {
    for (std::size_t second = 1; second < 90; ++second) {
      const std::string value = "%" + std::string(first, ' ') + "\xC3\xBC" + std::string(second, ' ') + "x?=";
      const auto field = unstructured_field("Subject", value);
      expect_lines(*field, 78);
      ASSERT_EQ(read_back(*field), value);
    }
  }
}

TEST(UnstructuredField, LongWordsNeverMakeALineTooLong) {
  for (const std::size_t size : {77U, 200U, 500U, 501U, 5000U}) {
    const std::string value = "see " + std::string(size, 'w') + " end";
    const auto field = unstructured_field("Subject", value);
    expect_lines(*field, size <= 500 ? 998 : 78);
    EXPECT_EQ(read_back(*field), value);
  }
  const std::string spaces = "a" + std::string(3000, ' ') + "b";
  expect_lines(*unstructured_field("Subject", spaces), 78);
  EXPECT_EQ(read_back(*unstructured_field("Subject", spaces)), spaces);
}

const struct {
  const char* name;
  std::string value;
  errc code;
} attacks[] = {
    {"CRLF", "Hi\r\nBcc: victim@x", errc::forbidden_character},
    {"LF", "Hi\nBcc: victim@x", errc::forbidden_character},
    {"CR", "Hi\rBcc: victim@x", errc::forbidden_character},
    {"folding", "Hi\r\n there", errc::forbidden_character},
    {"end of headers", "Hi\r\n\r\nbody", errc::forbidden_character},
    {"NUL", "Hi\0x"s, errc::forbidden_character},
    {"escape", "Hi\x1b[2J", errc::forbidden_character},
    {"DEL", "Hi\x7f", errc::forbidden_character},
    {"trailing LF", "Hi\n", errc::forbidden_character},
    {"leading CR", "\rHi", errc::forbidden_character},
    {"surrogate", "Hi\xED\xA0\x80", errc::invalid_encoding},
    {"cut character", "Hi\xC3", errc::invalid_encoding},
    {"overlong LF", "Hi\xC0\x8A", errc::invalid_encoding},
};

TEST(HeaderFields, NothingCanBeInjected) {
  const wire::mailbox m = *wire::mailbox::parse("a@b");
  for (const auto& row : attacks) {
    const exact_buffer value(row.value);
    const std::string text(value.view());
    for (const auto& field :
         {unstructured_field("Subject", value), address_field("Subject", {{text, m}}),
          parameter_field("Subject", value), parameter_field("Subject", "attachment", {{"filename", text}})}) {
      ASSERT_FALSE(field) << row.name;
      EXPECT_EQ(field.why().code, row.code) << row.name;
      EXPECT_EQ(field.why().detail.substr(0, 7), "Subject") << "the field is named: " << field.why().detail;
      EXPECT_EQ(field.why().detail.find("victim"), std::string::npos);
    }
  }
}

TEST(HeaderFields, NamesAreCheckedToo) {
  const wire::mailbox m = *wire::mailbox::parse("a@b");
  for (const std::string& name :
       {""s, "a b"s, "a:"s, "Subject\r\nBcc"s, "\xC3\xBC"s, "a\0"s, "a\x7f"s, std::string(77, 'a')}) {
    EXPECT_FALSE(is_field_name(name));
    for (const auto& field :
         {unstructured_field(name, "x"), address_field(name, {{"", m}}), parameter_field(name, "x")}) {
      ASSERT_FALSE(field) << name;
      EXPECT_EQ(field.why().code, errc::invalid_header);
    }
  }
  for (const std::string& attribute : {""s, "file name"s, "a\r\nb"s, "a;b"s, "\xC3\xBC"s, "a="s}) {
    const auto field = parameter_field("Content-Type", "text/plain", {{attribute, "x"}});
    ASSERT_FALSE(field) << attribute;
    EXPECT_EQ(field.why().code, errc::invalid_header);
  }
}

TEST(HeaderFields, SeparatorsOfOtherScriptsAreEncoded) {
  const std::string value =
      "a\xE2\x80\xA8"
      "b\xE2\x80\xA9"
      "c\xC2\x85"
      "d";  // U+2028, U+2029, NEL
  const auto field = unstructured_field("Subject", value);
  expect_lines(*field, 78);
  EXPECT_EQ(read_back(*field), value);
}

std::vector<named_mailbox> list(std::string_view text) { return *parse_address_list(text); }

TEST(AddressField, WritesNamesInTheirSimplestForm) {
  const struct {
    const char* typed;
    const char* written;
  } table[] = {
      {"a@b", "To: a@b\r\n"},
      {"Alice <a@b>", "To: Alice <a@b>\r\n"},
      {"Alice O'Neil-Smith <a@b>", "To: Alice O'Neil-Smith <a@b>\r\n"},
      {"Dr. Alice <a@b>", "To: \"Dr. Alice\" <a@b>\r\n"},
      {"\"Toklas, Alice\" <a@b>", "To: \"Toklas, Alice\" <a@b>\r\n"},
      {"\"a \\\"b\\\" \\\\c\" <a@b>", "To: \"a \\\"b\\\" \\\\c\" <a@b>\r\n"},
      {"J\xC3\xB6rg <a@b>", "To: =?utf-8?B?SsO2cmc=?= <a@b>\r\n"},
      {"\"x@y.example\" <a@b>", "To: \"x@y.example\" <a@b>\r\n"},
      {"\"=?utf-8?Q?x?=\" <a@b>", "To: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <a@b>\r\n"},
      {"\"<evil@x>\" <a@b>", "To: \"<evil@x>\" <a@b>\r\n"},
      {"a@b, Bob <c@d>", "To: a@b, Bob <c@d>\r\n"},
  };
  for (const auto& row : table) EXPECT_EQ(*address_field("To", list(row.typed)), row.written);
}

TEST(AddressField, FoldsBetweenAddressesAndNeverInsideOne) {
  std::string typed;
  for (int i = 0; i < 40; ++i)
    typed +=
        "Name Number " + std::to_string(i) + " J\xC3\xB6rg <somebody." + std::to_string(i) + "@mail.example.org>, ";
  const auto mailboxes = list(typed);
  const auto field = address_field("Cc", mailboxes);
  expect_lines(*field, 78);
  for (const auto& m : mailboxes) EXPECT_NE(field->find("<" + m.address.text() + ">"), std::string::npos);
  const std::string value = read_back(*field);
  EXPECT_EQ(value.substr(0, 60), "Name Number 0 J\xC3\xB6rg <somebody.0@mail.example.org>, Name Numb");
  const std::string huge =
      "a@" + std::string(60, 'd') + "." + std::string(60, 'd') + "." + std::string(60, 'd') + ".example";
  expect_lines(*address_field("To", list("x@y, " + huge + ", z@y")), 998);
  EXPECT_EQ(address_field("To", {}).why().code, errc::invalid_argument);
}

TEST(AddressField, LongNamesAreFoldedToo) {
  const auto mailboxes =
      list("\"" + std::string(300, 'n') + ", \xE2\x82\xAC\" <a@b>, \"" + std::string(500, '.') + "\" <c@d>");
  const auto field = address_field("To", mailboxes);
  expect_lines(*field, 78);
  EXPECT_EQ(read_back(*field), std::string(300, 'n') + ", \xE2\x82\xAC <a@b>, " + std::string(500, '.') + " <c@d>");
}

TEST(ParameterField, QuotesAndFoldsValues) {
  EXPECT_EQ(*parameter_field("Content-Type", "text/plain", {{"charset", "utf-8"}}),
            "Content-Type: text/plain; charset=utf-8\r\n");
  EXPECT_EQ(*parameter_field("Content-Disposition", "attachment", {{"filename", "a\"\\b;c=d.html"}}),
            "Content-Disposition: attachment; filename=\"a\\\"\\\\b;c=d.html\"\r\n");
  EXPECT_EQ(*parameter_field("Content-Disposition", "attachment", {{"filename", "na\xC3\xAFve caf\xC3\xA9.png"}}),
            "Content-Disposition: attachment; filename*=UTF-8''na%C3%AFve%20caf%C3%A9.png;\r\n"
            " filename=\"na_ve caf_.png\"\r\n");
}

TEST(ParameterField, EveryFileNameSurvives) {
  for (const std::string& name :
       {"a.txt"s, "a\"; filename=evil.exe"s, "it's 100% \\o/.png"s, "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E.pdf"s,
        std::string(255, 'x'), std::string(255, '"'), std::string(253, 'y') + "\xC3\xA9", "utf-8''%41"s,
        "=?utf-8?Q?x?=\xC3\xA9"s}) {
    const auto field = parameter_field("Content-Disposition", "attachment", {{"filename", name}});
    ASSERT_TRUE(field) << name;
    expect_lines(*field, 998);
    const message_tree tree = read(*field + "\r\n");
    if (name.find("=?") == std::string::npos) {
      EXPECT_EQ(tree.parts.at(0).file_name, name);
    }
  }
  const auto long_name = parameter_field("Content-Disposition", "attachment", {{"filename", std::string(256, 'x')}});
  ASSERT_FALSE(long_name);
  EXPECT_EQ(long_name.why().code, errc::invalid_argument);
  EXPECT_NE(long_name.why().detail.find("filename"), std::string::npos);
}

}  // namespace
}  // namespace smtpscope::mime
