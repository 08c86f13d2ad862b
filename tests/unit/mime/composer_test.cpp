#include "smtpscope/mime/composer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smtpscope/mime/reader.hpp"
#include "smtpscope/text/ascii.hpp"
#include "unit/mime/composed_message.hpp"

namespace smtpscope::mime {
namespace {

using namespace std::string_literals;
using test::expect_legal;
using test::expect_same_parts;
using test::must_compose;
using test::simple;
using texts = std::vector<std::string>;

texts recipients(const composed& c) {
  texts out;
  for (const auto& path : c.addressing.forward_paths) out.push_back(path.mailbox_text());
  return out;
}

texts types(const composed& c) {
  texts out;
  for (const auto& p : c.parts) out.push_back(std::to_string(p.parent) + " " + p.media_type);
  return out;
}

TEST(Composer, WritesASimpleMessageExactly) {
  const composed c = must_compose(simple("Hello,\n.\nbye"));
  EXPECT_EQ(c.bytes,
            "Date: Thu, 21 May 1998 05:33:29 -0700\r\n"
            "From: Alice <alice@example.org>\r\n"
            "To: bob@example.com\r\n"
            "Subject: Greetings\r\n"
            "Message-ID: <1.2@client.example>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "Hello,\r\n.\r\nbye\r\n");
  expect_legal(c);
  expect_same_parts(c);
  EXPECT_EQ(c.addressing.reverse_path.text(), "<alice@example.org>");
}

TEST(Composer, WritesPicturesAndAttachmentsExactly) {
  draft d = simple("Look:\n");
  d.attachments = {{"sun.png", "image/png", "PNG", disposition::inlined},
                   {"notes.txt", "text/plain", "abc", disposition::attached}};
  const composed c = must_compose(d);
  EXPECT_EQ(c.bytes.substr(c.bytes.find("MIME-Version")),
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed;\r\n boundary=\"=_seed_1\"\r\n"
            "\r\n"
            "--=_seed_1\r\n"
            "Content-Type: multipart/related;\r\n type=\"multipart/alternative\";\r\n boundary=\"=_seed_2\"\r\n"
            "\r\n"
            "--=_seed_2\r\n"
            "Content-Type: multipart/alternative;\r\n boundary=\"=_seed_3\"\r\n"
            "\r\n"
            "--=_seed_3\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "Look:\r\n"
            "\r\n"
            "--=_seed_3\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "<!DOCTYPE html>\r\n<html>\r\n<head><meta charset=\"utf-8\"></head>\r\n<body>\r\n"
            "<div>Look:<br>\r\n</div>\r\n"
            "<p><img src=\"cid:image1.1.2@client.example\" alt=\"sun.png\"></p>\r\n"
            "</body>\r\n</html>\r\n"
            "\r\n"
            "--=_seed_3--\r\n"
            "--=_seed_2\r\n"
            "Content-Type: image/png\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "Content-Disposition: inline; filename=sun.png\r\n"
            "Content-ID: <image1.1.2@client.example>\r\n"
            "\r\n"
            "UE5H\r\n"
            "--=_seed_2--\r\n"
            "--=_seed_1\r\n"
            "Content-Type: text/plain\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "Content-Disposition: attachment; filename=notes.txt\r\n"
            "\r\n"
            "YWJj\r\n"
            "--=_seed_1--\r\n");
  expect_legal(c);
  expect_same_parts(c);
  EXPECT_EQ(types(c), (texts{"-1 multipart/mixed", "0 multipart/related", "1 multipart/alternative", "2 text/plain",
                             "2 text/html", "1 image/png", "0 text/plain"}));
}

TEST(Composer, StructureFollowsWhatIsThere) {
  draft d = simple();
  EXPECT_EQ(types(must_compose(d)), (texts{"-1 text/plain"}));
  d.attachments = {{"a", "application/pdf", "x", disposition::attached}};
  EXPECT_EQ(types(must_compose(d)), (texts{"-1 multipart/mixed", "0 text/plain", "0 application/pdf"}));
  d.attachments = {{"a", "image/gif", "x", disposition::inlined}, {"b", "image/gif", "y", disposition::inlined}};
  EXPECT_EQ(types(must_compose(d)), (texts{"-1 multipart/related", "0 multipart/alternative", "1 text/plain",
                                           "1 text/html", "0 image/gif", "0 image/gif"}));
  d.attachments = {{"a", "application/pdf", "x", disposition::inlined}};
  const composed c = must_compose(d);
  EXPECT_EQ(types(c), (texts{"-1 multipart/mixed", "0 text/plain", "0 application/pdf"}));
  EXPECT_NE(c.bytes.find("Content-Disposition: attachment"), std::string::npos) << "only images are shown in the text";
}

TEST(Composer, TextIsEncodedAsItNeeds) {
  const struct {
    const char* name;
    std::string text;
    std::string encoding;
    std::string read;
  } table[] = {
      {"empty", "", "7bit", ""},
      {"ASCII", "Hello", "7bit", "Hello\r\n"},
      {"tab", "a\tb\n", "7bit", "a\tb\r\n"},
      {"78 characters", std::string(78, 'x') + "\n", "7bit", std::string(78, 'x') + "\r\n"},
      {"79 characters", std::string(79, 'x') + "\n", "quoted-printable", std::string(79, 'x') + "\r\n"},
      {"a paragraph", std::string(5000, 'x') + "\n", "quoted-printable", std::string(5000, 'x') + "\r\n"},
      {"some UTF-8",
       "Gr\xC3\xBC\xC3\x9F"
       "e an alle\n",
       "quoted-printable",
       "Gr\xC3\xBC\xC3\x9F"
       "e an alle\r\n"},
      {"a NUL", "a\0b\n"s, "quoted-printable", "a\0b\r\n"s},
      {"mailbox mark", "x\nFrom here on\n", "quoted-printable", "x\r\nFrom here on\r\n"},
  };
  for (const auto& row : table) {
    const composed c = must_compose(simple(row.text));
    expect_legal(c);
    expect_same_parts(c);
    EXPECT_EQ(c.parts[0].encoding, row.encoding) << row.name;
    EXPECT_EQ(decoded_body(c.bytes, c.parts[0]), row.read) << row.name;
  }
  std::string cyrillic;
  for (int i = 0; i < 300; ++i) cyrillic += i % 50 == 49 ? "\n" : "\xD0\xB6";
  const composed c = must_compose(simple(cyrillic));
  EXPECT_EQ(c.parts[0].encoding, "base64");
  expect_legal(c);
}

TEST(Composer, EveryLineEndBecomesCrlf) {
  for (const std::string& text : {"a\nb\nc\n"s, "a\r\nb\r\nc\r\n"s, "a\rb\rc\r"s, "a\nb\rc\r\n"s, "a\r\nb\nc\r"s}) {
    const composed c = must_compose(simple(text));
    EXPECT_EQ(c.bytes.substr(c.parts[0].body_begin), "a\r\nb\r\nc\r\n");
  }
  const composed c = must_compose(simple("\r\r\n\n\r"));
  EXPECT_EQ(c.bytes.substr(c.parts[0].body_begin), "\r\n\r\n\r\n\r\n");
}

// Whatever is typed, a server that follows the standard finds exactly one end of content.
TEST(Composer, AttachmentsArriveOctetByOctet) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const std::size_t size : {0U, 1U, 2U, 3U, 56U, 57U, 58U, 256U, 100000U}) {
    std::string bytes;
    while (bytes.size() < size) bytes += all;
    bytes.resize(size);
    draft d = simple();
    d.attachments = {{"a.bin", "application/x-test", bytes, disposition::attached},
                     {"b.png", "image/png", bytes, disposition::inlined}};
    const composed c = must_compose(d);
    expect_legal(c);
    expect_same_parts(c);
    const message_tree tree = read(c.bytes);
    int found = 0;
    for (const auto& part : tree.parts) {
      if (part.file_name.empty()) continue;
      EXPECT_EQ(decoded_body(c.bytes, part), bytes) << size;
      ++found;
    }
    EXPECT_EQ(found, 2);
  }
}

TEST(Composer, BccIsInTheEnvelopeAndNowhereElse) {
  draft d = simple();
  d.cc = *parse_address_list("Carol <carol@example.com>");
  d.bcc = *parse_address_list("Secret Reader <hidden@example.net>");
  const composed c = must_compose(d);
  EXPECT_EQ(recipients(c), (texts{"bob@example.com", "carol@example.com", "hidden@example.net"}));
  EXPECT_EQ(c.bytes.find("hidden"), std::string::npos);
  EXPECT_EQ(c.bytes.find("Secret"), std::string::npos);
  EXPECT_EQ(text::to_lower(c.bytes).find("bcc"), std::string::npos);
  d.to.clear();
  d.cc.clear();
  const composed hidden = must_compose(d);
  EXPECT_NE(hidden.bytes.find("To: undisclosed-recipients:;\r\n"), std::string::npos);
  EXPECT_EQ(recipients(hidden), texts{"hidden@example.net"});
}

TEST(Composer, EachMailboxGetsTheMessageOnce) {
  draft d = simple();
  d.to = *parse_address_list("a@Example.com, Bob <b@example.com>, a@EXAMPLE.COM");
  d.cc = *parse_address_list("\"a\"@example.com, A@example.com");
  d.bcc = *parse_address_list("b@example.com, c@example.com");
  EXPECT_EQ(recipients(must_compose(d)), (texts{"a@Example.com", "b@example.com", "A@example.com", "c@example.com"}));
}

TEST(Composer, TheSameDraftGivesTheSameBytes) {
  draft d = simple("a\n");
  d.attachments = {{"a.png", "image/png", "x", disposition::inlined}};
  EXPECT_EQ(must_compose(d).bytes, must_compose(d).bytes);
  const std::string before = must_compose(d).bytes;
  d.boundary_seed = "other";
  EXPECT_NE(must_compose(d).bytes, before);
}

}  // namespace
}  // namespace smtpscope::mime
