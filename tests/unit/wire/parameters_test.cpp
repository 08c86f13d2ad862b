#include "smtpscope/wire/parameters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smtpscope::wire {
namespace {

using namespace std::string_literals;

constexpr offered_parameters everything{true, true, true, true, true, true, true};

// The parameters behind a path, taken apart as a server takes them.
std::vector<parameter> mail(const std::string& text, utf8 beyond_ascii = utf8::refused) {
  return parse_command("MAIL FROM:<a@b> " + text, beyond_ascii).parameters;
}
std::vector<parameter> rcpt(const std::string& text, utf8 beyond_ascii = utf8::refused) {
  return parse_command("RCPT TO:<a@b> " + text, beyond_ascii).parameters;
}
result<mail_parameters> read_mail(const std::string& text, const offered_parameters& offered = everything) {
  return parse_mail_parameters(mail(text), offered);
}
result<rcpt_parameters> read_rcpt(const std::string& text, utf8 beyond_ascii = utf8::refused) {
  return parse_rcpt_parameters(rcpt(text, beyond_ascii), everything, beyond_ascii);
}
// The code a server answers with.
int code(const error& why) { return refusal_of_parameters(why).code; }

TEST(MailParameters, ReadsThemAll) {
  const auto p =
      read_mail("SIZE=500000 BODY=8BITMIME SMTPUTF8 AUTH=e+3Dmc2@example.com RET=HDRS ENVID=QQ314159 REQUIRETLS");
  ASSERT_TRUE(p) << p.why().detail;
  EXPECT_EQ(p->size, 500000U);
  EXPECT_EQ(p->body, body_type::eight_bit_mime);
  EXPECT_TRUE(p->smtputf8);
  EXPECT_EQ(p->auth, "e=mc2@example.com");
  EXPECT_EQ(p->ret, ret_type::hdrs);
  EXPECT_EQ(p->envid, "QQ314159");
  EXPECT_TRUE(p->requiretls);
}

TEST(MailParameters, AbsentMeansNothing) {
  const auto p = parse_mail_parameters({}, {});
  ASSERT_TRUE(p);
  EXPECT_FALSE(p->size || p->smtputf8 || p->auth || p->envid || p->requiretls);
  EXPECT_EQ(p->body, body_type::none);
  EXPECT_EQ(p->ret, ret_type::none);
}

TEST(MailParameters, KeywordsAndFixedValuesCompareWithoutCase) {
  const auto p = read_mail("size=1 body=binarymime smtputf8 ret=full requiretls auth=<>");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->body, body_type::binarymime);
  EXPECT_EQ(p->ret, ret_type::full);
  EXPECT_EQ(p->auth, "");
  EXPECT_EQ(read_mail("BODY=7bit")->body, body_type::seven_bit);
}

TEST(MailParameters, ASizeOfTwentyDigitsIsTheLargestNumber) {
  EXPECT_EQ(read_mail("SIZE=18446744073709551615")->size, UINT64_MAX);
  EXPECT_EQ(read_mail("SIZE=99999999999999999999")->size, UINT64_MAX);
  EXPECT_EQ(read_mail("SIZE=00000000000000000007")->size, 7U);
  EXPECT_EQ(read_mail("SIZE=0")->size, 0U);
}

TEST(MailParameters, BadValuesEarn501) {
  for (const std::string& text : {"SIZE"s,
                                  "SIZE=x"s,
                                  "SIZE=-1"s,
                                  "SIZE=1k"s,
                                  "SIZE=123456789012345678901"s,
                                  "SIZE=1 SIZE=1"s,
                                  "size=1 SIZE=2"s,
                                  "BODY"s,
                                  "BODY=9BIT"s,
                                  "BODY=7BIT BODY=8BITMIME"s,
                                  "SMTPUTF8=1"s,
                                  "SMTPUTF8 SMTPUTF8"s,
                                  "AUTH"s,
                                  "AUTH=a"s,
                                  "AUTH=a+"s,
                                  "AUTH=a+3d@b"s,
                                  "AUTH=a@b+0D+0A"s,
                                  "AUTH=<a@b>"s,
                                  "AUTH=" + std::string(501, 'a'),
                                  "AUTH=d+C3+B6rte@b"s,
                                  "RET"s,
                                  "RET=BODY"s,
                                  "RET=FULL,HDRS"s,
                                  "RET=FULL RET=FULL"s,
                                  "ENVID"s,
                                  "ENVID=a+0D+0Ab"s,
                                  "ENVID=+C3+BC"s,
                                  "ENVID=a+2"s,
                                  "ENVID=" + std::string(101, 'x'),
                                  "ENVID=a ENVID=a"s,
                                  "REQUIRETLS=yes"s}) {
    const auto p = read_mail(text);
    ASSERT_FALSE(p) << text;
    EXPECT_EQ(code(p.why()), 501) << text << ": " << p.why().detail;
    EXPECT_FALSE(p.why().detail.empty());
  }
}

TEST(MailParameters, LongestValuesAreTaken) {
  EXPECT_EQ(read_mail("ENVID=" + std::string(100, 'x'))->envid, std::string(100, 'x'));
  EXPECT_EQ(read_mail("ENVID=a+20b")->envid, "a b");
  EXPECT_TRUE(read_mail("AUTH=" + std::string(64, 'a') + "@" + std::string(63, 'b') + "." + std::string(63, 'c')));
  EXPECT_EQ(read_mail("SMTPUTF8 AUTH=d+C3+B6rte@b")->auth, "d\xC3\xB6rte@b");
  EXPECT_EQ(read_mail("AUTH=d+C3+B6rte@b SMTPUTF8")->auth, "d\xC3\xB6rte@b");
}

TEST(MailParameters, WhatIsNotOfferedEarns555) {
  const char* const parameters[] = {"SIZE=1",  "BODY=8BITMIME", "BODY=BINARYMIME", "BODY=7BIT", "SMTPUTF8",
                                    "AUTH=<>", "RET=FULL",      "ENVID=a",         "REQUIRETLS"};
  for (const char* text : parameters) {
    EXPECT_TRUE(read_mail(text)) << text;
    const auto p = read_mail(text, {});
    ASSERT_FALSE(p) << text;
    EXPECT_EQ(code(p.why()), 555) << text;
  }
  for (const char* text : {"X", "X=1", "NOTIFY=NEVER", "ORCPT=rfc822;a@b", "HOLDFOR=1", "X X"}) {
    const auto p = read_mail(text);
    ASSERT_FALSE(p) << text;
    EXPECT_EQ(code(p.why()), 555) << text;
  }
  offered_parameters only_8bit;
  only_8bit.eight_bit_mime = true;
  EXPECT_EQ(code(read_mail("BODY=BINARYMIME", only_8bit).why()), 555);
  EXPECT_TRUE(read_mail("BODY=8BITMIME", only_8bit));
}

TEST(MailParameters, TheRefusalHasItsEnhancedCode) {
  const reply r = refusal_of_parameters({errc::unsupported, "why"});
  EXPECT_EQ(format_reply(r), "555 5.5.4 why\r\n");
  EXPECT_EQ(format_reply(refusal_of_parameters({errc::invalid_argument, "why"})), "501 5.5.4 why\r\n");
}

TEST(RcptParameters, ReadsNotifyAndOrcpt) {
  const auto p = read_rcpt("NOTIFY=SUCCESS,delay ORCPT=rfc822;Bob+2Bx@Example.COM");
  ASSERT_TRUE(p);
  EXPECT_TRUE(p->notify.success && p->notify.delay && p->notify.any());
  EXPECT_FALSE(p->notify.never || p->notify.failure);
  ASSERT_TRUE(p->orcpt);
  EXPECT_EQ(p->orcpt->type, "rfc822");
  EXPECT_EQ(p->orcpt->address, "Bob+x@Example.COM");
  EXPECT_TRUE(read_rcpt("NOTIFY=NEVER")->notify.never);
  EXPECT_FALSE(parse_rcpt_parameters({}, {})->notify.any());
}

TEST(RcptParameters, ReadsUtf8AddressesInEachForm) {
  const std::string address = "d\xC3\xB6rte@example.com";
  EXPECT_EQ(read_rcpt("ORCPT=utf-8;d\\x{F6}rte@example.com")->orcpt->address, address);
  EXPECT_EQ(read_rcpt("ORCPT=UTF-8;" + address, utf8::allowed)->orcpt->address, address);
  EXPECT_FALSE(parse_rcpt_parameters({{"ORCPT", "utf-8;" + address}}, everything));
  EXPECT_FALSE(parse_rcpt_parameters({{"ORCPT", "rfc822;" + address}}, everything, utf8::allowed));
}

TEST(RcptParameters, BadValuesEarn501) {
  for (const std::string& text :
       {"NOTIFY"s, "NOTIFY=ALWAYS"s, "NOTIFY=NEVER,SUCCESS"s, "NOTIFY=SUCCESS,NEVER"s, "NOTIFY=SUCCESS,SUCCESS"s,
        "NOTIFY=SUCCESS,"s, "NOTIFY=,SUCCESS"s, "NOTIFY=NEVER NOTIFY=NEVER"s, "ORCPT"s, "ORCPT=a@b"s, "ORCPT=;a@b"s,
        "ORCPT=rfc822;"s, "ORCPT=rf+c;a@b"s, "ORCPT=rfc822;a@b+0D+0ARSET"s, "ORCPT=rfc822;+C3+BC@b"s,
        "ORCPT=rfc822;a+b"s, "ORCPT=utf-8;a+2Bb@c"s, "ORCPT=rfc822;" + std::string(494, 'a'),
        "ORCPT=rfc822;a@b orcpt=rfc822;a@b"s}) {
    const auto p = read_rcpt(text);
    ASSERT_FALSE(p) << text;
    EXPECT_EQ(code(p.why()), 501) << text << ": " << p.why().detail;
  }
  EXPECT_TRUE(read_rcpt("ORCPT=rfc822;" + std::string(493, 'a')));
}

TEST(RcptParameters, WhatIsNotOfferedEarns555) {
  for (const char* text : {"NOTIFY=NEVER", "ORCPT=rfc822;a@b", "SIZE=1", "X"}) {
    const auto p = parse_rcpt_parameters(rcpt(text), {});
    ASSERT_FALSE(p);
    EXPECT_EQ(code(p.why()), 555);
  }
}

TEST(FormatParameters, WritesThemAllInOrder) {
  mail_parameters p;
  p.size = 500000;
  p.body = body_type::binarymime;
  p.smtputf8 = true;
  p.auth = "e=mc2@example.com";
  p.ret = ret_type::full;
  p.envid = "QQ 314159";
  p.requiretls = true;
  const auto text = format_mail_parameters(p, everything);
  ASSERT_TRUE(text) << text.why().detail;
  EXPECT_EQ(text->text,
            " SIZE=500000 BODY=BINARYMIME SMTPUTF8 AUTH=e+3Dmc2@example.com RET=FULL ENVID=QQ+20314159 REQUIRETLS");
  EXPECT_TRUE(text->left_out.empty());
  rcpt_parameters r;
  r.notify.success = r.notify.failure = r.notify.delay = true;
  r.orcpt = {"rfc822", "Bob=x@Example.COM"};
  EXPECT_EQ(format_rcpt_parameters(r, everything)->text,
            " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;Bob+3Dx@Example.COM");
  EXPECT_EQ(format_mail_parameters({}, everything)->text, "");
  EXPECT_EQ(format_rcpt_parameters({}, everything)->text, "");
}

TEST(FormatParameters, WhatIsWrittenReadsBack) {
  for (const std::string& text :
       {"SIZE=1 BODY=7BIT AUTH=<> RET=HDRS ENVID=a+2Bb"s, "BODY=8BITMIME SMTPUTF8 AUTH=d+C3+B6rte@b REQUIRETLS"s}) {
    EXPECT_EQ(format_mail_parameters(*read_mail(text), everything)->text, " " + text);
  }
  for (const std::string& text :
       {"NOTIFY=NEVER"s, "NOTIFY=SUCCESS,DELAY"s, "ORCPT=rfc822;a+2Bb@c"s, "ORCPT=utf-8;d\\x{F6}rte\\x{2B}@b"s}) {
    EXPECT_EQ(format_rcpt_parameters(*read_rcpt(text), everything)->text, " " + text);
  }
  const std::string unicode = "ORCPT=utf-8;d\xC3\xB6rte@b";
  EXPECT_EQ(format_rcpt_parameters(*read_rcpt(unicode, utf8::allowed), everything, utf8::allowed)->text, " " + unicode);
}

TEST(FormatParameters, WhatMayBeLeftOutIsLeftOutAndNamed) {
  mail_parameters p;
  p.size = 1;
  p.body = body_type::seven_bit;
  p.auth = "";
  p.ret = ret_type::hdrs;
  p.envid = "x";
  const auto text = format_mail_parameters(p, {});
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text, "");
  EXPECT_EQ(text->left_out, (std::vector<std::string_view>{"SIZE", "BODY", "AUTH", "RET", "ENVID"}));
  rcpt_parameters r;
  r.notify.never = true;
  r.orcpt = {"rfc822", "a@b"};
  EXPECT_EQ(format_rcpt_parameters(r, {})->left_out, (std::vector<std::string_view>{"NOTIFY", "ORCPT"}));
}

TEST(FormatParameters, WhatMustNotBeLeftOutIsAnError) {
  mail_parameters eight;
  eight.body = body_type::eight_bit_mime;
  mail_parameters binary;
  binary.body = body_type::binarymime;
  mail_parameters unicode;
  unicode.smtputf8 = true;
  mail_parameters tls;
  tls.requiretls = true;
  for (const mail_parameters& p : {eight, binary, unicode, tls}) {
    const auto text = format_mail_parameters(p, {});
    ASSERT_FALSE(text);
    EXPECT_EQ(text.why().code, errc::unsupported);
  }
}

TEST(FormatParameters, NothingCanBeInjected) {
  for (const std::string& attack : {"x\r\nRCPT TO:<evil@x>"s, "a\nRSET"s, "a\rb"s, "a\0b"s, "a\x1b[2J"s, "a\x7f"s}) {
    mail_parameters envid;
    envid.envid = attack;
    EXPECT_EQ(format_mail_parameters(envid, everything).why().code, errc::forbidden_character) << attack;
    mail_parameters auth;
    auth.auth = attack + "@b";
    EXPECT_EQ(format_mail_parameters(auth, everything).why().code, errc::forbidden_character) << attack;
    for (const char* type : {"rfc822", "utf-8"}) {
      rcpt_parameters r;
      r.orcpt = {type, attack};
      EXPECT_EQ(format_rcpt_parameters(r, everything).why().code, errc::forbidden_character) << attack;
    }
    rcpt_parameters type;
    type.orcpt = {attack, "a@b"};
    EXPECT_EQ(format_rcpt_parameters(type, everything).why().code, errc::forbidden_character) << attack;
  }
  rcpt_parameters words;
  words.orcpt = {"rfc822;x NOTIFY=NEVER", "a@b"};
  EXPECT_FALSE(format_rcpt_parameters(words, everything));
}

TEST(FormatParameters, RefusesValuesThatCannotBeWritten) {
  mail_parameters p;
  p.envid = "";
  EXPECT_EQ(format_mail_parameters(p, everything).why().code, errc::invalid_argument);
  p.envid = std::string(34, '+');
  EXPECT_EQ(format_mail_parameters(p, everything).why().code, errc::invalid_argument);  // 102 octets encoded
  p.envid = std::string(33, '+');
  EXPECT_TRUE(format_mail_parameters(p, everything));
  p.envid = "\xC3\xBC";
  EXPECT_EQ(format_mail_parameters(p, everything).why().code, errc::invalid_argument);
  mail_parameters auth;
  auth.auth = "nobody";
  EXPECT_EQ(format_mail_parameters(auth, everything).why().code, errc::invalid_address);
  rcpt_parameters r;
  r.notify.never = r.notify.success = true;
  EXPECT_EQ(format_rcpt_parameters(r, everything).why().code, errc::invalid_argument);
  rcpt_parameters o;
  o.orcpt = {"rfc822", "d\xC3\xB6rte@b"};
  EXPECT_EQ(format_rcpt_parameters(o, everything).why().code, errc::invalid_argument);
  o.orcpt = {"utf-8", "\xC3"};
  EXPECT_EQ(format_rcpt_parameters(o, everything).why().code, errc::invalid_argument);
  o.orcpt = {"rfc822", ""};
  EXPECT_EQ(format_rcpt_parameters(o, everything).why().code, errc::invalid_argument);
}

TEST(OfferedParameters, FollowTheCapabilities) {
  capabilities c;
  const offered_parameters none = offered_parameters::of(c);
  EXPECT_FALSE(none.size || none.eight_bit_mime || none.binarymime || none.smtputf8 || none.auth || none.dsn ||
               none.requiretls);
  c.size = 0;
  c.eight_bit_mime = c.binarymime = c.smtputf8 = c.dsn = c.requiretls = true;
  c.auth = {"PLAIN"};
  const offered_parameters all = offered_parameters::of(c);
  EXPECT_TRUE(all.size && all.eight_bit_mime && all.binarymime && all.smtputf8 && all.auth && all.dsn &&
              all.requiretls);
}

}  // namespace
}  // namespace smtpscope::wire
