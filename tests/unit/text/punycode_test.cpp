#include "smtpscope/text/punycode.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/text/ascii.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::text {
namespace {

using test::exact_buffer;

// RFC 3492 §7.1.
constexpr struct {
  const char* name;
  const char* unicode;
  const char* punycode;
} vectors[] = {
    {"Arabic", "ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"},
    {"Chinese, simplified", "他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
    {"Chinese, traditional", "他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"},
    {"Czech", "Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"},
    {"Hebrew", "למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"},
    {"Hindi", "यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"},
    {"Japanese", "なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"},
    {"Korean", "세계의모든사람들이한국어를이해한다면얼마나좋을까",
     "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c"},
    {"Russian", "почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbaDotcwatmq2g4l"},
    {"Spanish", "PorquénopuedensimplementehablarenEspañol", "PorqunopuedensimplementehablarenEspaol-fmd56a"},
    {"Vietnamese", "TạisaohọkhôngthểchỉnóitiếngViệt", "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g"},
    {"year 3, class B", "3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"},
    {"with hyphens", "安室奈美恵-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n"},
    {"hyphen before the delimiter", "Hello-Another-Way-それぞれの場所", "Hello-Another-Way--fc4qua05auwb3674vfr0b"},
    {"digit last", "ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"},
    {"mixed", "MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e"},
    {"ASCII within", "パフィーdeルンバ", "de-jg4avhby1noc0d"},
    {"no ASCII", "そのスピードで", "d9juau41awczczp"},
    {"ASCII only", "-> $1.00 <-", "-> $1.00 <--"},
};

TEST(Punycode, EncodesTheVectorsOfTheStandard) {
  for (const auto& row : vectors) {
    const auto encoded = punycode_encode(exact_buffer(row.unicode));
    ASSERT_TRUE(encoded) << row.name;
    // The Russian vector marks a capital with a capital digit, which is not wanted here.
    EXPECT_TRUE(iequals(*encoded, row.punycode)) << row.name << ": " << *encoded;
  }
}

TEST(Punycode, DecodesTheVectorsOfTheStandard) {
  for (const auto& row : vectors) {
    const auto decoded = punycode_decode(exact_buffer(row.punycode));
    ASSERT_TRUE(decoded) << row.name;
    EXPECT_EQ(*decoded, row.unicode) << row.name;
  }
}

TEST(Punycode, TheEndsOfUnicodeGoThere) {
  for (const std::string& text : {std::string("\xC2\x80"), std::string("\xF4\x8F\xBF\xBF"),
                                  std::string("a\xF4\x8F\xBF\xBF\xC2\x80z"), std::string()}) {
    const auto encoded = punycode_encode(text);
    ASSERT_TRUE(encoded);
    const auto decoded = punycode_decode(*encoded);
    ASSERT_TRUE(decoded) << *encoded;
    EXPECT_EQ(*decoded, text);
  }
}

TEST(Punycode, RefusesWhatIsNoPunycode) {
  for (const char* text : {"-a", "!", "abc-!", "99999999", "abc-99999999999999", "\xC3\xBC"}) {
    const auto decoded = punycode_decode(exact_buffer(text));
    ASSERT_FALSE(decoded) << text << " is " << *decoded;
    EXPECT_EQ(decoded.why().code, errc::invalid_encoding);
  }
  EXPECT_FALSE(punycode_decode(std::string(256, 'a')));
  EXPECT_FALSE(punycode_encode(std::string(256, 'a')));
  EXPECT_FALSE(punycode_encode("\xC3"));
}

TEST(Punycode, ASurrogateIsNoCharacter) {
  // U+D800, as an encoder that does not look would write it.
  EXPECT_FALSE(punycode_decode("ib9b"));
}

}  // namespace
}  // namespace smtpscope::text
