#include "smtpscope/tunnel/address_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smtpscope::tunnel {
namespace {

using testing::HasSubstr;

host_name host(std::string_view text) {
  auto parsed = host_name::parse(text);
  EXPECT_TRUE(parsed) << text;
  return *parsed;
}

ip_address address(std::string_view text) { return parse_ip_address(text).value(); }

address_policy gmail_only(private_addresses p = private_addresses::refused) {
  address_policy policy(p);
  policy.allow(host("smtp.gmail.com"), 465);
  policy.allow(host("smtp.gmail.com"), 587);
  return policy;
}

struct host_case {
  const char* name;
  std::string_view text;
  const char* part_of_message;
};

class HostForm : public testing::TestWithParam<host_case> {};

// Every spelling by which an address could slip past a list of names.
TEST_P(HostForm, IsNoHostName) {
  const auto parsed = host_name::parse(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.why().code, errc::invalid_argument);
  EXPECT_THAT(parsed.why().detail, HasSubstr(GetParam().part_of_message));
}

TEST_P(HostForm, IsNotAllowedWhateverTheListSays) {
  const auto answer = gmail_only(private_addresses::allowed).authorise(GetParam().text, 587);
  ASSERT_TRUE(std::holds_alternative<refusal>(answer));
  EXPECT_EQ(std::get<refusal>(answer).what, code::not_allowed);
}

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(
    Tricks, HostForm,
    testing::Values(
        host_case{"empty", "", "missing"}, host_case{"decimal_address", "2130706433", "four decimal numbers"},
        host_case{"hexadecimal_address", "0x7f000001", "four decimal numbers"},
        host_case{"hexadecimal_upper", "0X7F000001", "four decimal numbers"},
        host_case{"short_address", "127.1", "four decimal numbers"},
        host_case{"octal_address", "0177.0.0.1", "four decimal numbers"},
        host_case{"hexadecimal_tail", "127.0.0.0x1", "four decimal numbers"},
        host_case{"bare_0x", "localhost.0x", "four decimal numbers"},
        host_case{"out_of_range", "256.256.256.256", "four decimal numbers"},
        host_case{"final_dot", "smtp.gmail.com.", "final dot"},
        host_case{"final_dot_address", "127.0.0.1.", "final dot"},
        host_case{"escaped_nul", "smtp.gmail.com%00.evil.example", "percent"},
        host_case{"nul", "smtp.gmail.com\0.evil.example"sv, "letters, digits"},
        host_case{"user", "smtp.gmail.com@evil.example", "user name"},
        host_case{"port_in_host", "smtp.gmail.com:587", "neither"}, host_case{"url", "http//smtp.gmail.com", "URL"},
        host_case{"zone", "fe80::1%eth0", "zone"}, host_case{"bracketed_name", "[smtp.gmail.com]", "neither"},
        host_case{"bracketed_v4", "[127.0.0.1]", "neither"}, host_case{"space", "smtp gmail", "letters, digits"},
        host_case{"line_break", "smtp.gmail.com\r\nQUIT", "letters, digits"},
        host_case{"fullwidth", "ｓｍｔｐ.gmail.com", "xn--"}, host_case{"ideographic_dot", "smtp。gmail.com", "xn--"},
        host_case{"two_dots", "smtp..gmail.com", "two dots"}, host_case{"leading_dot", ".gmail.com", "two dots"},
        host_case{"leading_hyphen", "-smtp.gmail.com", "hyphen"},
        host_case{"wildcard", "*.gmail.com", "letters, digits"},
        host_case{"long_label", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", "63"}),
    [](const auto& i) { return i.param.name; });

TEST(HostName, HasOneSpelling) {
  EXPECT_EQ(host("SMTP.Gmail.Com").text(), "smtp.gmail.com");
  EXPECT_EQ(host("[2001:DB8:0::1]").text(), "2001:db8::1");
  EXPECT_EQ(host("::ffff:192.0.2.1").text(), "192.0.2.1");
  EXPECT_EQ(host("_smtp.example").text(), "_smtp.example");
  EXPECT_EQ(host("localhost").address(), std::nullopt);
  EXPECT_EQ(host("192.0.2.1").address(), address("192.0.2.1"));
}

TEST(HostName, IsAtMost253Characters) {
  std::string longest;
  while (longest.size() < 250) longest += "aaaa.";
  longest.resize(250);
  longest += "abc";
  EXPECT_TRUE(host_name::parse(longest));
  EXPECT_FALSE(host_name::parse(longest + "d"));
}

TEST(HostAndPort, IsReadAndWritten) {
  const auto plain = parse_host_and_port("Mail.Example:587", port_zero::refused);
  ASSERT_TRUE(plain);
  EXPECT_EQ(format_host_and_port(plain->host.text(), plain->port), "mail.example:587");
  const auto v6 = parse_host_and_port("[::1]:25", port_zero::refused);
  ASSERT_TRUE(v6);
  EXPECT_EQ(format_host_and_port(v6->host.text(), v6->port), "[::1]:25");
  EXPECT_TRUE(parse_host_and_port("127.0.0.1:0", port_zero::allowed));
}

TEST(HostAndPort, RefusesWhatIsNoPort) {
  for (const char* text :
       {"mail.example", "mail.example:", "mail.example:0", "mail.example:65536", "mail.example:-1", "mail.example:+25",
        "mail.example:2 5", "mail.example:0x19", "mail.example:999999", "::1:25", ":25"})
    EXPECT_FALSE(parse_host_and_port(text, port_zero::refused)) << text;
}

struct port_case {
  const char* name;
  std::int64_t port;
};
class PortRange : public testing::TestWithParam<port_case> {};
TEST_P(PortRange, IsNotAllowed) {
  const auto answer = gmail_only().authorise("smtp.gmail.com", GetParam().port);
  ASSERT_TRUE(std::holds_alternative<refusal>(answer));
  EXPECT_EQ(std::get<refusal>(answer).what, code::not_allowed);
  EXPECT_THAT(std::get<refusal>(answer).message, HasSubstr("1 to 65535"));
}
INSTANTIATE_TEST_SUITE_P(Ports, PortRange,
                         testing::Values(port_case{"zero", 0}, port_case{"negative", -587},
                                         port_case{"too_large", 65536}, port_case{"wraps_to_587", 65536 + 587},
                                         port_case{"huge", std::int64_t{1} << 62}),
                         [](const auto& i) { return i.param.name; });

TEST(AddressPolicy, GoesToWhatIsOnTheListAndNowhereElse) {
  const address_policy policy = gmail_only();
  EXPECT_TRUE(std::holds_alternative<authorised>(policy.authorise("smtp.gmail.com", 465)));
  EXPECT_TRUE(std::holds_alternative<authorised>(policy.authorise("SMTP.GMAIL.COM", 587)));
  for (const auto& [name, port] : std::vector<std::pair<std::string, int>>{{"smtp.gmail.com", 25},
                                                                           {"gmail.com", 587},
                                                                           {"evil.smtp.gmail.com", 587},
                                                                           {"smtp.gmail.com.evil.example", 587}}) {
    const auto answer = policy.authorise(name, port);
    ASSERT_TRUE(std::holds_alternative<refusal>(answer)) << name;
    EXPECT_THAT(std::get<refusal>(answer).message, HasSubstr("--allow " + name + ":" + std::to_string(port)));
  }
}

TEST(AddressPolicy, SaysThatAPrivateDestinationNeedsTwoOptions) {
  const auto answer = gmail_only().authorise("192.168.1.20", 587);
  EXPECT_THAT(std::get<refusal>(answer).message, HasSubstr("--allow 192.168.1.20:587 --allow-private"));
}

TEST(AddressPolicy, ShowsHostileHostsHarmlessly) {
  const auto answer = gmail_only().authorise(std::string(5000, 'a') + "\r\n\x1b[31m", 25);
  const std::string& message = std::get<refusal>(answer).message;
  EXPECT_LT(message.size(), 300U);
  EXPECT_THAT(std::get<refusal>(gmail_only().authorise("a\r\n\x1b[31m", 25)).message, testing::Not(HasSubstr("\r")));
}

class BlockedAddress : public testing::TestWithParam<const char*> {};

TEST_P(BlockedAddress, IsRefusedBehindAnAllowedName) {
  const address_policy policy = gmail_only();
  const auto to = std::get<authorised>(policy.authorise("smtp.gmail.com", 587));
  const auto refused = policy.check(to, {address("142.250.102.109"), address(GetParam())});
  ASSERT_TRUE(refused.has_value()) << "one bad address among good ones is enough";
  EXPECT_EQ(refused->what, code::blocked_address);
  EXPECT_THAT(refused->message, HasSubstr("--allow-private"));
  EXPECT_THAT(refused->message, HasSubstr("smtp.gmail.com"));
}

TEST_P(BlockedAddress, IsReachedWithAllowPrivate) {
  const address_policy policy = gmail_only(private_addresses::allowed);
  const auto to = std::get<authorised>(policy.authorise("smtp.gmail.com", 587));
  EXPECT_FALSE(policy.check(to, {address(GetParam())}).has_value());
}

INSTANTIATE_TEST_SUITE_P(Policy, BlockedAddress,
                         testing::Values("127.0.0.1", "127.255.255.254", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1",
                                         "::ffff:7f00:1", "169.254.0.1", "169.254.169.254", "fe80::1", "10.0.0.1",
                                         "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "fc00::1",
                                         "fd12:3456::1", "64:ff9b::1", "64:ff9b::8.8.8.8", "2002::1", "2002:a00:1::1",
                                         "224.0.0.1", "239.255.255.250", "255.255.255.255"));

TEST(AddressPolicy, ReachesTheMailboxWhereItListensAndNothingElseOnLoopback) {
  address_policy policy = gmail_only();
  policy.allow_mailbox(host("localhost"), 2525, address("127.0.0.1"));
  policy.allow_mailbox(host("127.0.0.1"), 2525, address("127.0.0.1"));
  const auto to = std::get<authorised>(policy.authorise("localhost", 2525));
  EXPECT_EQ(to.pinned, address("127.0.0.1"));
  EXPECT_EQ(to.kind, destination_kind::mailbox);
  EXPECT_FALSE(policy.check(to, {address("127.0.0.1")}).has_value());
  EXPECT_TRUE(std::holds_alternative<refusal>(policy.authorise("localhost", 2526)));
  EXPECT_TRUE(std::holds_alternative<refusal>(policy.authorise("::1", 2525)));
}

TEST(AddressPolicy, SealsTheMailboxUnderAllItsNames) {
  address_policy policy = gmail_only();
  for (const std::uint16_t port : {std::uint16_t{2525}, std::uint16_t{2465}})
    for (const char* name : {"localhost", "127.0.0.1"}) policy.allow_mailbox(host(name), port, address("127.0.0.1"));
  policy.seal(host("127.0.0.1"), 2525);
  for (const destination& d : policy.destinations())
    EXPECT_EQ(d.carries, d.port == 2525 ? payload::ciphertext : payload::any) << d.host << d.port;
  EXPECT_EQ(std::get<authorised>(policy.authorise("localhost", 2525)).kind, destination_kind::mailbox);
}

TEST(AddressPolicy, ListsItsDestinationsOnceAndInOrder) {
  address_policy policy = gmail_only();
  policy.allow(host("smtp.gmail.com"), 587);
  policy.allow_mailbox(host("localhost"), 2525, address("127.0.0.1"));
  const std::vector<destination> expected = {{"smtp.gmail.com", 465, destination_kind::remote},
                                             {"smtp.gmail.com", 587, destination_kind::remote},
                                             {"localhost", 2525, destination_kind::mailbox}};
  EXPECT_EQ(policy.destinations(), expected);
}

}  // namespace
}  // namespace smtpscope::tunnel
