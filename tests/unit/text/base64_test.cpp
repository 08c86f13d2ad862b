#include "smtpscope/text/base64.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

const struct {
  const char* name;
  std::string octets;
  std::string text;
} vectors[] = {
    {"RFC 4648 §10, 0", "", ""},
    {"RFC 4648 §10, 1", "f", "Zg=="},
    {"RFC 4648 §10, 2", "fo", "Zm8="},
    {"RFC 4648 §10, 3", "foo", "Zm9v"},
    {"RFC 4648 §10, 4", "foob", "Zm9vYg=="},
    {"RFC 4648 §10, 5", "fooba", "Zm9vYmE="},
    {"RFC 4648 §10, 6", "foobar", "Zm9vYmFy"},
    {"RFC 4616, with NUL", "\0tim\0tanstaaftanstaaf"s, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"},
    {"LOGIN challenge", "Username:", "VXNlcm5hbWU6"},
    {"all bits", "\xff\xff\xff", "////"},
    {"62 and 63", "\xfb\xef\xff", "++//"},
};

TEST(Base64, Vectors) {
  for (const auto& row : vectors) {
    EXPECT_EQ(base64_encode(exact_buffer(row.octets)), row.text) << row.name;
    const auto back = base64_decode(exact_buffer(row.text));
    ASSERT_TRUE(back) << row.name;
    EXPECT_EQ(*back, row.octets) << row.name;
  }
}

TEST(Base64, WhatIsEncodedDecodesToTheSame) {
  std::string octets;
  unsigned random = 12345;
  for (int n = 0; n < 300; ++n) {
    const auto back = base64_decode(exact_buffer(base64_encode(exact_buffer(octets))));
    ASSERT_TRUE(back) << n;
    EXPECT_EQ(*back, octets) << n;
    random = random * 1664525U + 1013904223U;
    octets += static_cast<char>(random >> 24);
  }
}

TEST(Base64, RefusesEverySecondSpelling) {
  const struct {
    const char* name;
    std::string text;
  } table[] = {
      {"one character", "Z"},
      {"no padding", "Zg"},
      {"half the padding", "Zg="},
      {"too much padding", "Zg==="},
      {"padding alone", "===="},
      {"three pads", "Z==="},
      {"padding first", "=AAA"},
      {"padding inside", "AAA=BBBB"},
      {"padding inside a group", "Z=g="},
      {"two padded groups", "Zg==Zg=="},
      {"bits left over, one octet", "Zh=="},
      {"bits left over, two octets", "Zm9="},
      {"line break inside", "Zm9v\r\nYmFy"},
      {"line break as a group", "Zm9vYm\r\n"},
      {"space", "Zm 9"},
      {"URL alphabet", "-_-_"},
      {"NUL", "Zm9\0"s},
      {"octet over 127 late", "Zm9vZm9\xC3"},
      {"octet over 127 early",
       "Z\xC3"
       "9vZm9v"},
      {"cancel", "*"},
  };
  for (const auto& row : table) {
    const auto value = base64_decode(exact_buffer(row.text));
    ASSERT_FALSE(value) << row.name;
    EXPECT_EQ(value.why().code, errc::invalid_base64) << row.name;
    EXPECT_FALSE(value.why().detail.empty()) << row.name;
  }
}

TEST(Base64, EveryForeignOctetIsRefusedAtEveryPlace) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    if (alphabet.find(c) != std::string::npos)
      continue;
    for (std::size_t at = 0; at < 8; ++at) {
      if (c == '=' && at == 7)
        continue;
      std::string text = "AAAAAAAA";
      text[at] = c;
      EXPECT_FALSE(base64_decode(text)) << octet << " at " << at;
    }
  }
}

TEST(Base64, LinesAre76CharactersLongAndEndInCrlf) {
  EXPECT_EQ(base64_lines(""), "");
  EXPECT_EQ(base64_lines("f"), "Zg==\r\n");
  EXPECT_EQ(base64_lines(std::string(57, '\0')), std::string(76, 'A') + "\r\n");
  EXPECT_EQ(base64_lines(std::string(58, '\0')), std::string(76, 'A') + "\r\nAA==\r\n");
  EXPECT_EQ(base64_lines(exact_buffer(std::string(114, '\0'))),
            std::string(76, 'A') + "\r\n" + std::string(76, 'A') + "\r\n");
}

}  // namespace
}  // namespace smtpscope::text
