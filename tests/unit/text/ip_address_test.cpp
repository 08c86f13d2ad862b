#include "smtpscope/text/ip_address.hpp"

#include <gtest/gtest.h>

namespace smtpscope::text {
namespace {

struct text_case {
  const char* name;
  const char* text;
  const char* formatted;
};

class IpAddressText : public testing::TestWithParam<text_case> {};

TEST_P(IpAddressText, IsReadAndWrittenInOneForm) {
  const auto address = parse_ip_address(GetParam().text);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(format(*address), GetParam().formatted);
  EXPECT_EQ(parse_ip_address(format(*address)), address);
}

INSTANTIATE_TEST_SUITE_P(Forms, IpAddressText,
                         testing::Values(text_case{"v4", "192.0.2.1", "192.0.2.1"},
                                         text_case{"v4_highest", "255.255.255.255", "255.255.255.255"},
                                         text_case{"mapped_dotted", "::ffff:127.0.0.1", "127.0.0.1"},
                                         text_case{"mapped_hex", "::ffff:7f00:1", "127.0.0.1"},
                                         text_case{"mapped_long", "0:0:0:0:0:FFFF:7F00:0001", "127.0.0.1"},
                                         text_case{"unspecified", "::", "::"}, text_case{"loopback", "::1", "::1"},
                                         text_case{"loopback_long", "0000:0000:0000:0000:0000:0000:0000:0001", "::1"},
                                         text_case{"full", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"},
                                         text_case{"upper_case", "2001:DB8::A", "2001:db8::a"},
                                         text_case{"first_of_equal_runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
                                         text_case{"longest_run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
                                         text_case{"no_run_of_one", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
                                         text_case{"run_at_end", "2001:db8::", "2001:db8::"},
                                         text_case{"run_of_one_written", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
                                         text_case{"v4_tail", "64:ff9b::10.0.0.1", "64:ff9b::a00:1"}),
                         [](const auto& i) { return i.param.name; });

class NoIpAddress : public testing::TestWithParam<text_case> {};

TEST_P(NoIpAddress, IsRefused) { EXPECT_FALSE(parse_ip_address(GetParam().text).has_value()); }

INSTANTIATE_TEST_SUITE_P(
    Forms, NoIpAddress,
    testing::Values(
        text_case{"empty", "", ""}, text_case{"three_parts", "127.0.1", ""}, text_case{"two_parts", "127.1", ""},
        text_case{"one_number", "2130706433", ""}, text_case{"hexadecimal", "0x7f000001", ""},
        text_case{"hexadecimal_parts", "0x7f.0.0.1", ""}, text_case{"octal", "0177.0.0.1", ""},
        text_case{"leading_zero", "127.0.0.01", ""}, text_case{"too_large", "256.0.0.1", ""},
        text_case{"five_parts", "1.2.3.4.5", ""}, text_case{"final_dot", "1.2.3.4.", ""},
        text_case{"space", " 1.2.3.4", ""}, text_case{"sign", "+1.2.3.4", ""}, text_case{"two_gaps", "1::2::3", ""},
        text_case{"nine_groups", "1:2:3:4:5:6:7:8:9", ""}, text_case{"seven_groups", "1:2:3:4:5:6:7", ""},
        text_case{"gap_of_none", "1:2:3:4::5:6:7:8", ""}, text_case{"three_colons", ":::", ""},
        text_case{"one_colon", ":", ""}, text_case{"trailing_colon", "1:2:3:4:5:6:7:", ""},
        text_case{"long_group", "12345::", ""}, text_case{"letter", "g::", ""}, text_case{"zone", "fe80::1%eth0", ""},
        text_case{"brackets", "[::1]", ""}, text_case{"v4_in_front", "1.2.3.4::", ""},
        text_case{"v4_tail_too_long", "1:2:3:4:5:6:7:1.2.3.4", ""}, text_case{"v4_tail_wrong", "::1.2.3", ""}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::text
