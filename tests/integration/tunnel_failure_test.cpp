// Each way a connection fails has its code, its stage and its words.

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

TEST(TunnelFailure, NotAllowed) {
  const running_relay relay({2525});
  page one(relay);
  one.open("mail.test", 2526);
  const json error = one.expect_error("policy", "not_allowed", 1008);
  EXPECT_THAT(error.value("message", ""), HasSubstr("--allow mail.test:2526"));
}

TEST(TunnelFailure, HostsInDisguiseAreNotAllowed) {
  const running_relay relay({2525});
  for (const char* host : {"2130706433", "0x7f000001", "127.1", "127.0.0.1.", "mail.test.", "mail.test%00",
                           "user@mail.test", "[127.0.0.1]", ""}) {
    SCOPED_TRACE(host);
    page one(relay);
    one.open(host, 2525);
    one.expect_error("policy", "not_allowed", 1008);
  }
}

TEST(TunnelFailure, PortsThatAreNoneAreNotAllowed) {
  const running_relay relay({2525});
  for (const int port : {0, -1, 65536, 65536 + 2525}) {
    page one(relay);
    one.say({{"op", "open"}, {"host", "mail.test"}, {"port", port}, {"tls", "none"}});
    one.expect_error("policy", "not_allowed", 1008);
  }
}

TEST(TunnelFailure, BlockedAddressIsNeverConnectedTo) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.private_addresses = tunnel::private_addresses::refused; },
                            {{"mail.test", {{address("127.0.0.1")}, {}}}});
  page one(relay);
  one.open("mail.test", server.port());
  const json error = one.expect_error("policy", "blocked_address", 1008);
  EXPECT_THAT(error.value("message", ""), HasSubstr("--allow-private"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(TunnelFailure, OneBlockedAddressAmongOthersIsEnough) {
  const running_relay relay({2525},
                            [](app::serve_options& o) { o.private_addresses = tunnel::private_addresses::refused; },
                            {{"mail.test", {{address("8.8.8.8"), address("::ffff:10.0.0.1")}, {}}}});
  page one(relay);
  one.open("mail.test", 2525);
  one.expect_error("policy", "blocked_address", 1008);
}

TEST(TunnelFailure, AddressesAreBlockedWithoutANameToo) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()},
                            [](app::serve_options& o) { o.private_addresses = tunnel::private_addresses::refused; });
  page one(relay);
  one.open("127.0.0.1", server.port());
  one.expect_error("policy", "blocked_address", 1008);
  EXPECT_EQ(server.connections(), 0);
}

TEST(TunnelFailure, NameNotFound) {
  const running_relay relay({}, [](app::serve_options& o) {
    o.allow.push_back({*tunnel::host_name::parse("nowhere.test"), 587});
  });
  page one(relay);
  one.open("nowhere.test", 587);
  EXPECT_THAT(one.expect_error("resolve", "name_not_found", 1011).value("message", ""), HasSubstr("nowhere.test"));
}

TEST(TunnelFailure, NameServiceThatDoesNotAnswer) {
  const running_relay relay({}, [](app::serve_options& o) {
    o.allow.push_back({*tunnel::host_name::parse("slow.test"), 587});
    o.tunnel_limits.resolve = milliseconds(50);
  });
  page one(relay);
  one.open("slow.test", 587);
  one.expect_error("resolve", "timeout", 1011);
}

TEST(TunnelFailure, NameServiceThatCannotBeReached) {
  const running_relay relay({2525}, {}, {{"mail.test", {{}, tunnel::code::unreachable}}});
  page one(relay);
  one.open("mail.test", 2525);
  EXPECT_EQ(one.expect_error("resolve", "unreachable", 1011).value("retryable", false), true);
}

TEST(TunnelFailure, Refused) {
  const std::uint16_t port = closed_port();
  const running_relay relay({port});
  page one(relay);
  one.open("mail.test", port);
  one.expect("resolved");
  EXPECT_THAT(one.expect_error("connect", "refused", 1011).value("message", ""),
              HasSubstr("mail.test:" + std::to_string(port)));
}

TEST(TunnelFailure, TheNextAddressIsTriedWhenOneRefuses) {
  scripted_server server([](peer& p) { p.send("220\r\n"); });
  const running_relay relay({server.port()}, {}, {{"mail.test", {{address("127.0.0.2"), address("127.0.0.1")}, {}}}});
  page one(relay);
  one.open("mail.test", server.port());
  EXPECT_EQ(one.expect("resolved").value("addresses", json()).size(), 2U);
  EXPECT_EQ(one.expect("connected").value("address", ""), "127.0.0.1");
  EXPECT_EQ(one.read(5), "220\r\n");
}

TEST(TunnelFailure, ConnectTimesOut) {
  const silent_port silent;
  const running_relay relay({silent.port()},
                            [](app::serve_options& o) { o.tunnel_limits.connect = milliseconds(100); });
  page one(relay);
  one.open("mail.test", silent.port());
  one.expect("resolved");
  EXPECT_EQ(one.expect_error("connect", "timeout", 1011).value("retryable", false), true);
}

TEST(TunnelFailure, AddressWithoutRoute) {
  const running_relay relay({2525}, {}, {{"mail.test", {{address("255.255.255.255")}, {}}}});
  page one(relay);
  one.open("mail.test", 2525);
  one.expect("resolved");
  one.expect_error("connect", "unreachable", 1011);
}

TEST(TunnelFailure, ServerThatHangsUpMidSession) {
  scripted_server server([](peer& p) {
    p.send("220\r\n");
    p.read(4);
    p.reset();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(5), "220\r\n");
  one.send("EHLO");
  EXPECT_EQ(one.expect_error("stream", "reset", 1011).value("retryable", false), true);
}

TEST(TunnelFailure, PageThatLeavesWhileConnectingIsLetGo) {
  const silent_port silent;
  running_relay relay({silent.port()}, [](app::serve_options& o) { o.drain = seconds(60); });
  {
    page one(relay);
    one.open("mail.test", silent.port());
    one.expect("resolved");
    one.client().close();
    EXPECT_EQ(one.close_code(), 1000);
  }
  relay.end();  // nobody waits for the connect's ten seconds, nor for the drain's sixty
}

TEST(TunnelFailure, PageThatLeavesWhileResolvingIsLetGo) {
  running_relay relay({}, [](app::serve_options& o) {
    o.allow.push_back({*tunnel::host_name::parse("slow.test"), 587});
    o.drain = seconds(60);
  });
  {
    page one(relay);
    one.open("slow.test", 587);
    one.client().close();
    EXPECT_EQ(one.close_code(), 1000);
  }
  relay.end();
}

}  // namespace
}  // namespace smtpscope::testing
