#include "smtpscope/mime/composer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/mime/reader.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "unit/mime/composed_message.hpp"

namespace smtpscope::mime {
namespace {

using namespace std::string_literals;
using test::expect_legal;
using test::expect_same_parts;
using test::must_compose;
using test::simple;

TEST(ComposerInput, NoTextCanEndTheMessageEarly) {
  for (const std::string& ending :
       {"\n.\n"s, "\n.\r\n"s, "\r.\r"s, "\r\n.\r\n"s, "\r\n.\r\r\n"s, "\r\n\0.\r\n"s, "\r\n.\0\r\n"s, "\n..\n"s}) {
    for (const std::string& tail : {""s, "\xC3\xBC"s}) {
      draft d = simple("text" + ending + "MAIL FROM:<admin@x.example>\r\nDATA\r\n" + tail);
      d.attachments = {{"a.bin", "", "bytes" + ending + "RSET\r\n", disposition::attached}};
      const composed c = must_compose(d);
      expect_legal(c);
      wire::dot_stuffer stuffer;
      std::string sent = stuffer.stuff(c.bytes);
      sent += stuffer.finish();
      sent += wire::end_of_content;
      wire::dot_unstuffer server;
      std::string received;
      EXPECT_EQ(server.consume(sent, received), sent.size());
      EXPECT_TRUE(server.finished());
      EXPECT_FALSE(server.saw_bare_cr_or_lf());
      EXPECT_EQ(received, c.bytes);
    }
  }
}

TEST(ComposerInput, MediaTypesAreCheckedAndHoldersOfPartsBecomeOctets) {
  const struct {
    std::string given;
    std::string written;
  } table[] = {
      {"image/PNG", "image/png"},
      {"text/plain; charset=x", "text/plain"},
      {"application/vnd.ms-excel", "application/vnd.ms-excel"},
      {"", "application/octet-stream"},
      {"png", "application/octet-stream"},
      {"image/", "application/octet-stream"},
      {"/png", "application/octet-stream"},
      {"image/png/x", "application/octet-stream"},
      {"image/p ng", "application/octet-stream"},
      {"image/png\r\nX: y", "application/octet-stream"},
      {"im\xC3\xBC/png", "application/octet-stream"},
      {"message/rfc822", "application/octet-stream"},
      {"multipart/mixed", "application/octet-stream"},
      {"a/" + std::string(200, 'b'), "application/octet-stream"},
  };
  for (const auto& row : table) {
    draft d = simple();
    d.attachments = {{"x", row.given, "x", disposition::attached}};
    const composed c = must_compose(d);
    EXPECT_EQ(c.parts.at(2).media_type, row.written) << row.given;
    expect_legal(c);
    expect_same_parts(c);
  }
}

TEST(ComposerInput, BoundariesNeverOccurInTheContent) {
  draft d = simple("--=_seed_1\n--=_seed_2--\n=_seed.1_1\n");
  d.attachments = {{"a", "a/b", "x", disposition::attached}};
  const composed c = must_compose(d);
  EXPECT_NE(c.bytes.find("boundary=\"=_seed.2_1\""), std::string::npos);
  expect_legal(c);
  expect_same_parts(c);
  for (const std::string& seed : {""s, "\r\n\"evil\""s, std::string(500, 'z'), "\xC3\xBC-1"s, "a b/c:d"s}) {
    d.boundary_seed = seed;
    d.text = "=_\n--=_\n";
    const composed other = must_compose(d);
    const std::size_t begin = other.bytes.find("boundary=\"") + 10;
    const std::string boundary = other.bytes.substr(begin, other.bytes.find('"', begin) - begin);
    EXPECT_LE(boundary.size(), 70U);
    EXPECT_EQ(boundary.find_first_not_of("=_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
              std::string::npos);
    expect_legal(other);
    expect_same_parts(other);
  }
}

TEST(ComposerInput, HtmlShowsTheTextAndRunsNothing) {
  draft d = simple("<script>alert(\"x\")</script> & 'y'\n  two  spaces\n");
  d.attachments = {{"\"><script>.png", "image/png", "x", disposition::inlined}};
  const composed c = must_compose(d);
  const std::string html = decoded_body(c.bytes, c.parts.at(3));
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; 'y'<br>\r\n"
                      "&nbsp; two&nbsp; spaces<br>\r\n"),
            std::string::npos)
      << html;
  EXPECT_NE(html.find("alt=\"&quot;&gt;&lt;script&gt;.png\""), std::string::npos) << html;
}

TEST(ComposerInput, NothingCanBeInjectedThroughAnyField) {
  for (const std::string& evil : {"Hi\r\nBcc: victim@x"s, "Hi\nX: y"s, "Hi\rX: y"s, "Hi\0"s, "\x1b[2J"s, "Hi\x7f"s}) {
    draft subject = simple();
    subject.subject = evil;
    draft from = simple();
    from.from.display_name = evil;
    draft to = simple();
    to.to[0].display_name = evil;
    draft cc = simple();
    cc.cc = {{evil, cc.to[0].address}};
    draft file = simple();
    file.attachments = {{"ok.txt", "text/plain", "x", disposition::attached},
                        {evil, "text/plain", "x", disposition::attached}};
    const struct {
      const draft& d;
      const char* field;
    } table[] = {{subject, "Subject"}, {from, "From"}, {to, "To"}, {cc, "Cc"}, {file, "attachment 2"}};
    for (const auto& row : table) {
      const auto c = compose(row.d);
      ASSERT_FALSE(c) << row.field;
      EXPECT_EQ(c.why().code, errc::forbidden_character) << row.field;
      EXPECT_EQ(c.why().detail.find(row.field), 0U) << c.why().detail;
    }
    draft id = simple();
    id.message_id = evil + "@x";
    EXPECT_EQ(compose(id).why().code, errc::invalid_header);
  }
}

TEST(ComposerInput, SaysWhatIsMissingOrWrong) {
  draft nobody = simple();
  nobody.to.clear();
  EXPECT_EQ(compose(nobody).why().code, errc::invalid_argument);
  EXPECT_NE(compose(nobody).why().detail.find("recipient"), std::string::npos);
  draft text = simple("bad \xFF");
  EXPECT_EQ(compose(text).why().code, errc::invalid_encoding);
  draft date = simple();
  date.utc_offset_minutes = 1440;
  EXPECT_EQ(compose(date).why().code, errc::invalid_argument);
  draft name = simple();
  name.attachments = {{std::string(256, 'n'), "a/b", "x", disposition::attached}};
  EXPECT_EQ(compose(name).why().code, errc::invalid_argument);
}

TEST(ComposerInput, MessageIdsAreChecked) {
  for (const char* good : {"a@b", "1.2@client.example", "A-b+c=d@[192.0.2.1]", "x@a_b"}) {
    draft d = simple();
    d.message_id = good;
    expect_legal(must_compose(d));
  }
  for (const std::string& bad : {""s, "a"s, "@b"s, "a@"s, "<a@b>"s, "a b@c"s, "a@b@c"s, ".a@b"s, "a..b@c"s, "a@b."s,
                                 "\xC3\xBC@b"s, "a@[x"s, "a@b>\r\nX: y"s, "a@" + std::string(250, 'b')}) {
    draft d = simple();
    d.message_id = bad;
    const auto c = compose(d);
    ASSERT_FALSE(c) << bad;
    EXPECT_EQ(c.why().code, errc::invalid_header) << bad;
    EXPECT_EQ(c.why().detail.find("Message-ID"), 0U);
  }
}

TEST(ComposerInput, ContentIdsNeedNoEscapeInUrls) {
  draft d = simple();
  d.message_id = "a%b/c?d#e=f@[192.0.2.1]";
  d.attachments = {{"1.png", "image/png", "x", disposition::inlined},
                   {"2.png", "image/png", "y", disposition::inlined}};
  const composed c = must_compose(d);
  EXPECT_EQ(c.parts.at(4).content_id, "image1.a-b-c-d-e-f@-192.0.2.1-");
  EXPECT_EQ(c.parts.at(5).content_id, "image2.a-b-c-d-e-f@-192.0.2.1-");
  EXPECT_NE(c.bytes.find("cid:image2.a-b-c-d-e-f@-192.0.2.1-"), std::string::npos);
  expect_same_parts(c);
}

}  // namespace
}  // namespace smtpscope::mime
