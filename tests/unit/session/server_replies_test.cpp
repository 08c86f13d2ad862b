#include "smtpscope/session/server_replies.hpp"

#include <gtest/gtest.h>

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
