#include "smtpscope/sasl/prepare.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "smtpscope/base/json.hpp"
#include "smtpscope/text/digest.hpp"
#include "smtpscope/text/utf8.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::sasl {
namespace {

using namespace std::string_literals;

// What the page's tables (wasm/saslprep.mjs) are tested by too, in tests/wasm.
json shared_vectors() {
  std::ifstream file{SMTPSCOPE_FIXTURES_DIR "/saslprep.json"};
  return json::parse(file, nullptr, false);
}

std::string told(std::string_view text, prepared_as use) {
  const auto made = prepare(test::exact_buffer(text), "it", use);
  return made ? *made : made.why().detail;
}

TEST(SaslPrepare, Rfc4013Examples) {  // §3
  EXPECT_EQ(*prepare("I\xC2\xADX", "it"), "IX") << "SOFT HYPHEN goes";
  EXPECT_EQ(*prepare("user", "it"), "user");
  EXPECT_EQ(*prepare("USER", "it"), "USER") << "case is kept";
  EXPECT_EQ(*prepare("\xC2\xAA", "it"), "a") << "U+00AA";
  EXPECT_EQ(*prepare("\xE2\x85\xA8", "it"), "IX") << "U+2168";
  EXPECT_FALSE(prepare("\x07", "it"));
  EXPECT_FALSE(prepare("\xD8\xA7\x31", "it")) << "U+0627 U+0031";
}

TEST(SaslPrepare, GivesOneOfTheSpellingsOfAText) {
  const json vectors = shared_vectors()["vectors"];
  ASSERT_GT(vectors.size(), 40U);
  for (const json& row : vectors) {
    const auto use = row.value("stored", false) ? prepared_as::stored : prepared_as::query;
    const auto made = prepare(test::exact_buffer(row["text"].get<std::string>()), "it", use);
    ASSERT_EQ(static_cast<bool>(made), row.contains("prepared")) << row["about"];
    if (made) {
      EXPECT_EQ(*made, row["prepared"].get<std::string>()) << row["about"];
      EXPECT_EQ(*prepare(*made, "it", use), *made) << row["about"] << ", twice";
    } else {
      EXPECT_EQ(made.why().code, errc::forbidden_character);
      EXPECT_EQ(made.why().detail, "it" + row["refused"].get<std::string>()) << row["about"];
    }
  }
}

TEST(SaslPrepare, RefusesWhatIsNotUtf8) {
  for (const std::string& text : {"\xFF"s, "\xC3"s, "a\xED\xA0\x80"s, "\xC0\x80"s, "\xF4\x90\x80\x80"s}) {
    const auto got = prepare(test::exact_buffer(text), "the password");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().detail, "the password holds a control character or one that is not for text (RFC 4013)");
  }
}

TEST(SaslPrepare, GrowsByNoMoreThanItHasRoomFor) {
  std::string arabic;
  for (int i = 0; i < 3000; ++i) arabic += "\xEF\xB7\xBA";  // U+FDFA
  EXPECT_EQ(prepare(test::exact_buffer(arabic), "it")->size(), 3000U * 33);
}

// Every character of the planes that are used, alone as it is typed and as it is kept between letters from right to
// left: the page's make the same of them.
TEST(SaslPrepare, MakesOfEveryCharacterWhatThePageMakes) {
  const std::string alef = "\xD8\xA7";
  std::string all;
  for (char32_t value = 0; value < 0xE1000; value = value == 0x2FFFF ? 0xE0000 : value + 1) {
    if (value >= 0xD800 && value < 0xE000) continue;
    std::string one;
    text::append_utf8(one, value);
    all += told(one, prepared_as::query) + "\n" + told(alef + one + alef, prepared_as::stored) + "\n";
  }
  EXPECT_EQ(text::to_hex(text::digest(text::digest_kind::sha256, all)), shared_vectors()["digest"]);
}

}  // namespace
}  // namespace smtpscope::sasl
