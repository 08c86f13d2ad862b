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
      {"higher bit left over, two octets", "Zm+="},
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
    if (alphabet.find(c) != std::string::npos) continue;
    for (std::size_t at = 0; at < 8; ++at) {
      if (c == '=' && at == 7) continue;
      std::string text = "AAAAAAAA";
      text[at] = c;
      EXPECT_FALSE(base64_decode(text)) << octet << " at " << at;
    }
  }
}

std::string lines(std::string_view octets) {
  std::string out = "before ";
  append_base64_lines(out, octets);
  EXPECT_EQ(out.substr(0, 7), "before ");
  return out.substr(7);
}

TEST(Base64, LinesAre76CharactersLongAndEndInCrlf) {
  const std::string full = std::string(76, 'A') + "\r\n";
  EXPECT_EQ(lines(""), "");
  EXPECT_EQ(lines("f"), "Zg==\r\n");
  EXPECT_EQ(lines(std::string(57, '\0')), full);
  EXPECT_EQ(lines(std::string(58, '\0')), full + "AA==\r\n");
  for (const std::size_t count : {2U, 51U, 52U, 53U, 54U, 104U, 105U, 1000U}) {
    std::string expected;
    for (std::size_t i = 0; i < count; ++i) expected += full;
    EXPECT_EQ(lines(exact_buffer(std::string(57 * count, '\0'))), expected) << count;
    EXPECT_EQ(lines(exact_buffer(std::string(57 * count + 2, '\0'))), expected + "AAA=\r\n") << count;
  }
}

TEST(Base64, LongTextIsTheSameAsItsPieces) {
  std::string octets;
  for (unsigned i = 0; i < 20000; ++i) octets += static_cast<char>(i * 7 + i / 251);
  for (const std::size_t size : {3071U, 3072U, 3073U, 6144U, 6145U, 20000U}) {
    const std::string whole = octets.substr(0, size);
    std::string pieces;
    for (std::size_t i = 0; i < size; i += 3) pieces += base64_encode(whole.substr(i, 3));
    EXPECT_EQ(base64_encode(exact_buffer(whole)), pieces) << size;
    EXPECT_EQ(*base64_decode(exact_buffer(pieces)), whole) << size;
    EXPECT_EQ(base64_read(lines(whole)), whole) << size;
    for (const std::size_t at : {std::size_t{0}, std::size_t{4095}, std::size_t{4096}, pieces.size() - 5}) {
      if (at >= pieces.size()) continue;
      std::string bad = pieces;
      bad[at] = '-';
      EXPECT_FALSE(base64_decode(bad)) << size << " " << at;
    }
  }
}

TEST(Base64, ReadingSkipsWhatIsNotBase64) {
  const struct {
    std::string text;
    std::string octets;
  } table[] = {
      {"", ""},
      {"Zm9v", "foo"},
      {"Zm9vYg", "foob"},
      {"Z", ""},
      {"Zm9v\r\nYmFy", "foobar"},
      {"Z m\t9\nv", "foo"},
      {"Zm9vYg==Zm9v", "foob"},
      {"=Zm9v", ""},
      {"!Z!m!9!v!", "foo"},
      {"Zm\xFF"
       "9vYmFy",
       "foobar"},
  };
  for (const auto& row : table) EXPECT_EQ(base64_read(exact_buffer(row.text)), row.octets) << row.text;
}

}  // namespace
}  // namespace smtpscope::text
