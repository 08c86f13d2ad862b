#include "smtpscope/mime/downgrade.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/mime/reader.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::mime {
namespace {

using smtpscope::test::exact_buffer;
using namespace std::string_literals;

std::string narrow(const std::string& message) {
  const auto out = downgrade(exact_buffer(message));
  EXPECT_TRUE(out) << out.why().detail;
  if (!out) return {};
  EXPECT_TRUE(is_seven_bit(*out));
  EXPECT_EQ(*downgrade(*out), *out) << "a second time changes nothing";
  return *out;
}

TEST(Downgrade, KnowsWhatEveryServerTakes) {
  const struct {
    std::string message;
    bool fits;
  } table[] = {
      {"", true},
      {"Subject: x\r\n\r\nplain\r\n", true},
      {"Subject: x\r\n\r\nno line end", true},
      {"Subject: x\n\nplain\n", false},
      {"a\rb", false},
      {"a\r", false},
      {"\n", false},
      {"Subject: x\r\n\r\nd\xC3\xB6rte\r\n", false},
      {"A: b\r\n\r\n" + std::string(998, 'x') + "\r\n", true},
      {"A: b\r\n\r\n" + std::string(999, 'x') + "\r\n", false},
      {"A: b\r\n\r\n" + std::string(998, 'x'), true},
      {"A: b\r\n\r\n" + std::string(999, 'x'), false},
      {"A: b\r\n\r\na\0b"s, false},
      {"Content-Transfer-Encoding: binary\r\n\r\na\r\nb", true},
  };
  for (const auto& row : table) EXPECT_EQ(is_seven_bit(exact_buffer(row.message)), row.fits) << row.message;
}

TEST(Downgrade, WhatFitsIsNotTouched) {
  for (const std::string& message :
       {"Subject: x\r\nContent-Transfer-Encoding: 8bit\r\nContent-Type:\r\nContent-Type: a\r\n\r\nplain\r\n"s, ""s,
        "no header\r\n"s})
    EXPECT_EQ(narrow(message), message);
}

TEST(Downgrade, TextBecomesQuotedPrintable) {
  EXPECT_EQ(narrow("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: 8bit\r\nSubject: x\r\n\r\nd\xC3\xB6rte\r\n=\r\n"),
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\nSubject: x\r\n\r\nd=C3=B6rte\r\n=3D\r\n");
}

TEST(Downgrade, LongLinesAreBrokenSoftly) {
  const std::string body = std::string(2000, 'x') + "\r\n";
  const std::string out = narrow("MIME-Version: 1.0\r\n\r\n" + body);
  EXPECT_EQ(out.find("MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nxx"), 0U);
  EXPECT_EQ(decoded_body(out, read(out).parts[0]), body);
}

TEST(Downgrade, TextOfManyForeignLettersBecomesBase64) {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "\xD0\xB6";
  const std::string out =
      narrow("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n");
  EXPECT_NE(out.find("Content-Transfer-Encoding: base64\r\n\r\n"), std::string::npos);
  EXPECT_EQ(decoded_body(out, read(out).parts[0]), body + "\r\n");
}

TEST(Downgrade, AMessageThatWasNoMimeBecomesMime) {
  EXPECT_EQ(narrow("Subject: x\r\n\r\nd\xC3\xB6rte\r\n"),
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nd=C3=B6rte\r\n");
  EXPECT_NE(narrow("Subject: x\r\n\r\nd\xF6rte\r\n").find("charset=unknown-8bit\r\n"), std::string::npos);  // RFC 1428
  EXPECT_EQ(narrow("\r\nd\xC3\xB6rte\r\n").find("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"),
            0U);
}

// A message of every kind of part, with the labels of an 8-bit path.
std::string mixed(const std::string& text, const std::string& octets) {
  return "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
         "preamble\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
         text +
         "\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nascii\r\n"
         "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
         octets +
         "\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
         "Subject: inner\r\n\r\nd\xC3\xB6rte\r\n--b--\r\nepilogue\r\n";
}

TEST(Downgrade, WalksTheWholeTree) {
  const std::string octets = "\0\n\r\xFF.\r\n"s + std::string(2000, 'x');
  const std::string message = mixed("d\xC3\xB6rte", octets);
  const std::string out = narrow(message);
  const message_tree before = read(message);
  const message_tree after = read(out);
  ASSERT_EQ(after.parts.size(), before.parts.size());
  const char* const encodings[] = {"7bit", "quoted-printable", "8bit", "base64", "7bit", "quoted-printable"};
  for (std::size_t i = 0; i < after.parts.size(); ++i) {
    EXPECT_EQ(after.parts[i].media_type, before.parts[i].media_type);
    EXPECT_EQ(after.parts[i].encoding, encodings[i]) << i;
  }
  EXPECT_EQ(decoded_body(out, after.parts[1]), "d\xC3\xB6rte");
  EXPECT_EQ(decoded_body(out, after.parts[3]), octets);
  EXPECT_EQ(decoded_body(out, after.parts[5]), "d\xC3\xB6rte");
  EXPECT_NE(out.find("preamble\r\n--b\r\n"), std::string::npos);
  EXPECT_NE(out.find("--b--\r\nepilogue\r\n"), std::string::npos);
}

TEST(Downgrade, OctetsThatAreNoLinesOfTextBecomeBase64) {
  for (const std::string& body : {"d\xC3\xB6\nrte\r\n"s, "d\0\r\n"s, "a\rb"s}) {
    const std::string out = narrow("Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body);
    EXPECT_EQ(read(out).parts[0].encoding, "base64");
    EXPECT_EQ(decoded_body(out, read(out).parts[0]), body);
  }
}

TEST(Downgrade, WhatNobodyReadsIsLeftOutWhenItIsTooWide) {
  const std::string out = narrow(
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npr\xC3\xA4"
      "ambel\r\n--b\r\n\r\nx\r\n--b--\r\nepil\xC3\xB6g\r\n");
  EXPECT_EQ(out, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n");
}

TEST(Downgrade, NoDelimiterComesOfASoftLineBreak) {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n";
  for (std::size_t n = 60; n < 90; ++n) {
    const std::string line = std::string(n, 'x') + "--b-- d\xC3\xB6";
    const std::string out = narrow(head + line + "\r\n--b--\r\n");
    const message_tree tree = read(out);
    ASSERT_EQ(tree.parts.size(), 2U) << n;
    EXPECT_EQ(decoded_body(out, tree.parts[1]), line);
  }
}

TEST(Downgrade, BlanksBehindADelimiterAreItsOwn) {
  const std::string out =
      narrow("Content-Type: multipart/mixed; boundary=\"b c\"\r\n\r\n--b c \t\r\nA: b\r\n\r\n\xC3\xB6\r\n--b c-- ");
  const message_tree tree = read(out);
  ASSERT_EQ(tree.parts.size(), 2U);
  EXPECT_EQ(tree.parts[1].header("A"), "b");
  EXPECT_EQ(decoded_body(out, tree.parts[1]), "\xC3\xB6");
}

// What RFC 1847 covers with `type`, beside a part that is too wide.
std::string covered(const std::string& type, const std::string& text, const std::string& beside) {
  return "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\n" + beside + "\r\n--o\r\nContent-Type: " + type +
         "; boundary=s\r\n\r\n--s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text +
         "\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n--o--\r\n";
}

TEST(Downgrade, SignedAndEncryptedPartsAreRefusedOrKeptOctetByOctet) {
  for (const char* const type : {"multipart/signed", "multipart/encrypted", "Multipart/Signed"}) {
    const auto refused = downgrade(covered(type, "d\xC3\xB6rte", "x"));
    ASSERT_FALSE(refused) << type;
    EXPECT_EQ(refused.why().code, errc::unsupported);
    const std::string out = narrow(covered(type, "ascii", "d\xC3\xB6rte"));
    EXPECT_NE(out.find("--s\r\nContent-Transfer-Encoding: 8bit\r\n\r\nascii\r\n--s\r\n"), std::string::npos);
    EXPECT_NE(out.find("d=C3=B6rte"), std::string::npos);
  }
}

TEST(Downgrade, WhatCannotBeNarrowedIsRefusedWithAReason) {
  const struct {
    std::string message;
    errc code;
    const char* reason;
  } table[] = {
      {"Subject: d\xC3\xB6rte\r\n\r\nx\r\n", errc::unsupported, "SMTPUTF8"},
      {"A: " + std::string(1000, 'x') + "\r\n\r\n\r\n", errc::invalid_header, "998"},
      {"A: a\0b\r\n\r\nx"s, errc::invalid_header, "NUL"},
      {"A: a\rB: c\r\n\r\n\xC3\xB6"s, errc::invalid_header, "CR or LF"},
      {"A: b\n\n\xC3\xB6", errc::invalid_header, "CR or LF"},
      {"d\xC3\xB6rte\r\n", errc::invalid_header, "no field"},
      {"From a@b Thu\r\nA: b\r\n\r\n\xC3\xB6", errc::invalid_header, "no field"},
      {"A: b\r\nno field\r\n\r\n\xC3\xB6", errc::invalid_header, "no field"},
      {"Content-Transfer-Encoding: x-uuencode\r\n\r\n\xC3\xB6", errc::unsupported, "Content-Transfer-Encoding"},
      {"Content-Transfer-Encoding: base64\r\n\r\n\xC3\xB6", errc::unsupported, "Content-Transfer-Encoding"},
      {"Content-Transfer-Encoding: 8bit; x\r\n\r\n\xC3\xB6", errc::unsupported, "Content-Transfer-Encoding"},
      {"Content-Transfer-Encoding: =?us-ascii?Q?8bit?=\r\n\r\n\xC3\xB6", errc::unsupported,
       "Content-Transfer-Encoding"},
      {"Content-Type: message/partial; id=x\r\n\r\n\xC3\xB6", errc::unsupported, "message/*"},
      {"Content-Type: multipart/mixed\r\n\r\n\xC3\xB6", errc::invalid_argument, "delimiters"},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n\xC3\xB6", errc::invalid_argument, "delimiters"},
  };
  for (const auto& row : table) {
    const auto out = downgrade(exact_buffer(row.message));
    ASSERT_FALSE(out) << row.message;
    EXPECT_EQ(out.why().code, row.code) << out.why().detail;
    EXPECT_NE(out.why().detail.find(row.reason), std::string::npos) << out.why().detail;
  }
  EXPECT_EQ(read(narrow("Content-Type: message/global\r\n\r\n\xC3\xB6")).parts[0].encoding, "base64");
}

TEST(Downgrade, LabelsThatReadersMayTakeInTwoWaysAreRefused) {
  for (const char* const header : {
           "Content-Type: text/plain\r\nContent-Type: text/html\r\n",
           "Content-Type:\r\nContent-Type: a/b\r\n",
           "Content-Type:\r\n",
           "Content-Type: text\r\n",
           "Content-Type : text/plain\r\n",
           "Content-Type: text/plain\r\ncontent-type: text/plain\r\n",
           "Content-Transfer-Encoding:\r\n",
           "Content-Transfer-Encoding: \r\n\t\r\nContent-Transfer-Encoding: base64\r\n",
           "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64\r\n",
           "MIME-Version: 1.0\r\nMIME-Version: 1.0\r\n",
       }) {
    const auto out = downgrade(exact_buffer(header + "\r\n\xC3\xB6\r\n"s));
    ASSERT_FALSE(out) << header;
    EXPECT_EQ(out.why().code, errc::invalid_header) << header;
  }
}

TEST(Downgrade, MultipartsThatReadersMayCutInTwoWaysAreRefused) {
  const std::string body = "\r\n\r\n--b\r\n\r\nd\xC3\xB6\r\n--b--\r\n";
  ASSERT_TRUE(downgrade("Content-Type: multipart/mixed; boundary=b" + body));
  const std::string head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (const std::string& message : {
           "Content-Type: multipart/mixed; boundary=a; boundary=b" + body,
           "Content-Type: multipart/mixed; boundary*=us-ascii''b" + body,
           "Content-Type: multipart/mixed; boundary=b (boundary=c)" + body,
           "Content-Type: multipart/mixed; boundary=\"b \"\r\n\r\n--b \r\n\r\nd\xC3\xB6\r\n--b --\r\n"s,
           head + "--b\r\n\r\nd\xC3\xB6\r\n",               // cut off
           head + "--b\r\n\r\nd\xC3\xB6\r\n--b--junk\r\n",  // a last delimiter, or none
           head + "--b\n\r\nd\xC3\xB6\r\n--b--\r\n",
           head + "--b\r\n\r\nd\xC3\xB6\n--b\r\n\r\nx\r\n--b--\r\n",
           head + "text\n--b\r\n\r\nd\xC3\xB6\r\n--b--\r\n",
           head + "--b\r\n\r\nd\xC3\xB6\r\n--b--\n",
           // The part within uses the boundary of the one around it.
           head + "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\xC3\xB6\r\n--b\r\n\r\nx\r\n--b--\r\n",
       }) {
    const auto out = downgrade(exact_buffer(message));
    ASSERT_FALSE(out) << message;
    EXPECT_EQ(out.why().code, errc::invalid_argument) << message;
  }
}

TEST(Downgrade, DepthAndNumbersAreBounded) {
  std::string deep;
  for (int i = 0; i < 40; ++i)
    deep +=
        "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n";
  EXPECT_FALSE(downgrade(deep + "\r\n\xC3\xB6"));
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 1100; ++i) many += "--b\r\n\r\n\xC3\xB6\r\n";
  EXPECT_EQ(downgrade(many).why().code, errc::invalid_argument);
  std::string fields;
  for (int i = 0; i < 1100; ++i) fields += "A: b\r\n";
  EXPECT_EQ(downgrade(fields + "\r\n\xC3\xB6").why().code, errc::invalid_argument);
}

}  // namespace
}  // namespace smtpscope::mime
