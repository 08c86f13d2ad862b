// Who may open a tunnel: forged origins and hosts are turned away before the upgrade.

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

const std::string none = "(none)";
const std::string own = "(own)";

struct access_case {
  const char* name;
  std::string origin;
  std::string host;
  int status;
  const char* code;
  bool lenient = false;  // --allow-no-origin
};

class TunnelAccess : public ::testing::TestWithParam<access_case> {};

TEST_P(TunnelAccess, IsDecidedByOriginAndHost) {
  const access_case& c = GetParam();
  const running_relay relay({}, [&](app::serve_options& o) {
    o.origins.push_back(*web::origin::parse("https://mail.example"));
    if (c.lenient) o.no_origin = web::no_origin::allowed;
  });
  const std::string port = std::to_string(relay.port());
  const auto filled = [&](std::string text) {
    if (const auto at = text.find("PORT"); at != std::string::npos) text.replace(at, 4, port);
    return text;
  };
  header_list headers;
  if (c.host != none) headers.emplace_back("Host", c.host == own ? relay.host() : filled(c.host));
  if (c.origin != none) headers.emplace_back("Origin", c.origin == own ? relay.origin() : filled(c.origin));
  raw_page page(relay.port());
  const std::string answer = page.upgrade(headers);
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 " + std::to_string(c.status)));
  if (c.status == 101)
    EXPECT_THAT(page.read_text(), HasSubstr("hello"));
  else
    EXPECT_THAT(page.read_until("}}"), HasSubstr(std::string("\"code\":\"") + c.code + "\""));
}

INSTANTIATE_TEST_SUITE_P(
    Headers, TunnelAccess,
    ::testing::Values(
        access_case{"own", own, own, 101, ""},
        access_case{"own_localhost", "http://localhost:PORT", "localhost:PORT", 101, ""},
        access_case{"host_in_capitals", own, "LOCALHOST:PORT", 101, ""},
        access_case{"listed", "https://mail.example", own, 101, ""},
        access_case{"listed_behind_proxy", "https://mail.example", "mail.example", 101, ""},
        access_case{"no_origin", none, own, 403, "origin_not_allowed"},
        access_case{"no_origin_allowed", none, own, 101, "", true},
        access_case{"foreign", "https://evil.example", own, 403, "origin_not_allowed"},
        access_case{"foreign_though_lenient", "https://evil.example", own, 403, "origin_not_allowed", true},
        access_case{"null", "null", own, 403, "origin_not_allowed"},
        access_case{"null_though_lenient", "null", own, 403, "origin_not_allowed", true},
        access_case{"empty", "", own, 403, "origin_not_allowed"},
        access_case{"other_scheme", "https://127.0.0.1:PORT", own, 403, "origin_not_allowed"},
        access_case{"other_port", "http://127.0.0.1:1", own, 403, "origin_not_allowed"},
        access_case{"without_port", "http://127.0.0.1", own, 403, "origin_not_allowed"},
        access_case{"longer_name", "http://127.0.0.1:PORT.evil.example", own, 403, "origin_not_allowed"},
        access_case{"subdomain_of_listed", "https://x.mail.example", own, 403, "origin_not_allowed"},
        access_case{"listed_by_http", "http://mail.example", own, 403, "origin_not_allowed"},
        access_case{"rebound_name", "http://evil.example:PORT", "evil.example:PORT", 421, "host_not_served"},
        access_case{"rebound_name_lenient", none, "evil.example:PORT", 421, "host_not_served", true},
        access_case{"no_host", own, none, 421, "host_not_served"},
        access_case{"empty_host", own, "", 421, "host_not_served"},
        access_case{"host_without_port", own, "127.0.0.1", 421, "host_not_served"},
        access_case{"host_other_port", own, "127.0.0.1:1", 421, "host_not_served"},
        access_case{"host_short", own, "127.1:PORT", 421, "host_not_served"}),
    [](const auto& i) { return i.param.name; });

TEST(TunnelAccessHeaders, TwoOriginsAreRefused) {
  const running_relay relay({});
  raw_page page(relay.port());
  EXPECT_THAT(page.upgrade({{"Host", relay.host()}, {"Origin", relay.origin()}, {"Origin", "https://evil.example"}}),
              HasSubstr("HTTP/1.1 403"));
}

TEST(TunnelAccessHeaders, TwoHostsAreRefused) {
  const running_relay relay({});
  raw_page page(relay.port());
  EXPECT_THAT(page.upgrade({{"Host", relay.host()}, {"Host", "evil.example"}, {"Origin", relay.origin()}}),
              HasSubstr("HTTP/1.1 400"));
}

TEST(TunnelAccessHeaders, SubprotocolIsRequired) {
  const running_relay relay({});
  for (const std::vector<std::string>& offered :
       {std::vector<std::string>{}, {"smtpscope.tunnel.v2"}, {"SMTPSCOPE.TUNNEL.V1"}}) {
    auto wish = own_page(relay);
    wish.subprotocols = offered;
    test::websocket_client client(wish);
    EXPECT_FALSE(client.opened());
    EXPECT_EQ(client.status(), 400);
    EXPECT_THAT(client.response_body(), HasSubstr("subprotocol_required"));
  }
  auto wish = own_page(relay);
  wish.subprotocols = {"other", "smtpscope.tunnel.v1"};
  test::websocket_client client(wish);
  EXPECT_TRUE(client.opened());
  EXPECT_EQ(client.response_header("Sec-WebSocket-Protocol"), "smtpscope.tunnel.v1");
}

}  // namespace
}  // namespace smtpscope::testing
