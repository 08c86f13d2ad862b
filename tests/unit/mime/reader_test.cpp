#include "smtpscope/mime/reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::mime {
namespace {

using test::exact_buffer;
using namespace std::string_literals;
using texts = std::vector<std::string>;

// "parent type|body" of each part.
texts outline(std::string_view message) {
  texts out;
  for (const auto& p : read(exact_buffer(message)).parts)
    out.push_back(std::to_string(p.parent) + " " + p.media_type + "|" +
                  std::string(message.substr(p.body_begin, p.end - p.body_begin)));
  return out;
}

// What holds for the tree of any bytes at all.
void expect_sound(std::string_view message) {
  const exact_buffer bytes(message);
  const message_tree tree = read(bytes);
  ASSERT_FALSE(tree.parts.empty());
  EXPECT_LE(tree.parts.size(), read_parts);
  EXPECT_EQ(tree.parts[0].begin, 0U);
  EXPECT_EQ(tree.parts[0].end, message.size());
  for (const auto* name : {"subject", "From", "A", "Content-Type"}) {
    EXPECT_EQ(first_header(bytes, name), tree.parts[0].header(name));
  }
  for (std::size_t i = 0; i < tree.parts.size(); ++i) {
    const read_part& p = tree.parts[i];
    ASSERT_LE(p.begin, p.body_begin);
    ASSERT_LE(p.body_begin, p.end);
    ASSERT_LT(p.parent, static_cast<int>(i));
    if (p.parent >= 0) {
      ASSERT_GE(p.begin, tree.parts[static_cast<std::size_t>(p.parent)].body_begin);
      ASSERT_LE(p.end, tree.parts[static_cast<std::size_t>(p.parent)].end);
    }
    std::uint32_t at = p.begin;
    for (const header_field& h : p.headers) {
      ASSERT_GE(h.begin, at);
      ASSERT_LT(h.begin, h.end);
      ASSERT_LE(h.end, p.body_begin);
      at = h.end;
      for (const std::string* shown : {&h.name, &h.value}) {
        ASSERT_TRUE(text::is_utf8(*shown));
        for (const char c : *shown) ASSERT_FALSE(text::is_control(c));
      }
    }
    (void)decoded_body(bytes, p);
    ASSERT_TRUE(text::is_utf8(decoded_text(bytes, p)));
  }
}

TEST(Reader, ReadsHeadersAsAPersonWouldSeeThem) {
  const std::string message =
      "Received: from a\r\n\tby b;\r\n  Thu, 21 May 1998\r\n"
      "Subject: =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
      " =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=\r\n"
      "From : a@b\r\n"
      "X-Raw: gr\xC3\xBC\xC3\x9F\xFF\x1b[2J\r\n"
      "Empty:\r\n"
      "\r\nbody\r\n";
  const message_tree tree = read(exact_buffer(message));
  ASSERT_EQ(tree.parts.size(), 1U);
  const read_part& p = tree.parts[0];
  ASSERT_EQ(p.headers.size(), 5U);
  EXPECT_EQ(p.headers[0].value, "from a by b;  Thu, 21 May 1998");
  EXPECT_EQ(p.headers[1].value, "If you can read this you understand the example.");
  EXPECT_EQ(p.headers[2].name, "From");
  EXPECT_EQ(p.header("from"), "a@b");
  EXPECT_EQ(p.header("X-RAW"), "gr\xC3\xBC\xC3\x9F\xEF\xBF\xBD\xEF\xBF\xBD[2J");
  EXPECT_EQ(p.header("empty"), "");
  EXPECT_EQ(p.header("none"), "");
  EXPECT_EQ(message.substr(p.headers[2].begin, p.headers[2].end - p.headers[2].begin), "From : a@b\r\n");
  EXPECT_EQ(message.substr(p.body_begin), "body\r\n");
  EXPECT_EQ(p.media_type, "text/plain");
  EXPECT_EQ(p.encoding, "7bit");
  EXPECT_EQ(p.charset, "us-ascii");
}

TEST(Reader, ReadsAnyMixtureOfHeaderAndBody) {
  EXPECT_EQ(outline(""), texts{"-1 text/plain|"});
  EXPECT_EQ(outline("\r\n"), texts{"-1 text/plain|"});
  EXPECT_EQ(outline("\r\nbody"), texts{"-1 text/plain|body"});
  EXPECT_EQ(outline("no header at all"), texts{"-1 text/plain|no header at all"});
  EXPECT_EQ(outline("A: b"), texts{"-1 text/plain|"});
  EXPECT_EQ(outline("A: b\nbody"), texts{"-1 text/plain|body"});
  EXPECT_EQ(outline("A: b\n\nbody"), texts{"-1 text/plain|body"});
  EXPECT_EQ(outline("From a@b Thu\nA: b\n\nbody"), texts{"-1 text/plain|body"});
  EXPECT_EQ(outline("A: b\n c\n\nbody"), texts{"-1 text/plain|body"});
  EXPECT_EQ(outline(": x\n\nbody"), texts{"-1 text/plain|: x\n\nbody"});
}

TEST(Reader, OneHeaderIsFoundWithoutTheOthers) {
  EXPECT_EQ(first_header("From x\nA: b\nSubject : =?utf-8?q?K=C3=BCche?=\n and\tbath\nsubject: two\n\n", "SUBJECT"),
            "K\u00fcche and bath");
  EXPECT_EQ(first_header("A: b\n\nSubject: of the body\n", "Subject"), "");
  EXPECT_EQ(first_header("A: b\nno field\nSubject: late\n", "Subject"), "");
  EXPECT_EQ(first_header("", "Subject"), "");
}

TEST(Reader, TakesMultipartsApart) {
  const std::string message =
      "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\n"
      "preamble\r\n--b 1 no delimiter\r\n"
      "--b 1\r\n\r\none\r\n\r\n"
      "--b 1  \r\nContent-Type: text/html; charset=ISO-8859-1\r\nContent-Transfer-Encoding: "
      "Quoted-Printable\r\n\r\ntw=F6=\r\n!\r\n"
      "--b 1--\r\nepilogue\r\n--b 1\r\n\r\nnot read\r\n";
  const message_tree tree = read(exact_buffer(message));
  ASSERT_EQ(tree.parts.size(), 3U);
  EXPECT_EQ(decoded_body(message, tree.parts[1]), "one\r\n");
  EXPECT_EQ(tree.parts[2].charset, "iso-8859-1");
  EXPECT_EQ(tree.parts[2].encoding, "quoted-printable");
  EXPECT_EQ(decoded_text(message, tree.parts[2]), "tw\xC3\xB6!");
  expect_sound(message);
}

TEST(Reader, NestedPartsAndMessagesAreRead) {
  const std::string message =
      "Content-Type: multipart/report; boundary=o\n\n"
      "--o\nContent-Type: multipart/alternative; boundary=oi\n\n--oi\n\nA\n--oi\n\nB\n--oi--\n"
      "--o\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\nC\n"
      "--o--\n";
  EXPECT_EQ(outline(message),
            (texts{"-1 multipart/report|" + message.substr(message.find("--o\n")),
                   "0 multipart/alternative|--oi\n\nA\n--oi\n\nB\n--oi--", "1 text/plain|A", "1 text/plain|B",
                   "0 message/rfc822|Subject: inner\nContent-Type: text/html\n\nC", "4 text/html|C"}));
  EXPECT_EQ(outline("Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: x\n\nY\n--d--").at(2),
            "1 text/plain|Y");
}

TEST(Reader, MessagesThatWereCutOffShowWhatIsThere) {
  const std::string message =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: image/png\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nUE5HUE5H\r\n--b--\r\n";
  for (std::size_t n = 0; n <= message.size(); ++n) expect_sound(message.substr(0, n));
  const message_tree tree = read(message.substr(0, message.find("HUE5H")));
  EXPECT_EQ(tree.parts.size(), 3U);
}

TEST(Reader, FileNamesAreFoundWhereverTheyStand) {
  const struct {
    std::string header;
    std::string name;
  } table[] = {
      {"Content-Disposition: attachment; filename=a.txt", "a.txt"},
      {"Content-Type: text/plain; name=\"b c.txt\"", "b c.txt"},
      {"Content-Type: text/plain; name=b.txt\nContent-Disposition: attachment; filename=a.txt", "a.txt"},
      {"Content-Disposition: attachment; filename*=UTF-8''%C3%BC.txt; filename=_.txt", "\xC3\xBC.txt"},
      {"Content-Disposition: attachment; filename=\"=?utf-8?Q?=C3=BC?=.txt\"", "\xC3\xBC.txt"},
      {"Content-Disposition: attachment;\n filename*0=\"long\";\n filename*1=\"er.txt\"", "longer.txt"},
      {"Content-Disposition: attachment; filename=\"a\x01"
       "b\"",
       "a\xEF\xBF\xBD"
       "b"},
      {"X: y", ""},
  };
  for (const auto& row : table)
    EXPECT_EQ(read(exact_buffer(row.header + "\n\n")).parts.at(0).file_name, row.name) << row.header;
}

TEST(Reader, WhatIsWrongFallsBackToPlainText) {
  for (const char* type : {"", "text", "text/", "/plain", "text/pl ain", "multipart", "@/@", ";;"})
    EXPECT_EQ(read("Content-Type: "s + type + "\n\nx").parts.at(0).media_type, "text/plain") << type;
  EXPECT_EQ(outline("Content-Type: multipart/mixed\n\n--x\n\ny").size(), 1U);
  EXPECT_EQ(outline("Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\ny").size(), 1U);
  EXPECT_EQ(outline("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTogYg==").size(), 1U);
}

TEST(Reader, BodiesThatAreBrokenAreDecodedAsFarAsPossible) {
  const auto body = [](const std::string& encoding, const std::string& text) {
    const std::string message = "Content-Transfer-Encoding: " + encoding + "\n\n" + text;
    return decoded_body(message, read(message).parts.at(0));
  };
  EXPECT_EQ(body("base64", "Zm9v\n!YmFy\n="), "foobar");
  EXPECT_EQ(body("BASE64", "Zm9vYg"), "foob");
  EXPECT_EQ(body("quoted-printable", "a=3D=ZZ=\nb"), "a==ZZb");
  EXPECT_EQ(body("8bit", "\xFF"), "\xFF");
  EXPECT_EQ(body("x-none", "abc"), "abc");
  EXPECT_EQ(decoded_body("short", part_range{0, 3, 99, -1, "", "", "", ""}), "");
}

TEST(Reader, DepthAndNumbersAreBounded) {
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(read(deep).parts.size(), static_cast<std::size_t>(read_depth) + 1);
  std::string nested;
  for (int i = 0; i < 500; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
  EXPECT_EQ(read(nested).parts.size(), static_cast<std::size_t>(read_depth) + 1);
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 5000; ++i) wide += "--b\n\nx\n";
  EXPECT_EQ(read(wide).parts.size(), read_parts);
  std::string headers;
  for (int i = 0; i < 5000; ++i) headers += "A: b\n";
  EXPECT_EQ(read(headers + "\nbody").parts.at(0).headers.size(), read_headers);
  EXPECT_EQ(outline(headers + "\nbody"), texts{"-1 text/plain|body"});
  expect_sound(deep);
  expect_sound(nested);
  expect_sound("A: " + std::string(1'000'000, 'x') + "\n\n");
}

TEST(Reader, NoBytesCanHarmIt) {
  const std::string seeds[] = {
      "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
      "Subject: =?utf-8?Q?=C3=BC?= =?utf-8?B?w7w=?=\r\n\tx\r\nContent-Disposition: a; filename*0*=utf-8''%41; "
      "filename*1=b\r\n\r\n=41=\r\n",
  };
  unsigned random = 7;
  const auto next = [&random](std::size_t bound) {
    random = random * 1664525U + 1013904223U;
    return static_cast<std::size_t>(random >> 8) % bound;
  };
  const std::string alphabet = "\r\n\0 \t:;=?\"'*%-<>b\xFF\xC3"s;
  for (const std::string& seed : seeds) {
    for (int round = 0; round < 2000; ++round) {
      std::string bytes = seed;
      for (std::size_t i = 0, edits = 1 + next(6); i < edits; ++i) {
        const std::size_t at = next(bytes.size());
        if (next(3) == 0)
          bytes.erase(at, 1 + next(4));
        else
          bytes.insert(at, 1, alphabet[next(alphabet.size())]);
        if (bytes.empty()) bytes = "x";
      }
      expect_sound(bytes);
    }
  }
}

}  // namespace
}  // namespace smtpscope::mime
