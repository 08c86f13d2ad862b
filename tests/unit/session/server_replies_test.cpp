#include "smtpscope/session/server_replies.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "smtpscope/session/server_extension.hpp"

namespace smtpscope::test {
namespace {

using session::parse_reply_lines;
using session::reply_key;

TEST(ServerReplies, EveryKeyHasItsName) {
  for (const session::own_reply& r : session::own_replies) {
    EXPECT_EQ(session::reply_key_named(r.name), r.key);
    const wire::reply made = session::own_template(r.key);
    EXPECT_EQ(made.code, r.code);
    if (made.enhanced) {
      EXPECT_EQ(made.enhanced->klass, r.code / 100) << r.name;
    }
  }
  EXPECT_FALSE(session::reply_key_named(""));
  EXPECT_FALSE(session::reply_key_named("GREETING"));
}

// RFC 2034 §4: a code on every 2yz, 4yz and 5yz but the greeting and EHLO's (and HELO's) success, of the
// same class; none on 3yz.
TEST(ServerReplies, EnhancedCodesStandWhereTheyMust) {
  for (const session::own_reply& r : session::own_replies) {
    const wire::reply made = session::own_template(r.key);
    const bool bare = r.key == reply_key::greeting || r.key == reply_key::ehlo || r.key == reply_key::helo;
    EXPECT_EQ(made.enhanced.has_value(), !bare && r.code / 100 != 3) << r.name;
  }
}

// RFC 5248 §2.4 and what RFC 6531 §3.5 and RFC 7504 §3 added to the registry. Its lists are not closed: the
// last row is what RFC 5321 itself asks for, or what servers have long said.
TEST(ServerReplies, CodesStandTogetherAsInTheRegistry) {
  const std::map<std::string, std::set<int>> registry{
      {"1.1", {451, 550}},
      {"1.3", {501}},
      {"1.5", {250}},
      {"3.0", {221, 250, 421, 451, 550, 554}},
      {"3.4", {552, 554}},
      {"4.2", {421}},
      {"5.0", {220, 250, 251, 252, 253, 451, 452, 454, 458, 459, 501, 502, 503, 554}},
      {"5.1", {430, 500, 501, 503, 530, 550, 554, 555}},
      {"5.2", {500, 501, 502, 550, 555}},
      {"5.4", {451, 501, 502, 503, 504, 550, 555}},
      {"6.7", {550, 553}},
      {"6.8", {252, 550, 553}},
      {"7.0", {220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550}},
      {"7.1", {451, 454, 502, 503, 533, 550, 551}},
      {"7.8", {535, 554}},
      {"7.11", {524, 538}},
  };
  const std::set<std::string> of_any_code{"0.0", "1.0", "1.7", "6.0"};  // the registry gives them no list
  const std::set<std::pair<std::string, int>> beyond{
      {"5.3", 452}, {"3.2", 421}, {"3.2", 554}, {"7.0", 421}, {"5.1", 502}};
  for (const session::own_reply& r : session::own_replies) {
    if (r.subject == session::no_code) continue;
    const std::string code = std::to_string(r.subject) + "." + std::to_string(r.detail);
    const auto listed = registry.find(code);
    EXPECT_TRUE((listed != registry.end() && listed->second.count(r.code) != 0) || of_any_code.count(code) != 0 ||
                beyond.count({code, r.code}) != 0)
        << r.name << ": " << r.code << " with x." << code;
  }
}

TEST(ServerReplies, WrittenLinesReadBack) {
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {"250 OK"},
           {"250 2.1.0 OK {id} - gsmtp"},
           {"354  Go ahead {id} - gsmtp"},
           {"530-5.7.0 Authentication Required.", "530 5.7.0  https://support.example/?p=WantAuthError"},
           {"250-one", "250-two", "250 three"},
       }) {
    const auto r = parse_reply_lines(lines);
    ASSERT_TRUE(r) << lines.front() << ": " << r.why().detail;
    EXPECT_EQ(session::reply_lines(*r), lines);
  }
}

TEST(ServerReplies, LinesThatAreNoReplyAreRefused) {
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {},
           {""},
           {"OK"},
           {"25 OK"},
           {"650 OK"},
           {"250-open"},
           {"250 done", "250 more"},
           {"250-one", "550 two"},
           {"250 a\r\n250 b"},
           {"250 bell\x07"},
       }) {
    const auto r = parse_reply_lines(lines);
    EXPECT_FALSE(r) << (lines.empty() ? "" : lines.front());
    EXPECT_FALSE(r.why().detail.empty());
  }
}

TEST(ServerReplies, TemplatesTakeValuesOnce) {
  const auto value = [](std::string_view name) { return name == "host" ? std::string{"{from}"} : std::string{name}; };
  EXPECT_EQ(session::render("{host} says {to}", value), "{from} says to") << "what is put in is not looked at again";
  EXPECT_EQ(session::render("{nothing} {host", value), "{nothing} {host");
  EXPECT_EQ(session::render("{{host}}", value), "{{from}}");
  EXPECT_EQ(session::render("", value), "");
}

TEST(ServerReplies, DatesAreThoseOfTheCalendar) {
  const struct {
    std::int64_t seconds;
    const char* date;
  } table[] = {
      {0, "Thu, 01 Jan 1970 00:00:00 +0000"},
      {951782399, "Mon, 28 Feb 2000 23:59:59 +0000"},
      {951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
      {4107542400, "Mon, 01 Mar 2100 00:00:00 +0000"},  // 2100 has no 29 February
      {1795425729, "Mon, 23 Nov 2026 09:22:09 +0000"},
      {253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
      {-5, "Thu, 01 Jan 1970 00:00:00 +0000"},
  };
  for (const auto& row : table) EXPECT_EQ(session::utc_date(row.seconds), row.date);
}

TEST(ServerReplies, APersonalityReplacesWhatItNames) {
  session::reply_texts texts;
  EXPECT_EQ(texts.find(reply_key::greeting), nullptr);
  texts.set(reply_key::greeting, {220, {}, {"first"}});
  texts.set(reply_key::greeting, {220, {}, {"second"}});
  ASSERT_NE(texts.find(reply_key::greeting), nullptr);
  EXPECT_EQ(texts.find(reply_key::greeting)->lines.front(), "second");
  EXPECT_EQ(texts.all().size(), 1U);
}

TEST(ServerExtension, EveryOneHasItsKeyword) {
  for (std::size_t i = 0; i < session::extension_count; ++i) {
    const auto e = static_cast<session::extension>(i);
    EXPECT_FALSE(name(e).empty());
    EXPECT_EQ(session::extension_named(name(e)), e);
  }
  EXPECT_EQ(session::extension_named("pipelining"), session::extension::pipelining);
  EXPECT_FALSE(session::extension_named("XCLIENT"));
}

TEST(ServerExtension, AListKeepsItsOrderAndHasEachOnce) {
  session::extension_list list{session::extension::help, session::extension::size, session::extension::help};
  EXPECT_EQ(list.in_order(), (std::vector{session::extension::help, session::extension::size}));
  list.remove(session::extension::help);
  list.remove(session::extension::help);
  EXPECT_FALSE(list.offers(session::extension::help));
  EXPECT_TRUE(list.offers(session::extension::size));
}

}  // namespace
}  // namespace smtpscope::test
