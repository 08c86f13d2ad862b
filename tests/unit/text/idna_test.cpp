#include "smtpscope/text/idna.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;

constexpr struct {
  const char* unicode;
  const char* ascii;
} domains[] = {
    {"bücher.example", "xn--bcher-kva.example"},
    {"пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"},
    {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
    {"ñandú.cl", "xn--and-6ma2c.cl"},
    {"mail.example", "mail.example"},
};

TEST(Idna, UnicodeToAsciiAndBack) {
  for (const auto& row : domains) {
    const auto ascii = domain_to_ascii(exact_buffer(row.unicode));
    ASSERT_TRUE(ascii) << row.unicode;
    EXPECT_EQ(*ascii, row.ascii);
    EXPECT_EQ(domain_to_unicode(exact_buffer(row.ascii)), row.unicode);
    EXPECT_EQ(*domain_to_ascii(*ascii), *ascii);
  }
}

TEST(Idna, CapitalsBecomeSmallBesideUnicode) {
  for (const auto& [text, ascii] : {std::pair("BÜCHER.Example", "xn--bcher-kva.Example"),
                                    std::pair("ПРИМЕР", "xn--e1afmkfd"), std::pair("ΑΒΓ.gr", "xn--mxacd.gr")}) {
    ASSERT_TRUE(domain_to_ascii(text)) << text;
    EXPECT_EQ(*domain_to_ascii(text), ascii);
  }
  // Ÿ, Ł, Š and Ї, each with its small letter.
  EXPECT_EQ(*domain_to_ascii("ŸŁŠЇ"), *domain_to_ascii("ÿłšї"));
  EXPECT_EQ(*domain_to_ascii("ÐČĹŽ"), *domain_to_ascii("ðčĺž"));
}

TEST(Idna, WhatIsNoULabelIsRefused) {
  const struct {
    const char* name;
    std::string label;
  } table[] = {
      {"not UTF-8",
       "b\xFC"
       "cher"},
      {"one octet that is not UTF-8", "\xBE"},
      {"C1 control",
       "a\xC2\x85"
       "b"},
      {"no-break space",
       "a\xC2\xA0"
       "b"},
      {"blank", "ü b"},
      {"underscore", "ü_b"},
      {"line separator",
       "a\xE2\x80\xA8"
       "b"},
      {"direction override",
       "a\xE2\x80\xAE"
       "b"},
      {"zero width space",
       "a\xE2\x80\x8B"
       "b"},
      {"ideographic full stop", "例。え"},
      {"full-width slash", "a／b"},
      {"one character that holds a slash", "ü℀"},
      {"one character that holds a dot", "ü⒈"},
      {"full-width hyphen last", "ü－"},
      {"full-width xn--", "ｘｎ－－ü"},
      {"full-width letters, too long", std::string(60, 'a') + "ａａａａ"},
      {"composed, and too long", std::string(58, 'a') + "\xEF\xB7\xBA"},
      {"private use", "\xEE\x80\x80"},
      {"noncharacter", "\xF0\x9F\xBF\xBE"},
      {"hyphen first", "-ü"},
      {"hyphen last", "ü-"},
      {"hyphens third and fourth", "xn--ü"},
      {"combining mark first",
       "\xCC\x88"
       "u"},
      {"too long", std::string(63, 'a') + "ü"},
      {"far too long", std::string(2000, 'a') + "ü"},
  };
  for (const auto& row : table) {
    EXPECT_FALSE(is_u_label(exact_buffer(row.label))) << row.name;
    const auto ascii = domain_to_ascii(row.label + ".example");
    ASSERT_FALSE(ascii) << row.name;
    EXPECT_EQ(ascii.why().code, errc::invalid_address);
  }
  EXPECT_FALSE(is_u_label("example"));
  EXPECT_TRUE(is_u_label("bücher"));
}

TEST(Idna, LabelsAreComposedFirst) {  // RFC 5891 §4.2.1, RFC 5892 §2.2, RFC 5895 §2
  const struct {
    std::string typed;
    const char* ascii;
  } table[] = {
      {"bu\xCC\x88"
       "cher.example",
       "xn--bcher-kva.example"},  // u and its dots, as macOS gives file names
      {"BU\xCC\x88"
       "CHER",
       "xn--bcher-kva"},                         // the same in capitals
      {"ＭＡＩＬ.example", "mail.example"},      // full-width letters, an ASCII dot
      {"ﬁsch.example", "fisch.example"},         // a ligature
      {"\xEA\xB0\x80", "xn--o39a"},              // a syllable of Hangul
      {"\xE1\x84\x80\xE1\x85\xA1", "xn--o39a"},  // and its two letters
  };
  for (const auto& row : table) {
    const auto ascii = domain_to_ascii(exact_buffer(row.typed));
    ASSERT_TRUE(ascii) << row.typed;
    EXPECT_EQ(*ascii, row.ascii);
  }
  EXPECT_FALSE(
      is_u_label("bu\xCC\x88"
                 "cher"))
      << "has one, is none";
  EXPECT_FALSE(is_u_label("ａ"));
  // u and combining dots in Punycode: shown as Unicode it would look like bücher.
  EXPECT_EQ(domain_to_unicode("xn--bucher-xyd"), "xn--bucher-xyd");
}

TEST(Idna, OnlyARealALabelIsShownAsUnicode) {
  for (const char* domain : {"xn--", "xn--a", "xn--abc-", "xn---", "xn--\xC3\xBC", "xn--99999999", "abc.xn--!"})
    EXPECT_EQ(domain_to_unicode(domain), domain);
  // Its letters would be Ü, of which no A-label is made: two names would look alike.
  EXPECT_EQ(domain_to_unicode("xn--bcher-2pa"), "xn--bcher-2pa");
  EXPECT_EQ(domain_to_unicode("XN--BCHER-KVA.example"), "BüCHER.example");
}

}  // namespace
}  // namespace smtpscope::text
