#include "support/trace_checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "smtpscope/text/base64.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/json_codec.hpp"

namespace smtpscope::test {

namespace {

using trace::entry;
using trace::kind;

void check_ranges(const entry& e) {
  for (std::size_t i = 0; i < e.fields.size(); ++i) {
    const wire::field& f = e.fields[i];
    EXPECT_LE(f.begin, f.end) << f.name;
    EXPECT_LE(f.end, e.bytes.size()) << f.name;
    EXPECT_LT(f.parent, static_cast<int>(i)) << f.name;
    if (f.parent < 0) continue;
    const wire::field& parent = e.fields[static_cast<std::size_t>(f.parent)];
    EXPECT_LE(parent.begin, f.begin) << f.name;
    EXPECT_GE(parent.end, f.end) << f.name;
  }
  for (const auto& [begin, end] : e.masked) {
    EXPECT_EQ(end - begin, 8U);
    ASSERT_LE(end, e.bytes.size());
    EXPECT_EQ(e.bytes.substr(begin, end - begin), "********");
  }
}

void check_evidence(const std::vector<entry>& entries, const entry& diagnosis) {
  const json& evidence = diagnosis.data.at("evidence");
  EXPECT_FALSE(evidence.empty()) << diagnosis.data.at("key");
  for (const json& number : evidence) EXPECT_LT(number.get<std::uint64_t>(), entries.size());
  EXPECT_FALSE(diagnosis.data.at("title").get<std::string>().empty());
  EXPECT_FALSE(diagnosis.data.at("cause").get<std::string>().empty());
  EXPECT_FALSE(diagnosis.data.at("fix").empty());
}

bool same_field(const wire::field& a, const wire::field& b) {
  return a.begin == b.begin && a.end == b.end && a.parent == b.parent && a.name == b.name;
}

bool same_explanation(const std::optional<trace::explanation>& a, const std::optional<trace::explanation>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->title == b->title && a->text == b->text && a->rfc == b->rfc;
}

bool same_entry(const entry& a, const entry& b) {
  return a.sequence == b.sequence && a.time == b.time && a.layer == b.layer && a.kind == b.kind &&
         a.chapter == b.chapter && a.direction == b.direction && a.secure == b.secure && a.client == b.client &&
         a.server == b.server && a.bytes == b.bytes && a.masked == b.masked && a.data == b.data &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same_field) &&
         same_explanation(a.explain, b.explain);
}

}  // namespace

bool same_trace(const std::vector<entry>& a, const std::vector<entry>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_entry);
}

void check_trace(const std::vector<entry>& entries) {
  std::string client = "idle";
  int results = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const entry& e = entries[i];
    SCOPED_TRACE("entry " + std::to_string(i) + " " + std::string{name(e.kind)});
    EXPECT_EQ(e.sequence, i);
    if (i > 0) {
      EXPECT_GE(e.time, entries[i - 1].time);
    }
    EXPECT_EQ(e.bytes.empty(), !e.direction.has_value());
    EXPECT_TRUE(e.explain && !e.explain->title.empty());
    if (e.client) {
      EXPECT_EQ(e.client->first, client);
      client = e.client->second;
    }
    results += e.kind == kind::result ? 1 : 0;
    if (e.kind == kind::diagnosis) check_evidence(entries, e);
    check_ranges(e);
  }
  EXPECT_LE(results, 1);
}

void check_hidden(const std::vector<entry>& entries, std::string_view identity, std::string_view secret) {
  std::string plain;
  plain += '\0';
  plain += identity;
  plain += '\0';
  plain += secret;
  const std::string written = trace::write({{}, entries});
  for (const std::string& form : {std::string{secret}, text::base64_encode(secret), text::base64_encode(plain)})
    EXPECT_EQ(written.find(form), std::string::npos) << form;
  // Inside longer base64 the secret would stand at one of three offsets; what cannot depend on its
  // neighbours must not occur either.
  for (std::size_t offset = 0; offset < 3 && secret.size() > 6; ++offset) {
    const std::string shifted = text::base64_encode(std::string(offset, 'x') + std::string{secret});
    const std::string middle = shifted.substr(4, (offset + secret.size()) / 3 * 4 - 4);
    EXPECT_EQ(written.find(middle), std::string::npos) << middle;
  }
}

const entry* last_of(const std::vector<entry>& entries, kind wanted) {
  for (auto it = entries.rbegin(); it != entries.rend(); ++it)
    if (it->kind == wanted) return &*it;
  return nullptr;
}

std::string diagnosis_key(const std::vector<entry>& entries) {
  const entry* d = last_of(entries, kind::diagnosis);
  return d == nullptr ? std::string{} : trace::text_of(d->data, "key");
}

}  // namespace smtpscope::test
