#include "smtpscope/wire/address.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/exact_buffer.hpp"

namespace smtpscope::wire {
namespace {

using test::exact_buffer;
using namespace std::string_literals;

TEST(Mailbox, KeepsLegalAddressesAsWritten) {
  const struct {
    const char* text;
    const char* local;
    const char* domain;
  } table[] = {
      {"a@b", "a", "b"},
      {"alice@mail.example.com", "alice", "mail.example.com"},
      {"Bob.O'Neil+tag=x@Example.COM", "Bob.O'Neil+tag=x", "Example.COM"},
      {"!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~", "x.example"},
      {"1.2@3.4", "1.2", "3.4"},
      {"a@b-c.d--e", "a", "b-c.d--e"},
      {"\"\"@b.example", "\"\"", "b.example"},
      {"\"a b\"@b.example", "\"a b\"", "b.example"},
      {"\"a@b\"@c.example", "\"a@b\"", "c.example"},
      {"\"a\\\"b\\\\\"@c.example", "\"a\\\"b\\\\\"", "c.example"},
      {"\"<>,;:.\"@c.example", "\"<>,;:.\"", "c.example"},
      {"a@[192.0.2.1]", "a", "[192.0.2.1]"},
      {"a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]"},
      {"a@[ipv6:::1]", "a", "[ipv6:::1]"},
      {"a@[x-tag:anything.here]", "a", "[x-tag:anything.here]"},
  };
  for (const auto& row : table) {
    const auto m = mailbox::parse(exact_buffer(row.text));
    ASSERT_TRUE(m) << row.text << ": " << m.why().detail;
    EXPECT_EQ(m->local_part(), row.local);
    EXPECT_EQ(m->domain(), row.domain);
    EXPECT_EQ(m->text(), row.text);
  }
}

TEST(Mailbox, RefusesWhatIsNotOneAndSaysWhichPart) {
  const struct {
    std::string text;
    const char* part;  // stands in the detail
  } table[] = {
      {"", "empty"},
      {"a", "no @"},
      {"@b", "before @"},
      {"a@", "after @"},
      {"a@b@c", "second @"},
      {".a@b", "begins with a dot"},
      {"a.@b", "ends with a dot"},
      {"a..b@c", "two dots"},
      {"a b@c", "space"},
      {"a@b c", "space"},
      {"a@.b", "dot"},
      {"a@b.", "dot"},
      {"a@b..c", "domain"},
      {"a@-b", "domain"},
      {"a@b-.c", "domain"},
      {"a@b_c", "domain"},
      {"a,b@c", "quotation marks"},
      {"<a@b>", "quotation marks"},
      {"a@b>", "domain"},
      {"\"a@b", "not closed"},
      {"\"a\"b@c", "not closed"},
      {"\"a\"\"b\"@c", "not closed"},
      {"\"a\\\"@b", "not closed"},
      {"a\"b\"@c", "quotation marks"},
      {"a@[1.2.3]", "brackets"},
      {"a@[1.2.3.256]", "brackets"},
      {"a@[1.2.3.4", "brackets"},
      {"a@[1.2.3.4.5]", "brackets"},
      {"a@[]", "brackets"},
      {"a@[IPv6:1.2.3.4]", "brackets"},
      {"a@[IPv6:1:2:3:4:5:6:7]", "brackets"},
      {"a@[IPv6:1::2::3]", "brackets"},
      {"a@[tag:]", "brackets"},
      {"a@[tag:a[b]", "brackets"},
      {"a@" + std::string(64, 'x'), "domain"},
      {std::string(65, 'x') + "@b", "64"},
  };
  for (const auto& row : table) {
    const auto m = mailbox::parse(exact_buffer(row.text));
    ASSERT_FALSE(m) << row.text;
    EXPECT_EQ(m.why().code, errc::invalid_address) << row.text;
    EXPECT_NE(m.why().detail.find(row.part), std::string::npos) << row.text << ": " << m.why().detail;
  }
}

TEST(Mailbox, RefusesControlCharactersAndOctetsOver127Everywhere) {
  const std::string good = "\"a b\"@c.example";
  for (int octet = 0; octet < 256; ++octet) {
    if (octet >= 32 && octet < 127) continue;
    for (std::size_t at = 0; at <= good.size(); ++at) {
      std::string bad = good;
      bad.insert(at, 1, static_cast<char>(octet));
      const auto m = mailbox::parse(exact_buffer(bad));
      ASSERT_FALSE(m) << octet << " at " << at;
      EXPECT_EQ(m.why().code, errc::forbidden_character) << octet << " at " << at;
    }
  }
}

TEST(Mailbox, CommandsCannotBeSmuggledInAQuotedLocalPart) {
  for (const std::string& attack : {"a@b>\r\nRCPT TO:<evil@x"s, "\"a\r\nRSET\r\n\"@b.c"s, "\"a\\\r\n\"@b.c"s,
                                    "sender@example.com\r\nDATA"s, "a@b\n"s, "a@b\r"s, "a\0@b"s}) {
    const auto m = mailbox::parse(attack);
    ASSERT_FALSE(m);
    EXPECT_EQ(m.why().code, errc::forbidden_character);
    EXPECT_EQ(m.why().detail.find("RCPT"), std::string::npos);
  }
}

std::string domain_of(std::size_t octets) {
  std::string domain;
  while (domain.size() + 62 < octets) domain += std::string(61, 'd') + ".";
  return domain + std::string(octets - domain.size(), 'e');
}

TEST(Mailbox, LimitsCountAsTheStandardCounts) {
  EXPECT_TRUE(mailbox::parse(std::string(64, 'x') + "@b"));
  EXPECT_TRUE(mailbox::parse("a@" + domain_of(252)));  // 254 octets, 256 with brackets
  EXPECT_FALSE(mailbox::parse("a@" + domain_of(253)));
  EXPECT_TRUE(mailbox::parse(std::string(64, 'x') + "@" + domain_of(189)));
  EXPECT_FALSE(mailbox::parse(std::string(64, 'x') + "@" + domain_of(190)));
  EXPECT_TRUE(is_domain(domain_of(255)));
  EXPECT_FALSE(is_domain(domain_of(256)));
  EXPECT_FALSE(mailbox::parse("a@" + domain_of(5000)));
}

TEST(Mailbox, SameMailboxIgnoresCaseOfDomainAndNeedlessQuotes) {
  const auto m = [](const char* text) { return *mailbox::parse(text); };
  EXPECT_TRUE(m("a@Example.com").same_as(m("a@eXAMPLE.COM")));
  EXPECT_FALSE(m("a@b").same_as(m("A@b")));
  EXPECT_TRUE(m("\"a\"@b").same_as(m("a@b")));
  EXPECT_TRUE(m("\"\\a\"@b").same_as(m("a@b")));
  EXPECT_FALSE(m("\"a b\"@b").same_as(m("ab@b")));
  EXPECT_FALSE(m("a@b").same_as(m("a@c")));
}

TEST(Mailbox, Utf8IsTakenWhereItIsAllowed) {
  for (const char* text :
       {"dörte@example.com", "dörte@bücher.example", "a@例え.テスト", "\"ä b\"@c", "用户@例子.广告", "ü@[192.0.2.1]"}) {
    const auto m = mailbox::parse(exact_buffer(text), utf8::allowed);
    ASSERT_TRUE(m) << text << ": " << m.why().detail;
    EXPECT_EQ(m->text(), text);
    EXPECT_TRUE(m->needs_smtputf8());
    const auto refused = mailbox::parse(text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.why().code, errc::unsupported);
    EXPECT_NE(refused.why().detail.find("SMTPUTF8"), std::string::npos);
  }
  EXPECT_FALSE(mailbox::parse("a@b", utf8::allowed)->needs_smtputf8());
}

TEST(Mailbox, Utf8ThatIsNoTextIsRefused) {
  for (const std::string& text :
       {"d\xC3@b"s, "\xF6@b"s, "d\xC2\x85@b"s, "d\xC2\x9F@b"s, "\xED\xA0\x80@b"s, "\xC0\xAF@b"s, "\xF4\x90\x80\x80@b"s,
        "a\xE2\x80\xA8@b"s, "ü\x01@b"s, "ü\r\n@b"s, "ü\0@b"s}) {
    for (const utf8 use : {utf8::allowed, utf8::refused}) {
      const auto m = mailbox::parse(exact_buffer(text), use);
      ASSERT_FALSE(m) << text;
      EXPECT_EQ(m.why().code, errc::forbidden_character) << text;
    }
  }
  for (const char* text :
       {"\"\\ü\"@b", "ü..a@b", ".ü@b", "ü b@c", "ü(@c", "a@ü_b", "a@-ü", "a@ü-", "a@.ü", "a@ü..b", "a@例。え"}) {
    const auto m = mailbox::parse(exact_buffer(text), utf8::allowed);
    ASSERT_FALSE(m) << text;
    EXPECT_EQ(m.why().code, errc::invalid_address) << text;
  }
}

TEST(Mailbox, Utf8CountsInOctets) {
  std::string local;
  for (int i = 0; i < 32; ++i) local += "ü";
  EXPECT_TRUE(mailbox::parse(local + "@b", utf8::allowed));
  EXPECT_FALSE(mailbox::parse(local + "a@b", utf8::allowed));
  // The domain's limits count what DNS carries: this label has 58 octets, its A-label 65.
  EXPECT_FALSE(mailbox::parse("a@" + std::string(56, 'a') + "ü", utf8::allowed));
  EXPECT_TRUE(mailbox::parse("a@" + std::string(50, 'a') + "ü", utf8::allowed));
}

TEST(Mailbox, ToAsciiWritesTheDomainInALabels) {
  EXPECT_EQ(mailbox::parse("a@bücher.example", utf8::allowed)->to_ascii()->text(), "a@xn--bcher-kva.example");
  EXPECT_EQ(mailbox::parse("\"a b\"@[192.0.2.1]")->to_ascii()->text(), "\"a b\"@[192.0.2.1]");
  const auto local = mailbox::parse("ü@bücher.example", utf8::allowed)->to_ascii();
  ASSERT_FALSE(local);
  EXPECT_EQ(local.why().code, errc::unsupported);
  EXPECT_NE(local.why().detail.find("SMTPUTF8"), std::string::npos);
  // Within the limit of a path as U-labels, beyond it as A-labels: 31 × "xn--tda" and the dots.
  std::string domain = "ü";
  for (int i = 0; i < 30; ++i) domain += ".ü";
  const auto m = mailbox::parse(std::string(20, 'a') + "@" + domain, utf8::allowed);
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->to_ascii());
}

TEST(Mailbox, ULabelsAndALabelsAreTheSameDomain) {
  const auto m = [](const char* text) { return *mailbox::parse(text, utf8::allowed); };
  EXPECT_TRUE(m("a@bücher.example").same_as(m("a@xn--bcher-kva.EXAMPLE")));
  EXPECT_TRUE(m("a@BÜCHER.example").same_as(m("a@bücher.example")));
  EXPECT_FALSE(m("a@bücher.example").same_as(m("a@bucher.example")));
  EXPECT_TRUE(m("\"ü\"@b").same_as(m("ü@b")));
  EXPECT_FALSE(m("ü@b").same_as(m("Ü@b")));
}

TEST(Mailbox, TheDomainIsComposedHoweverItWasTyped) {  // RFC 5891 §4.2.1
  const auto m = [](const char* text) { return *mailbox::parse(text, utf8::allowed); };
  EXPECT_EQ(m("a@bu\xCC\x88"
              "cher.example")
                .text(),
            "a@bücher.example");
  EXPECT_EQ(m("u\xCC\x88@b").text(), "u\xCC\x88@b") << "what stands before @ is its owner's";
  EXPECT_EQ(m("a@ＭＡＩＬ.example").text(), "a@MAIL.example");
  EXPECT_FALSE(m("a@ＭＡＩＬ.example").needs_smtputf8());
  for (const char* wrong : {"a@［127.0.0.1］", "a@mail⒈example", "a@b＠c.example", "a@ｘｎ－－ü.example"})
    EXPECT_FALSE(mailbox::parse(wrong, utf8::allowed)) << wrong;
  // What NFKC makes longer counts as it is sent.
  EXPECT_FALSE(mailbox::parse(std::string(64, 'a') + "@" + std::string(58, 'b') + "." + std::string(58, 'b') + "." +
                                  std::string(58, 'b') + ".\xEF\xB7\xBA",
                              utf8::allowed));
}

TEST(Path, Utf8AndPostmaster) {
  EXPECT_TRUE(reverse_path::parse("<ü@b>", utf8::allowed)->needs_smtputf8());
  EXPECT_FALSE(reverse_path::parse("<>", utf8::allowed)->needs_smtputf8());
  EXPECT_EQ(reverse_path::parse("<@bücher.example:ü@b>", utf8::allowed)->mailbox_text(), "ü@b");
  EXPECT_TRUE(forward_path::parse("<ü@b>", utf8::allowed)->needs_smtputf8());
  EXPECT_EQ(reverse_path::parse("<ü@b>").why().code, errc::unsupported);
  EXPECT_EQ(forward_path::parse("<ü@b>").why().code, errc::unsupported);
  EXPECT_FALSE(forward_path::parse("<PostMaster>", utf8::allowed)->needs_smtputf8());
  EXPECT_FALSE(forward_path::parse("<postmüster>", utf8::allowed));
}

TEST(ReversePath, ReadsNullPathMailboxAndSourceRoute) {
  const struct {
    const char* text;
    const char* mailbox;
  } table[] = {
      {"<>", ""},
      {"<a@b>", "a@b"},
      {"<\"a>b\"@c>", "\"a>b\"@c"},
      {"<@relay.example:a@b>", "a@b"},
      {"<@one.example,@two.example:a@b>", "a@b"},
      {"<@[192.0.2.1]:a@b>", "a@b"},
  };
  for (const auto& row : table) {
    const auto path = reverse_path::parse(exact_buffer(row.text));
    ASSERT_TRUE(path) << row.text;
    EXPECT_EQ(path->mailbox_text(), row.mailbox);
    EXPECT_EQ(path->is_null(), *row.mailbox == '\0');
    EXPECT_EQ(path->text(), "<" + std::string(row.mailbox) + ">");
    const auto again = reverse_path::parse(path->text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->mailbox_text(), path->mailbox_text());
  }
  EXPECT_TRUE(reverse_path().is_null());
}

TEST(ReversePath, RefusesBrokenBracketsAndRoutes) {
  for (const char* text :
       {"", "<", ">", "a@b", "<a@b", "a@b>", "<<a@b>>", "< a@b>", "<a@b >", "< >", "<a@b>x", "<@:a@b>", "<@relay a@b>",
        "<@a,b:c@d>", "<@a,:c@d>", "<@a:>", "<Name <a@b>>", "<\"Name\" <a@b>>", "<Postmaster>"}) {
    const auto path = reverse_path::parse(exact_buffer(text));
    ASSERT_FALSE(path) << text;
    EXPECT_EQ(path.why().code, errc::invalid_address) << text;
  }
  EXPECT_EQ(reverse_path::parse("<a@b>\r\n").why().code, errc::forbidden_character);
}

TEST(ForwardPath, TakesPostmasterWithoutDomainButNoNullPath) {
  EXPECT_EQ(forward_path::parse("<Postmaster>")->mailbox_text(), "Postmaster");
  EXPECT_EQ(forward_path::parse("<postMASTER>")->text(), "<postMASTER>");
  EXPECT_EQ(forward_path::parse("<a@b>")->text(), "<a@b>");
  EXPECT_EQ(forward_path::parse("<@x:a@b>")->text(), "<a@b>");
  EXPECT_FALSE(forward_path::parse("<>"));
  EXPECT_FALSE(forward_path::parse("<root>"));
  EXPECT_FALSE(forward_path::parse("Postmaster"));
}

TEST(Domain, LiteralsFollowTheStandard) {
  for (const char* good :
       {"[0.0.0.0]", "[255.255.255.255]", "[IPv6:::]", "[IPv6:1::]", "[IPv6:::1]", "[IPv6:1:2:3:4:5:6:7:8]",
        "[IPv6:1:2:3:4:5:6:192.0.2.1]", "[IPv6:::ffff:192.0.2.1]", "[IPv6:1:2:3:4::7:8]", "[IPv6:abcd:EF01::]"})
    EXPECT_TRUE(is_domain_or_literal(exact_buffer(good))) << good;
  for (const char* bad : {"",
                          "[",
                          "]",
                          "[]",
                          "[1.2.3.4",
                          "1.2.3.4]",
                          "[1.2.3.1234]",
                          "[1..2.3]",
                          "[ 1.2.3.4]",
                          "[1.2.3.4 ]",
                          "[IPv6:]",
                          "[IPv6::]",
                          "[IPv6:12345::]",
                          "[IPv6:g::]",
                          "[IPv6:1:2:3:4:5:6:7::]",
                          "[IPv6:1.2.3.4::]",
                          "[IPv6:1::2:]",
                          "[IPv6::1:2]",
                          "[IPv6:1:2:3:4:5:6:7:8:9]",
                          "[::1]",
                          "[tag-:x]",
                          "[:x]"})
    EXPECT_FALSE(is_domain_or_literal(exact_buffer(bad))) << bad;
}

TEST(Domain, IsLettersDigitsAndInnerHyphens) {
  for (const char* good : {"a", "localhost", "a.b", "1.2.3.4", "xn--bcher-kva.example", "A-1.B"})
    EXPECT_TRUE(is_domain(exact_buffer(good))) << good;
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a_b",
                          "b\xC3\xBC"
                          "cher.example",
                          "a b", "[1.2.3.4]", "a\r\nb", "a/b", "*"})
    EXPECT_FALSE(is_domain(exact_buffer(bad))) << bad;
  EXPECT_TRUE(is_domain(std::string(63, 'a')));
  EXPECT_FALSE(is_domain(std::string(64, 'a')));
}

}  // namespace
}  // namespace smtpscope::wire
