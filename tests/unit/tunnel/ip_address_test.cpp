#include "smtpscope/tunnel/ip_address.hpp"

#include <gtest/gtest.h>

namespace smtpscope::tunnel {
namespace {

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
