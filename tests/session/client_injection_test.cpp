// What a client lets out, by the names of the attacks: S1 nothing behind STARTTLS before TLS stands,
// S5 no content that one server ends elsewhere than another, S6 no option that brings a command, S8
// replies of odd shape.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "support/trace_checks.hpp"
#include "unit/mime/composed_message.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::client_session;
using session::failure_kind;
using session::manual_choice;
using session::outcome;
using session::pipelining;
using session::raw_bytes;
using session::tls_policy;

TEST(AttackS1, NothingFollowsStarttlsBeforeTlsStands) {
  for (const tls_policy tls : {tls_policy::starttls_required, tls_policy::opportunistic}) {
    client_case c;
    c.options = login_options(tls);
    c.options.groups = pipelining::when_offered;
    c.options.login = session::login_group::with_mail;
    c.mail = sample_mail();
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    d.receive("250-x\r\n250-PIPELINING\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n");
    EXPECT_TRUE(d.all_sent().ends_with("STARTTLS\r\n")) << d.all_sent();
    EXPECT_EQ(d.all_sent().find("\r\nMAIL"), std::string::npos);
  }
}

TEST(AttackS1, NorByHandWhereTlsIsRequired) {
  client_case c;
  c.options = plain_options(tls_policy::starttls_required);
  c.options.control = session::control::manual;
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  ASSERT_TRUE(d.answer({manual_choice::send, {}, raw_bytes::refused}));
  d.receive("250-x\r\n250 STARTTLS\r\n");
  const std::string injection = "STARTTLS\r\nEHLO commandinjectiontester\r\n";
  for (const raw_bytes raw : {raw_bytes::refused, raw_bytes::allowed_by_name})
    for (const manual_choice what : {manual_choice::insert, manual_choice::replace})
      EXPECT_FALSE(d.answer({what, injection, raw}));
  EXPECT_EQ(d.all_sent(), "EHLO client.example\r\n");
}

// Everything that one server or another has taken for the end of the content, with what it hides.
std::vector<std::string> smuggled() {
  std::vector<std::string> all;
  for (const std::string& end : {"\n.\n"s, "\n.\r"s, "\r.\n"s, "\r.\r"s, "\n.\r\n"s, "\r.\r\n"s, "\r\n.\n"s, "\r\n.\r"s,
                                 "\r\n.\r\r\n"s, "\r\r\n.\r\r\n"s, "\r\n\0.\r\n"s, "\r\n.\0\r\n"s})
    all.push_back("a" + end + "mail FROM:<admin@x>\r\nrcpt TO:<victim@y>\r\ndata\r\nb\r\n");
  for (const std::string& begin : {".\n"s, ".\r"s, "\n.\r\n"s, "\r.\r\n"s})
    all.push_back(begin + "mail FROM:<admin@x>\r\nrcpt TO:<victim@y>\r\ndata\r\nb\r\n");
  return all;
}

// The octets between DATA's answer and the final one.
std::string content_sent(const std::string& content) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = submission_to({"a@b.example"}, content);
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n"}) d.receive(reply);
  (void)d.take_sent();
  d.receive("354 x\r\n");
  return d.take_sent();
}

TEST(AttackS5, ContentWithAnEndOfItsOwnIsNotSent) {
  for (const std::string& body : smuggled())
    for (const std::string& content : {body, "Subject: x\r\n\r\n" + body}) {
      const auto made =
          client_session::create(plain_options(tls_policy::never), submission_to({"a@b.example"}, content));
      ASSERT_FALSE(made) << printable(content);
      EXPECT_EQ(made.why().code, errc::invalid_argument);
      session::submission variant = submission_to({"a@b.example"}, "\xC3\xBC\r\n");
      variant.seven_bit_content = content;
      EXPECT_FALSE(client_session::create(plain_options(tls_policy::never), std::move(variant))) << printable(content);
    }
}

TEST(AttackS5, WhatIsComposedEndsOnceForEveryServer) {
  for (const std::string& text : smuggled()) {
    const std::string content = mime::test::must_compose(mime::test::simple(text)).bytes;
    const std::string sent = content_sent(content);
    EXPECT_EQ(sent.find("\r\n.\r\n"), sent.size() - 5) << printable(sent);
    EXPECT_EQ(sent.find('\0'), std::string::npos);
    // Also where CR, LF and CRLF all end a line.
    std::string lines;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_TRUE(sent[i] != '\r' || sent.substr(i, 2) == "\r\n") << "a bare CR";
      EXPECT_TRUE(sent[i] != '\n' || (i > 0 && sent[i - 1] == '\r')) << "a bare LF";
      if (sent[i] != '\r') lines += sent[i];
    }
    EXPECT_EQ(lines.find("\n.\n"), lines.size() - 3) << printable(sent);
  }
}

// Chunks are counted: whatever they hold, nothing in them ends them.
TEST(AttackS5, InChunksNothingEndsTheContent) {
  for (const std::string& content : smuggled()) {
    client_case c;
    c.options = plain_options(tls_policy::never);
    c.mail = submission_to({"a@b.example"}, content);
    c.mail.parameters.body = wire::body_type::binarymime;
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    d.receive("250-x\r\n250-CHUNKING\r\n250 BINARYMIME\r\n");
    d.receive("250 x\r\n");
    (void)d.take_sent();
    d.receive("250 x\r\n");
    EXPECT_EQ(d.take_sent(), "BDAT " + std::to_string(content.size()) + " LAST\r\n" + content);
  }
}

TEST(AttackS6, NoOptionBringsACommand) {
  for (const std::string& evil :
       {"x\r\nMAIL FROM:<a@b>"s, "x\nMAIL FROM:<a@b>"s, "x\rMAIL FROM:<a@b>"s, "x\0y"s, "[x\r\nRSET]"s}) {
    session::client_options o = plain_options(tls_policy::never);
    o.ehlo_name = evil;
    EXPECT_FALSE(client_session::create(o, sample_mail())) << printable(evil);
    // What a login is made of leaves as base64, and a mechanism of no known name not at all.
    client_case c;
    c.options = login_options(tls_policy::implicit);
    c.options.auth->identity = evil;
    c.options.auth->password = secret{evil};
    c.options.mechanisms = {"PLAIN" + evil, "LOGIN"};
    if (!client_session::create(c.options, sample_mail())) continue;
    c.mail = sample_mail();
    client_driver d{c};
    d.connected();
    for (const char* reply : {"220 x\r\n", "250-x\r\n250 AUTH PLAIN LOGIN\r\n", "334 x\r\n", "334 x\r\n", "235 x\r\n"})
      if (!d.closed()) d.receive(reply);
    EXPECT_EQ(d.all_sent().find("MAIL FROM:<a@b>"), std::string::npos);
    EXPECT_EQ(d.all_sent().find("RSET"), std::string::npos);
  }
}

TEST(AttackS8, LinesThatEndInLfAloneAreNoReplies) {
  for (const char* greeting : {"220 x\n", "220 x\n220 y\n", "220-x\n220 y\r\n", "220 x\n\r\n"}) {
    client_case c;
    c.options = plain_options(tls_policy::never);
    c.mail = sample_mail();
    client_driver d{c};
    d.connected();
    d.receive(greeting);
    d.server_closes();
    EXPECT_EQ(d.all_sent(), "") << printable(greeting);
    EXPECT_EQ(d.ends().front().result, outcome::failed);
    check_trace(d.entries());
  }
}

TEST(AttackS8, TextThatIsNoUtf8IsRecordedAndHurtsNobody) {
  for (const std::string& text : {"\xFF\xFE"s, "\xC3"s, "\xED\xA0\x80"s, "\xE2\x80\xAE bidi"s}) {
    client_case c;
    c.options = plain_options(tls_policy::never);
    c.mail = sample_mail();
    client_driver d{c};
    d.connected();
    d.receive("220 " + text + "\r\n");
    EXPECT_EQ(d.entries().back().bytes.find("220 "), d.all_sent().empty() ? 0U : std::string::npos) << printable(text);
    d.receive("550 " + text + "\r\n");
    d.server_closes();
    EXPECT_EQ(d.ends().front().result, outcome::failed);
    check_trace(d.entries());
  }
}

}  // namespace
}  // namespace smtpscope::test
