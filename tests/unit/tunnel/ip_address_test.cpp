#include "smtpscope/tunnel/ip_address.hpp"

#include <gtest/gtest.h>

namespace smtpscope::tunnel {
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

struct class_case {
  const char* name;
  const char* text;
  address_class expected;
};

class AddressClass : public testing::TestWithParam<class_case> {};

TEST_P(AddressClass, IsWhatTheRegistriesSay) {
  const auto address = parse_ip_address(GetParam().text);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(describe(classify(*address)), describe(GetParam().expected));
}

// Each block by its first and last address, and the public addresses beside it.
INSTANTIATE_TEST_SUITE_P(
    Blocks, AddressClass,
    testing::Values(class_case{"this_network", "0.0.0.0", address_class::unspecified},
                    class_case{"this_network_end", "0.255.255.255", address_class::unspecified},
                    class_case{"after_this_network", "1.0.0.0", address_class::global},
                    class_case{"before_ten", "9.255.255.255", address_class::global},
                    class_case{"ten", "10.0.0.0", address_class::private_use},
                    class_case{"ten_end", "10.255.255.255", address_class::private_use},
                    class_case{"after_ten", "11.0.0.0", address_class::global},
                    class_case{"before_shared", "100.63.255.255", address_class::global},
                    class_case{"shared", "100.64.0.0", address_class::shared},
                    class_case{"shared_end", "100.127.255.255", address_class::shared},
                    class_case{"after_shared", "100.128.0.0", address_class::global},
                    class_case{"loopback_v4", "127.0.0.1", address_class::loopback},
                    class_case{"loopback_v4_end", "127.255.255.255", address_class::loopback},
                    class_case{"cloud_metadata", "169.254.169.254", address_class::link_local},
                    class_case{"before_172", "172.15.255.255", address_class::global},
                    class_case{"private_172", "172.16.0.0", address_class::private_use},
                    class_case{"private_172_end", "172.31.255.255", address_class::private_use},
                    class_case{"after_172", "172.32.0.0", address_class::global},
                    class_case{"private_192", "192.168.0.0", address_class::private_use},
                    class_case{"private_192_end", "192.168.255.255", address_class::private_use},
                    class_case{"after_192", "192.169.0.0", address_class::global},
                    class_case{"benchmark", "198.19.255.255", address_class::reserved},
                    class_case{"documentation", "203.0.113.9", address_class::reserved},
                    class_case{"multicast_v4", "224.0.0.1", address_class::multicast},
                    class_case{"multicast_v4_end", "239.255.255.255", address_class::multicast},
                    class_case{"future", "240.0.0.1", address_class::reserved},
                    class_case{"broadcast", "255.255.255.255", address_class::broadcast},
                    class_case{"public_v4", "142.250.102.109", address_class::global},
                    class_case{"unspecified_v6", "::", address_class::unspecified},
                    class_case{"loopback_v6", "::1", address_class::loopback},
                    class_case{"mapped_loopback", "::ffff:7f00:1", address_class::loopback},
                    class_case{"mapped_private", "::ffff:10.1.2.3", address_class::private_use},
                    class_case{"mapped_public", "::ffff:8.8.8.8", address_class::global},
                    class_case{"compatible_loopback", "::127.0.0.1", address_class::loopback},
                    class_case{"compatible_public", "::8.8.8.8", address_class::reserved},
                    class_case{"nat64_private", "64:ff9b::10.0.0.1", address_class::private_use},
                    class_case{"nat64_loopback", "64:ff9b::7f00:1", address_class::loopback},
                    class_case{"nat64_public", "64:ff9b::8.8.8.8", address_class::translated},
                    class_case{"nat64_local_use", "64:ff9b:1::8.8.8.8", address_class::translated},
                    class_case{"nat64_local_use_private", "64:ff9b:1::192.168.1.1", address_class::private_use},
                    class_case{"six_to_four_private", "2002:c0a8:0101::1", address_class::private_use},
                    class_case{"six_to_four_loopback", "2002:7f00:1::", address_class::loopback},
                    class_case{"six_to_four_public", "2002:0808:0808::1", address_class::translated},
                    class_case{"link_local_v6", "fe80::1", address_class::link_local},
                    class_case{"link_local_v6_end", "febf:ffff::1", address_class::link_local},
                    class_case{"site_local", "fec0::1", address_class::private_use},
                    class_case{"unique_local", "fc00::1", address_class::private_use},
                    class_case{"unique_local_end", "fdff:ffff::1", address_class::private_use},
                    class_case{"multicast_v6", "ff02::1", address_class::multicast},
                    class_case{"documentation_v6", "2001:db8::1", address_class::reserved},
                    class_case{"teredo", "2001::1", address_class::reserved},
                    class_case{"not_given_out", "4000::1", address_class::reserved},
                    class_case{"public_v6", "2a00:1450:4025:c03::6c", address_class::global}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::tunnel
