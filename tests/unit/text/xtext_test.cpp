#include "smtpscope/text/xtext.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

TEST(Xtext, WritesAndReadsTheStandardsExample) {
  EXPECT_EQ(xtext_encode("e=mc2@example.com"), "e+3Dmc2@example.com");  // RFC 4954 §5
  EXPECT_EQ(*xtext_decode("e+3Dmc2@example.com"), "e=mc2@example.com");
  EXPECT_EQ(xtext_encode("QQ314159"), "QQ314159");
  EXPECT_EQ(xtext_encode("a+b c"), "a+2Bb+20c");
  EXPECT_EQ(xtext_encode(""), "");
}

TEST(Xtext, EveryOctetComesBack) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string text = "a" + std::string(1, static_cast<char>(octet)) + "b";
    const std::string encoded = xtext_encode(text);
    for (const char c : encoded) EXPECT_TRUE(c > ' ' && c < 127 && c != '=') << octet;
    const auto decoded = xtext_decode(exact_buffer(encoded));
    ASSERT_TRUE(decoded) << octet;
    EXPECT_EQ(*decoded, text);
  }
}

TEST(Xtext, RefusesWhatIsNoXtext) {
  for (const std::string& text : {"+"s, "a+"s, "a+4"s, "+4G"s, "+3d"s, "++41"s, "a=b"s, "a b"s, "a\tb"s, "\xC3\xBC"s,
                                  "a\r\n"s, "a\0"s, "\x7f"s}) {
    const auto decoded = xtext_decode(exact_buffer(text));
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.why().code, errc::invalid_encoding);
  }
}

TEST(Unitext, WritesBothForms) {
  const std::string address = "d\xC3\xB6rte+x@\xE4\xBE\x8B.example";
  EXPECT_EQ(unitext_encode(address, unitext::seven_bit), "d\\x{F6}rte\\x{2B}x@\\x{4F8B}.example");
  EXPECT_EQ(unitext_encode(address, unitext::utf8), "d\xC3\xB6rte\\x{2B}x@\xE4\xBE\x8B.example");
  EXPECT_EQ(unitext_encode("\"a b\\\\=\"@c", unitext::utf8), "\"a\\x{20}b\\x{5C}\\x{5C}\\x{3D}\"@c");
  EXPECT_EQ(unitext_encode("\xF0\x9F\x98\x80", unitext::seven_bit), "\\x{1F600}");
  EXPECT_EQ(unitext_encode("\xF4\x8F\xBF\xBD", unitext::seven_bit), "\\x{10FFFD}");
  EXPECT_EQ(unitext_encode("\xE0\xA0\x80", unitext::seven_bit), "\\x{800}");
}

TEST(Unitext, ReadsWhatItWrites) {
  for (const char* address : {"a@b", "d\xC3\xB6rte@\xE4\xBE\x8B.example", "\"a b\\\\+=\"@c", "\xF4\x8F\xBF\xBD@x"}) {
    for (const unitext form : {unitext::seven_bit, unitext::utf8}) {
      const auto decoded = unitext_decode(exact_buffer(unitext_encode(address, form)));
      ASSERT_TRUE(decoded) << address;
      EXPECT_EQ(*decoded, address);
    }
  }
}

TEST(Unitext, RefusesBrokenAndNeedlessEscapes) {
  for (const std::string& text :
       {"a+2Bb"s,        "a=b"s,       "a b"s,     "\\"s,       "\\x"s,       "\\x{"s,    "\\x{}"s,     "\\x{4F8B"s,
        "\\x{4f8b}"s,    "\\x{41}"s,   "\\x{0A}"s, "\\x{0}"s,   "\\x{0020}"s, "\\x{85}"s, "\\x{D800}"s, "\\x{110000}"s,
        "\\x{1000000}"s, "\\u{4F8B}"s, "\xC3"s,    "\xC2\x85"s, "a\r"s,       "\x7f"s}) {
    const auto decoded = unitext_decode(exact_buffer(text));
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.why().code, errc::invalid_encoding);
  }
}

}  // namespace
}  // namespace smtpscope::text
