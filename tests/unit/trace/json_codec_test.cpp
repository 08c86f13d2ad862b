#include "smtpscope/trace/json_codec.hpp"

#include <gtest/gtest.h>

#include "smtpscope/text/base64.hpp"
#include "unit/trace/sessions.hpp"

namespace smtpscope::trace {
namespace {

using namespace std::string_literals;
using test::entries_of;
using test::simulated;

const std::string head = R"({"smtpscope":"trace","version":1,"mode":"live","title":"t","started":"s"})"
                         "\n";
const std::string first = R"({"seq":0,"us":5,"layer":"note","kind":"note","chapter":"connect","data":{}})"
                          "\n";

void expect_same(const entry& a, const entry& b) {
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.layer, b.layer);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.chapter, b.chapter);
  EXPECT_EQ(a.direction, b.direction);
  EXPECT_EQ(a.secure, b.secure);
  EXPECT_EQ(a.client, b.client);
  EXPECT_EQ(a.server, b.server);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.masked, b.masked);
  EXPECT_EQ(a.data, b.data);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    EXPECT_EQ(a.fields[i].begin, b.fields[i].begin);
    EXPECT_EQ(a.fields[i].end, b.fields[i].end);
    EXPECT_EQ(a.fields[i].name, b.fields[i].name);
    EXPECT_EQ(a.fields[i].parent, b.fields[i].parent);
  }
  EXPECT_EQ(a.explain.has_value(), b.explain.has_value());
  if (a.explain && b.explain) {
    EXPECT_EQ(a.explain->title, b.explain->title);
    EXPECT_EQ(a.explain->text, b.explain->text);
    EXPECT_EQ(a.explain->rfc, b.explain->rfc);
  }
}

TEST(TraceJson, ReadsWhatItWrote) {
  for (const auto tls :
       {session::tls_policy::implicit, session::tls_policy::starttls_required, session::tls_policy::never})
    for (const char* mechanism : {"PLAIN", "LOGIN"}) {
      sim::setup s = simulated(tls, mechanism);
      s.mail.content += "8 bit: \xFF\r\n";  // not UTF-8: base64
      const file f{{1, "simulated", "a \"title\"\n", "2026-01-02T03:04:05Z"}, entries_of(std::move(s))};
      const std::string text = write(f);
      const auto back = read(text);
      ASSERT_TRUE(back) << back.why().detail;
      EXPECT_EQ(back->header.mode, f.header.mode);
      EXPECT_EQ(back->header.title, f.header.title);
      EXPECT_EQ(back->header.started, f.header.started);
      ASSERT_EQ(back->entries.size(), f.entries.size());
      for (std::size_t i = 0; i < f.entries.size(); ++i) expect_same(f.entries[i], back->entries[i]);
      EXPECT_EQ(write(*back), text);
    }
}

TEST(TraceJson, EveryKindAndLayerAndChapterHasItsName) {
  const std::string all[] = {"resolving",       "resolved",  "connected",      "tls_started", "tls_established",
                             "transport_error", "greeting",  "command",        "reply",       "sasl_challenge",
                             "sasl_response",   "content",   "end_of_content", "timeout",     "cancelled",
                             "result",          "diagnosis", "closed",         "note",        "tls_message"};
  EXPECT_EQ(std::size(all), kind_count);
  for (const std::string& kind : all) {
    const auto e =
        entry_from_json(*parse_json(R"({"seq":0,"us":0,"layer":"smtp","chapter":"done","kind":")" + kind + "\"}"));
    ASSERT_TRUE(e) << kind;
    EXPECT_EQ(name(e->kind), kind);
  }
  for (const char* layer : {"dns", "tcp", "tls", "smtp", "mime", "queue", "sim", "note"}) {
    const auto e = entry_from_json(
        *parse_json(R"({"seq":0,"us":0,"kind":"note","chapter":"done","layer":")" + std::string{layer} + "\"}"));
    ASSERT_TRUE(e) << layer;
    EXPECT_EQ(name(e->layer), layer);
  }
  for (const char* chapter : {"resolve", "connect", "secure", "greet", "login", "envelope", "message", "done"}) {
    const auto e = entry_from_json(
        *parse_json(R"({"seq":0,"us":0,"kind":"note","layer":"note","chapter":")" + std::string{chapter} + "\"}"));
    ASSERT_TRUE(e) << chapter;
    EXPECT_EQ(name(e->chapter), chapter);
  }
}

TEST(TraceJson, BytesAreTextWhereTheyAreUtf8) {
  entry e;
  for (const std::string& bytes : {"plain\r\n"s, "gr\xC3\xBC\xC3\x9F"s, "a\0b"s, "\xFF"s, "\xED\xA0\x80"s, "\xC3"s}) {
    e.bytes = bytes;
    const json j = to_json(e);
    EXPECT_NE(j.contains("text"), j.contains("base64"));
    EXPECT_EQ(j.contains("base64"), bytes[0] == '\xFF' || bytes[0] == '\xED' || bytes == "\xC3") << bytes;
    EXPECT_EQ(entry_from_json(*parse_json(to_string(j)))->bytes, bytes);
  }
}

TEST(TraceJson, TakesForeignLineEndsAndEmptyLines) {
  const auto f = read(head.substr(0, head.size() - 1) + "\r\n\r\n  \t\n" + first.substr(0, first.size() - 1));
  ASSERT_TRUE(f) << f.why().detail;
  EXPECT_EQ(f->entries.size(), 1U);
}

TEST(TraceJson, IgnoresWhatItDoesNotKnow) {
  EXPECT_TRUE(read(R"({"smtpscope":"trace","version":1,"new":1,"mode":"x"})"
                   "\n"
                   R"({"seq":0,"us":0,"layer":"note","kind":"note","chapter":"done","later":[1,2],"explain":7})"));
}

// A line that is the entry with one member changed.
std::string with(const std::string& member, const std::string& value) {
  json j = *parse_json(first);
  j[member] = *parse_json(value);
  return head + to_string(j) + "\n";
}

TEST(TraceJson, SaysWhatIsWrongInWhichLine) {
  const struct {
    std::string input;
    const char* detail;
  } table[] = {
      {"", "line 1: the trace is empty"},
      {"\n\n", "line 1: the trace is empty"},
      {"hello", "line 1: "},
      {"{}", "line 1: this is no smtpscope trace"},
      {"[]", "line 1: this is no smtpscope trace"},
      {R"({"smtpscope":"trace"})", "line 1: the trace's version"},
      {R"({"smtpscope":"trace","version":2})", "line 1: the trace's version"},
      {R"({"smtpscope":"trace","version":"1"})", "line 1: the trace's version"},
      {head + "\n{", "line 3: "},
      {head + "7", "line 2: an entry must be"},
      {head + first + first, "line 3: \"seq\" must be 1 here"},
      {with("seq", "1"), "line 2: \"seq\" must be 0 here"},
      {with("seq", "-1"), "line 2: \"seq\""},
      {with("seq", "\"0\""), "line 2: \"seq\""},
      {with("us", "1.5"), "line 2: \"us\""},
      {with("us", "18446744073709551615"), "line 2: \"us\""},
      {with("layer", "\"physical\""), "line 2: \"layer\""},
      {with("kind", "null"), "line 2: \"kind\""},
      {with("chapter", "3"), "line 2: \"chapter\""},
      {with("dir", "\"up\""), "line 2: \"dir\""},
      {with("client", "[\"a\"]"), "line 2: \"client\""},
      {with("server", "[\"a\",1]"), "line 2: \"server\""},
      {with("text", "1"), "line 2: \"text\""},
      {with("base64", "\"!\""), "line 2: \"base64\""},
      {with("base64", "1"), "line 2: \"base64\""},
      {with("fields", "{}"), "line 2: \"fields\""},
      {with("fields", "[[0,1,\"a\",-1]]"), "line 2: a field"},
      {with("fields", "[[0,0,\"a\",0]]"), "line 2: a field"},
      {with("fields", "[[0,0,\"a\",-2]]"), "line 2: a field"},
      {with("fields", "[[0,0,\"a\",18446744073709551615]]"), "line 2: a field"},
      {with("fields", "[[0,0,\"a\"]]"), "line 2: a field"},
      {with("fields", "[[1,0,\"a\",-1]]"), "line 2: a field"},
      {with("fields", "[[0,4294967296,\"a\",-1]]"), "line 2: a field"},
      {with("fields", "[[-1,0,\"a\",-1]]"), "line 2: a field"},
      {with("masked", "[[0,1]]"), "line 2: a masked range"},
      {with("masked", "[0,0]"), "line 2: a masked range"},
      {with("masked", "7"), "line 2: a masked range"},
      {with("data", "[]"), "line 2: \"data\""},
  };
  for (const auto& row : table) {
    const auto got = read(row.input);
    ASSERT_FALSE(got) << row.input;
    EXPECT_EQ(got.why().code, errc::invalid_json);
    EXPECT_EQ(got.why().detail.substr(0, std::string_view{row.detail}.size()), row.detail) << row.input;
  }
  json child = *parse_json(first);
  child["text"] = "abc";
  child["fields"] = *parse_json(R"([[0,2,"a",-1],[1,3,"b",0]])");
  EXPECT_NE(read(head + to_string(child)).why().detail.find("within the bytes and its parent"), std::string::npos);
  json both = *parse_json(first);
  both["text"] = "a";
  both["base64"] = "YQ==";
  EXPECT_NE(read(head + to_string(both)).why().detail.find("exclude"), std::string::npos);
}

TEST(TraceJson, TimeMustNotRunBack) {
  json second = *parse_json(first);
  second["seq"] = 1;
  second["us"] = 4;
  const auto got = read(head + first + to_string(second));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.why().detail.substr(0, 7), "line 3:");
}

TEST(TraceJson, DeepNestingIsRefused) {
  const std::string deep(100, '[');
  EXPECT_FALSE(read(head + R"({"seq":0,"us":0,"layer":"note","kind":"note","chapter":"done","data":{"a":)" + deep));
}

}  // namespace
}  // namespace smtpscope::trace
