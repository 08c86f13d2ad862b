// Header injection: whatever a person or a program puts into a field, no further field comes of it.

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/mime/composer.hpp"
#include "smtpscope/mime/header.hpp"
#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/encoded_word.hpp"
#include "smtpscope/text/utf8.hpp"
#include "unit/mime/composed_message.hpp"

namespace smtpscope::mime {
namespace {

using namespace std::string_literals;
using test::expect_legal;
using test::must_compose;
using test::simple;

void expect_refused(const draft& d, errc code) {
  const auto c = compose(d);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.why().code, code) << c.why().detail;
  EXPECT_EQ(c.why().detail.find("victim"), std::string::npos) << "the hostile text is not repeated";
}

TEST(AttackS7, ASubjectBringsNoBcc) {
  for (const std::string& subject :
       {"Hi\r\nBcc: victim@x"s, "Hi\nBcc: victim@x"s, "Hi\rBcc: victim@x"s, "Hi\r"s, "\r"s}) {
    draft d = simple();
    d.subject = subject;
    expect_refused(d, errc::forbidden_character);
  }
}

TEST(AttackS7, ADisplayNameBringsNoField) {
  for (const std::string& name : {"Bob\r\nX: y"s, "Bob\rX: y"s, "Bob\nX: y"s, "Bob\0"s, "Bob\x7f"s}) {
    draft from = simple();
    from.from.display_name = name;
    expect_refused(from, errc::forbidden_character);
    draft to = simple();
    to.to[0].display_name = name;
    expect_refused(to, errc::forbidden_character);
  }
}

TEST(AttackS7, AFileNameBringsNoContentType) {
  draft d = simple();
  d.attachments = {{"a\"\r\nContent-Type: text/html.png", "image/png", "x", disposition::attached}};
  expect_refused(d, errc::forbidden_character);
  // A quotation mark alone is no attack, and comes back.
  d.attachments[0].file_name = "a\"; filename=\"b.html";
  const composed c = must_compose(d);
  expect_legal(c);
  EXPECT_EQ(read(c.bytes).parts.at(2).file_name, "a\"; filename=\"b.html");
}

TEST(AttackS7, ParametersNamesIdsAndBoundariesBringNothing) {
  for (const std::string& evil : {"x\r\nBcc: victim@x"s, "x\rY"s, "x\nY"s, "x\0"s}) {
    EXPECT_FALSE(unstructured_field(evil, "value"));
    EXPECT_FALSE(unstructured_field("X-" + evil, "value"));
    EXPECT_FALSE(parameter_field("Content-Type", evil));
    EXPECT_FALSE(parameter_field("Content-Type", "a/b", {{evil, "c"}}));
    EXPECT_FALSE(parameter_field("Content-Type", "a/b", {{"c", evil}}));
    draft id = simple();
    id.message_id = evil + "@x";
    expect_refused(id, errc::invalid_header);
    draft type = simple();
    type.attachments = {{"x", "image/" + evil, "x", disposition::attached}};
    EXPECT_EQ(must_compose(type).bytes.find("victim"), std::string::npos);
    draft seed = simple();
    seed.boundary_seed = evil;
    seed.attachments = {{"x", "a/b", "x", disposition::attached}};
    expect_legal(must_compose(seed));
  }
}

TEST(AttackS7, SeparatorsOfUnicodeAreEncoded) {
  draft d = simple();
  d.subject =
      "Hi\xE2\x80\xA8"
      "Bcc: victim@x\xE2\x80\xA9"
      "X: y\xC2\x85";
  const auto c = compose(d);
  // Either the control character U+0085 is refused, or all of it is inside encoded words.
  if (!c) {
    EXPECT_EQ(c.why().code, errc::forbidden_character);
    d.subject.resize(d.subject.size() - 2);
  }
  const composed plain = must_compose(d);
  expect_legal(plain);
  EXPECT_TRUE(text::all_ascii(plain.bytes));
  EXPECT_EQ(plain.bytes.find("\nBcc:"), std::string::npos);
  EXPECT_TRUE(read(plain.bytes).parts[0].header("Bcc").empty());
}

TEST(AttackS7, AnUnpairedSurrogateIsNoText) {
  draft d = simple();
  d.subject = "\xED\xA0\x80";
  expect_refused(d, errc::invalid_encoding);
  const std::string shown = text::decode_words("=?UTF-8?B?7aCA?= =?UTF-8?Q?=ED=A0=80=0D=0ABcc:_x?=");
  EXPECT_TRUE(text::is_utf8(shown));
  const std::string message = "Subject: =?UTF-8?Q?=ED=A0=80=0D=0ABcc:_victim@x?=\r\n\r\nx";
  const message_tree tree = read(message);
  ASSERT_EQ(tree.parts[0].headers.size(), 1U);
  EXPECT_EQ(tree.parts[0].headers[0].value.find_first_of("\r\n"), std::string::npos);
}

}  // namespace
}  // namespace smtpscope::mime
