#include "smtpscope/trace/texts.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "smtpscope/trace/diagnose.hpp"
#include "smtpscope/trace/explain.hpp"
#include "texts/native_texts.hpp"

namespace smtpscope::trace {
namespace {

TEST(Texts, TheFileIsWhatNativeProgramsHaveBuiltIn) {
  std::ifstream file(SMTPSCOPE_TEXTS_FILE, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto read = texts::parse(content);
  ASSERT_TRUE(read) << read.why().detail;
  EXPECT_EQ(read->language(), "en");
  ASSERT_EQ(read->explanations().size(), native_texts().explanations().size());
  ASSERT_EQ(read->diagnoses().size(), native_texts().diagnoses().size());
  EXPECT_GT(read->explanations().size(), 90U);
  EXPECT_EQ(read->diagnoses().back().title, native_texts().diagnoses().back().title);
}

TEST(Texts, SaysWhichRowIsWrongAndHow) {
  const struct {
    const char* name;
    const char* json;
    const char* says;
  } rows[] = {
      {"no JSON", "{", "JSON"},
      {"no object", "[]", "no JSON object"},
      {"no language", R"({"explanations":[],"diagnoses":[]})", "language"},
      {"no list", R"({"language":"en","explanations":{},"diagnoses":[]})", "no list \"explanations\""},
      {"row is no object", R"({"language":"en","explanations":[7],"diagnoses":[]})",
       "explanations, row 1: is no object"},
      {"no such kind", R"({"language":"en","explanations":[{"kind":"x","title":"t"}],"diagnoses":[]})",
       "\"kind\" is no kind of entry"},
      {"no title", R"({"language":"en","explanations":[{"kind":"note"}],"diagnoses":[]})", "\"title\" is missing"},
      {"code too large", R"({"language":"en","explanations":[{"kind":"note","title":"t","code":600}],"diagnoses":[]})",
       "\"code\" must be"},
      {"misspelt member", R"({"language":"en","explanations":[{"kind":"note","title":"t","txt":""}],"diagnoses":[]})",
       "not known"},
      {"second row",
       R"({"language":"en","explanations":[],"diagnoses":[{"key":"a","title":"t","retry":"no"},)"
       R"({"key":"b","title":"t","retry":"soon"}]})",
       "diagnoses, row 2: \"retry\" must be"},
      {"fix is no list",
       R"({"language":"en","explanations":[],"diagnoses":[{"key":"a","title":"t","retry":"no","fix":"x"}]})",
       "\"fix\" must be"},
  };
  for (const auto& row : rows) {
    const auto read = texts::parse(row.json);
    ASSERT_FALSE(read) << row.name;
    EXPECT_EQ(read.why().code, errc::invalid_json) << row.name;
    EXPECT_NE(read.why().detail.find(row.says), std::string::npos) << row.name << ": " << read.why().detail;
  }
}

TEST(Texts, WithoutWordsEntriesAreTitledByTheirKind) {
  entry e;
  e.kind = kind::tls_started;
  EXPECT_EQ(explain(e, no_texts()).title, "tls_started");
  entry result;
  result.kind = kind::result;
  result.data = {{"outcome", "failed"}, {"failure", {{"kind", "timeout"}, {"detail", "no answer"}}}};
  const auto d = diagnose({result}, no_texts());
  ASSERT_TRUE(d);
  EXPECT_EQ(d->key, "unknown");
  EXPECT_EQ(d->cause, "no answer");
}

}  // namespace
}  // namespace smtpscope::trace
