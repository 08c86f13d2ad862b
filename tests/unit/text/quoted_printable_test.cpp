#include "smtpscope/text/quoted_printable.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

TEST(QuotedPrintable, ReadsTheExampleOfTheStandard) {
  EXPECT_EQ(*quoted_printable_decode("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country."),
            "Now's the time for all folk to come to the aid of their country.");
}

TEST(QuotedPrintable, EncodesWhatMustBeEncoded) {
  const struct {
    const char* name;
    std::string text;
    std::string encoded;
  } table[] = {
      {"nothing", "", ""},
      {"plain", "Hello, world!", "Hello, world!"},
      {"equals sign", "a=b", "a=3Db"},
      {"UTF-8", "gr\xC3\xBC\xC3\x9F", "gr=C3=BC=C3=9F"},
      {"NUL and controls", "\0\x1b\x7f"s, "=00=1B=7F"},
      {"lone CR", "a\rb", "a=0Db"},
      {"lone LF", "a\nb", "a=0Ab"},
      {"CRLF", "a\r\nb\r\n", "a\r\nb\r\n"},
      {"space inside", "a b", "a b"},
      {"space at the end of a line", "a \r\nb", "a=20\r\nb"},
      {"tab at the end of a line", "a\t\r\nb\t", "a=09\r\nb=09"},
      {"two spaces at the end", "a  \r\n", "a =20\r\n"},
      {"only a space", " ", "=20"},
      {"From at the start", "From me", "=46rom me"},
      {"From inside", "a From me", "a From me"},
      {"Fromage", "Fromage", "Fromage"},
      {"dot alone", ".\r\n", ".\r\n"},
      {"76 characters", std::string(76, 'x'), std::string(76, 'x')},
      {"77 characters", std::string(77, 'x'), std::string(75, 'x') + "=\r\nxx"},
      {"escape at the end of a full line", std::string(73, 'x') + "=", std::string(73, 'x') + "=3D"},
      {"escape that would not fit", std::string(74, 'x') + "=", std::string(74, 'x') + "=\r\n=3D"},
      {"a character is not cut", std::string(72, 'x') + "\xC3\xBCy", std::string(72, 'x') + "=\r\n=C3=BCy"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(quoted_printable_encode(exact_buffer(row.text)), row.encoded) << row.name;
    const auto back = quoted_printable_decode(exact_buffer(row.encoded));
    ASSERT_TRUE(back) << row.name;
    EXPECT_EQ(*back, row.text) << row.name;
  }
}

TEST(QuotedPrintable, AnyOctetsSurviveInShortAsciiLines) {
  unsigned random = 1;
  for (int round = 0; round < 200; ++round) {
    std::string octets;
    for (int i = 0; i < round * 3; ++i) {
      random = random * 1664525U + 1013904223U;
      const unsigned pick = random >> 24;
      octets += pick < 32 ? "\r\n" : pick < 48 ? " " : std::string(1, static_cast<char>(random >> 16));
    }
    const std::string encoded = quoted_printable_encode(exact_buffer(octets));
    EXPECT_TRUE(all_ascii(encoded));
    for (std::size_t begin = 0; begin < encoded.size();) {
      std::size_t end = encoded.find("\r\n", begin);
      if (end == std::string::npos) end = encoded.size();
      ASSERT_LE(end - begin, 76U);
      ASSERT_EQ(encoded.substr(begin, end - begin).find_first_of("\r\n"), std::string::npos);
      begin = end + 2;
    }
    const auto back = quoted_printable_decode(exact_buffer(encoded));
    ASSERT_TRUE(back);
    ASSERT_EQ(*back, octets);
  }
}

TEST(QuotedPrintable, ReadsWhatOthersWrite) {
  EXPECT_EQ(*quoted_printable_decode("=c3=bc"), "\xC3\xBC");
  EXPECT_EQ(*quoted_printable_decode("a= \t\r\nb"), "ab");
  EXPECT_EQ(*quoted_printable_decode("a=\nb"), "ab");
  EXPECT_EQ(*quoted_printable_decode("a="), "a");
  EXPECT_EQ(*quoted_printable_decode("a  \r\nb \n c "), "a\r\nb\n c");
}

TEST(QuotedPrintable, SaysWhenAnEscapeIsNone) {
  for (const std::string& bad : {"=X"s, "=4"s, "a=G0"s, "= x"s, "=\rx"s, "==41"s}) {
    const auto value = quoted_printable_decode(exact_buffer(bad));
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.why().code, errc::invalid_encoding);
  }
  EXPECT_EQ(quoted_printable_read(exact_buffer("a=G0=41=")), "a=G0A");
}

}  // namespace
}  // namespace smtpscope::text
