#include "smtpscope/mime/downgrade.hpp"

#include <gtest/gtest.h>

#include <string>

#include "smtpscope/mime/reader.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::mime {
namespace {

using smtpscope::test::exact_buffer;
using namespace std::string_literals;

std::string narrow(const std::string& message, transport_form carries = transport_form::seven_bit) {
  const auto out = downgrade(exact_buffer(message), carries);
  EXPECT_TRUE(out) << out.why().detail;
  if (!out) return {};
  EXPECT_LE(needed_form(*out), carries);
  EXPECT_EQ(*downgrade(*out, carries), *out) << "a second time changes nothing";
  return *out;
}

TEST(Downgrade, KnowsWhatAMessageNeeds) {
  const struct {
    std::string message;
    transport_form form;
  } table[] = {
      {"", transport_form::seven_bit},
      {"Subject: x\r\n\r\nplain\r\n", transport_form::seven_bit},
      {"Subject: x\n\nplain\n", transport_form::seven_bit},
      {"Subject: x\r\n\r\nd\xC3\xB6rte\r\n", transport_form::eight_bit},
      {"A: b\r\n\r\n" + std::string(998, 'x') + "\r\n", transport_form::seven_bit},
      {"A: b\r\n\r\n" + std::string(999, 'x') + "\r\n", transport_form::binary},
      {"A: b\r\n\r\n" + std::string(999, 'x'), transport_form::binary},
      {"A: b\r\n\r\na\0b"s, transport_form::binary},
      {"Content-Transfer-Encoding: binary\r\n\r\na\nb", transport_form::binary},
      {"Content-Transfer-Encoding: binary\r\n\r\na\r\nb", transport_form::seven_bit},
      {"Content-Transfer-Encoding: 8bit\r\n\r\na\nb", transport_form::seven_bit},
  };
  for (const auto& row : table) EXPECT_EQ(needed_form(exact_buffer(row.message)), row.form) << row.message;
}

TEST(Downgrade, WhatFitsIsNotTouched) {
  for (const std::string& message :
       {"Subject: x\nContent-Transfer-Encoding: 8bit\n\nplain\n"s, ""s, "no header\r\n"s, "a\rb"s})
    EXPECT_EQ(narrow(message), message);
  const std::string eight = "A: b\r\n\r\nd\xC3\xB6rte\r\n";
  EXPECT_EQ(narrow(eight, transport_form::eight_bit), eight);
  EXPECT_EQ(*downgrade("a\0b"s, transport_form::binary), "a\0b"s);
}

TEST(Downgrade, TextBecomesQuotedPrintable) {
  EXPECT_EQ(narrow("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: 8bit\r\nSubject: x\r\n\r\nd\xC3\xB6rte\r\n=\r\n"),
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\nSubject: x\r\n\r\nd=C3=B6rte\r\n=3D\r\n");
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
  EXPECT_NE(narrow("Subject: x\n\nd\xF6rte\n").find("charset=unknown-8bit\r\n"), std::string::npos);  // RFC 1428
  EXPECT_EQ(narrow("From a@b Thu\nSubject: x\n\nd\xC3\xB6\n").find("From a@b Thu\r\nSubject: x\r\n"), 0U);
  EXPECT_EQ(narrow("d\xC3\xB6rte\r\n"),
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nd=C3=B6rte\r\n");
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
  const char* const encodings[] = {"7bit", "quoted-printable", "7bit", "base64", "7bit", "quoted-printable"};
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

TEST(Downgrade, ForAServerWith8bitmimeOnlyBinaryPartsAreEncoded) {
  const std::string message = mixed("d\xC3\xB6rte", "\0\n"s);
  const std::string out = narrow(message, transport_form::eight_bit);
  const message_tree after = read(out);
  EXPECT_EQ(after.parts[1].encoding, "8bit");
  EXPECT_EQ(after.parts[3].encoding, "base64");
  EXPECT_EQ(decoded_body(out, after.parts[3]), "\0\n"s);
  EXPECT_EQ(decoded_body(out, after.parts[1]), "d\xC3\xB6rte");
}

TEST(Downgrade, WhatNobodyReadsIsLeftOutWhenItIsTooWide) {
  const std::string out = narrow(
      "Content-Type: multipart/mixed; boundary=b\r\n\r\npr\xC3\xA4"
      "ambel\r\n--b\r\n\r\nx\r\n--b--\r\nepil\xC3\xB6g\r\n");
  EXPECT_EQ(out, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n");
}

TEST(Downgrade, NoDelimiterComesOfASoftLineBreakOrABareCr) {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n";
  for (std::size_t n = 60; n < 90; ++n) {
    const std::string line = std::string(n, 'x') + "--b-- d\xC3\xB6";
    const std::string out = narrow(head + line + "\r\n--b--\r\n");
    const message_tree tree = read(out);
    ASSERT_EQ(tree.parts.size(), 2U) << n;
    EXPECT_EQ(decoded_body(out, tree.parts[1]), line);
  }
  const std::string out = narrow(head + "\xC3\xB6\r\n--b\r\n\r\nfoo\r--b--\rbar\r\n--b--\r\n");
  const message_tree tree = read(out);
  ASSERT_EQ(tree.parts.size(), 3U);
  EXPECT_EQ(decoded_body(out, tree.parts[2]), "foo\r\n--b--\r\nbar");
}

TEST(Downgrade, DelimitersWithWhiteSpaceBehindThemStayOneLine) {
  const std::string out =
      narrow("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \r\r\nA: b\r\n\r\n\xC3\xB6\r\n--b--\r\r\n");
  const message_tree tree = read(out);
  ASSERT_EQ(tree.parts.size(), 2U);
  EXPECT_EQ(tree.parts[1].header("A"), "b");
  EXPECT_EQ(decoded_body(out, tree.parts[1]), "\xC3\xB6");
  EXPECT_EQ(out.substr(out.size() - 7), "--b--\r\n");
}

TEST(Downgrade, SignedPartsAreRefusedOrKeptOctetByOctet) {
  const auto message = [](const std::string& text, const std::string& beside) {
    return "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\n" + beside +
           "\r\n--o\r\nContent-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Transfer-Encoding: "
           "8bit\r\n\r\n" +
           text + "\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n--o--\r\n";
  };
  const auto refused = downgrade(message("d\xC3\xB6rte", "x"), transport_form::seven_bit);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().code, errc::unsupported);
  EXPECT_NE(refused.why().detail.find("signed"), std::string::npos);
  const std::string out = narrow(message("ascii", "d\xC3\xB6rte"));
  EXPECT_NE(out.find("--s\r\nContent-Transfer-Encoding: 8bit\r\n\r\nascii\r\n--s\r\n"), std::string::npos);
}

TEST(Downgrade, WhatCannotBeNarrowedIsRefusedWithAReason) {
  const struct {
    std::string message;
    errc code;
    const char* reason;
  } table[] = {
      {"Subject: d\xC3\xB6rte\r\n\r\nx\r\n", errc::unsupported, "SMTPUTF8"},
      {"A: " + std::string(1000, 'x') + "\r\n\r\n\r\n", errc::invalid_header, "998"},
      {"A: a\0b\r\n\r\nx"s, errc::forbidden_character, "NUL"},
      {"A: a\rB: c\r\n\r\n\xC3\xB6"s, errc::forbidden_character, "CR"},
      {"Content-Transfer-Encoding: x-uuencode\r\n\r\n\xC3\xB6", errc::unsupported, "encoding"},
      {"Content-Type: message/partial; id=x\r\n\r\n\xC3\xB6", errc::unsupported, "message/*"},
      {"Content-Type: multipart/mixed\r\n\r\n\xC3\xB6", errc::unsupported, "multipart"},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n\xC3\xB6", errc::unsupported, "multipart"},
  };
  for (const auto& row : table) {
    const auto out = downgrade(exact_buffer(row.message), transport_form::seven_bit);
    ASSERT_FALSE(out) << row.message;
    EXPECT_EQ(out.why().code, row.code) << out.why().detail;
    EXPECT_NE(out.why().detail.find(row.reason), std::string::npos) << out.why().detail;
  }
  EXPECT_TRUE(downgrade("Subject: d\xC3\xB6rte\r\n\r\n\0"s, transport_form::eight_bit));
  EXPECT_TRUE(downgrade("Content-Type: message/global\r\n\r\n\xC3\xB6", transport_form::seven_bit));
}

TEST(Downgrade, DepthAndNumbersAreBounded) {
  std::string deep;
  for (int i = 0; i < 40; ++i)
    deep +=
        "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n";
  EXPECT_FALSE(downgrade(deep + "\r\n\xC3\xB6", transport_form::seven_bit));
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 1100; ++i) many += "--b\r\n\r\n\xC3\xB6\r\n";
  EXPECT_EQ(downgrade(many, transport_form::seven_bit).why().code, errc::invalid_argument);
}

}  // namespace
}  // namespace smtpscope::mime
