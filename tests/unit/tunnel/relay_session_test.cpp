#include "smtpscope/tunnel/relay_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace smtpscope::tunnel {
namespace {

using testing::HasSubstr;
using phase = relay_session::phase;

constexpr const char* open_plain = R"({"op":"open","host":"mail.example","port":587,"tls":"none"})";
constexpr const char* open_implicit = R"({"op":"open","host":"mail.example","port":465,"tls":"implicit"})";
constexpr const char* start = R"({"op":"start_tls"})";
constexpr const char* eof = R"({"op":"eof"})";

std::span<const std::byte> octets(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
std::span<const std::byte> so_many(std::size_t count) {
  static const std::string text(1000, 'x');
  return octets(std::string_view(text).substr(0, count));
}
ip_address address(std::string_view text) { return parse_ip_address(text).value(); }

class RelaySession : public testing::Test {
 protected:
  RelaySession() {
    policy_.allow(*host_name::parse("mail.example"), 587);
    policy_.allow(*host_name::parse("mail.example"), 465);
    policy_.allow(*host_name::parse("8.8.8.8"), 25);
    policy_.allow_mailbox(*host_name::parse("localhost"), 2525, address("127.0.0.1"));
  }

  // The next action, which must be of that kind.
  template <class Action>
  Action expect() {
    auto next = session_.next();
    if (!next || !std::holds_alternative<Action>(*next)) {
      ADD_FAILURE() << "another action was expected, got " << (next ? static_cast<int>(next->index()) : -1);
      return Action{};
    }
    return std::get<Action>(std::move(*next));
  }
  template <class Frame>
  Frame expect_frame() {
    const auto text = expect<send_control>().text;
    const auto frame = parse_relay_frame(text);
    if (!frame || !std::holds_alternative<Frame>(*frame)) {
      ADD_FAILURE() << "unexpected frame " << text;
      return Frame{};
    }
    return std::get<Frame>(*frame);
  }
  void expect_failure(stage at, code what, close_code with) {
    const auto f = expect_frame<failure>();
    EXPECT_EQ(name(f.at), name(at));
    EXPECT_EQ(name(f.what), name(what)) << f.message;
    EXPECT_FALSE(f.message.empty());
    EXPECT_EQ(f.again, retry_after(what));
    EXPECT_EQ(expect<close_tunnel>().with, with);
    EXPECT_FALSE(session_.next());
    EXPECT_TRUE(session_.closing());
  }
  void connect(const char* open = open_plain) {
    session_.accepted();
    expect_frame<hello>();
    session_.page_text(open);
    EXPECT_EQ(expect<resolve_name>().host, "mail.example");
    session_.resolved({address("8.8.4.4")}, microseconds(5));
    EXPECT_EQ(expect_frame<tunnel::resolved>().us, microseconds(5));
    EXPECT_EQ(expect<connect_server>().addresses.front(), address("8.8.4.4"));
    session_.connected(address("8.8.4.4"), microseconds(6));
    EXPECT_EQ(expect_frame<tunnel::connected>().address, "8.8.4.4");
  }

  address_policy policy_{private_addresses::refused};
  limits bounds_;
  relay_session session_{policy_, bounds_};
};

TEST_F(RelaySession, SaysHelloFirst) {
  session_.accepted();
  const auto h = expect_frame<hello>();
  EXPECT_EQ(h.version, 1);
  EXPECT_EQ(h.destinations.size(), 4U);
  EXPECT_EQ(h.bounds.bytes_up, bounds_.bytes_up);
  EXPECT_FALSE(session_.next());
}

TEST_F(RelaySession, CarriesAPlainSession) {
  connect();
  EXPECT_EQ(session_.state(), phase::streaming);
  EXPECT_EQ(session_.page_data(so_many(10)), verdict::forward);
  EXPECT_EQ(session_.server_data(octets("220 hi\r\n")), verdict::forward);
  session_.server_ended();
  expect_frame<server_eof>();
  session_.page_text(eof);
  const auto end = expect_frame<closed>();
  EXPECT_EQ(end.by, party::server);
  EXPECT_EQ(end.bytes_up, 10U);
  EXPECT_EQ(end.bytes_down, 8U);
  EXPECT_EQ(expect<close_tunnel>().with, close_code::normal);
}

TEST_F(RelaySession, PageMayEndFirst) {
  connect();
  session_.page_text(eof);
  expect<end_sending>();
  EXPECT_EQ(session_.server_data(octets("rest")), verdict::forward);
  session_.server_ended();
  expect_frame<server_eof>();
  EXPECT_EQ(expect_frame<closed>().by, party::page);
}

TEST_F(RelaySession, DoesImplicitTlsBeforeAnyData) {
  connect(open_implicit);
  const auto secure = expect<secure_server>();
  EXPECT_EQ(secure.host, "mail.example");
  EXPECT_EQ(secure.mode, tls_mode::implicit);
  EXPECT_EQ(session_.readable(), 0U);
  session_.secured({});
  expect_frame<tls_report>();
  EXPECT_EQ(session_.state(), phase::streaming);
  EXPECT_GT(session_.readable(), 0U);
}

TEST_F(RelaySession, StartsTlsOnceAfterCleanAnswer) {
  connect();
  EXPECT_EQ(session_.page_data(so_many(10)), verdict::forward);
  EXPECT_EQ(session_.server_data(octets("220 go\r\n")), verdict::forward);
  session_.page_text(start);
  EXPECT_EQ(expect<secure_server>().mode, tls_mode::none);
  EXPECT_EQ(session_.readable(), 0U) << "nothing is read in the clear any more";
  session_.secured({});
  expect_frame<tls_report>();
  session_.page_text(start);
  expect_failure(stage::stream, code::bad_message, close_code::policy);
}

TEST_F(RelaySession, RefusesTlsAfterInjectedPlaintext) {
  connect();
  EXPECT_EQ(session_.page_data(so_many(10)), verdict::forward);
  EXPECT_EQ(session_.server_data(octets("220 go\r\n250 injected\r\n")), verdict::forward);
  session_.page_text(start);
  expect_failure(stage::tls, code::starttls_plaintext, close_code::internal);
}

TEST_F(RelaySession, RefusesTlsWhenPlaintextWaitsInTheSocket) {
  connect();
  session_.page_text(start);
  expect<secure_server>();
  session_.plaintext_waits();
  expect_failure(stage::tls, code::starttls_plaintext, close_code::internal);
}

TEST_F(RelaySession, IgnoresGuardOnceTlsStands) {
  connect(open_implicit);
  expect<secure_server>();
  session_.secured({});
  expect_frame<tls_report>();
  EXPECT_EQ(session_.server_data(octets("250 a\r\n250 b\r\n")), verdict::forward);
  EXPECT_EQ(session_.page_data(so_many(1)), verdict::forward);
}

TEST_F(RelaySession, ReachesTheMailboxWithoutNameService) {
  session_.accepted();
  expect_frame<hello>();
  session_.page_text(R"({"op":"open","host":"localhost","port":2525,"tls":"none"})");
  expect_frame<tunnel::resolved>();
  EXPECT_EQ(expect<connect_server>().addresses.front(), address("127.0.0.1"));
}

TEST_F(RelaySession, ReachesAnAddressWithoutNameService) {
  session_.accepted();
  expect_frame<hello>();
  session_.page_text(R"({"op":"open","host":"8.8.8.8","port":25,"tls":"none"})");
  EXPECT_EQ(expect_frame<tunnel::resolved>().addresses.front(), "8.8.8.8");
  expect<connect_server>();
}

TEST_F(RelaySession, NeverConnectsToABlockedAddress) {
  session_.accepted();
  expect_frame<hello>();
  session_.page_text(open_plain);
  expect<resolve_name>();
  session_.resolved({address("8.8.4.4"), address("10.0.0.1")}, microseconds(1));
  expect_failure(stage::policy, code::blocked_address, close_code::policy);
}

TEST_F(RelaySession, NeverResolvesWhatIsNotAllowed) {
  session_.accepted();
  expect_frame<hello>();
  session_.page_text(R"({"op":"open","host":"other.example","port":25,"tls":"none"})");
  expect_failure(stage::policy, code::not_allowed, close_code::policy);
}

// What the page may not do, at each point of a session.
struct misuse_case {
  const char* name;
  std::function<void(relay_session&)> act;
  close_code with = close_code::policy;
};

std::vector<misuse_case> misuse_at_any_time() {
  return {{"unknown_op", [](relay_session& s) { s.page_text(R"({"op":"jump"})"); }},
          {"no_json", [](relay_session& s) { s.page_text("x"); }},
          {"auth", [](relay_session& s) { s.page_text(R"({"op":"auth","token":"x"})"); }},
          {"endless_credit",
           [](relay_session& s) {
             for (int i = 0; i < 70'000 && !s.closing(); ++i) s.page_text(R"({"op":"credit","bytes":4294967296})");
           }},
          {"large_message", [](relay_session& s) { s.page_message_too_large(); }, close_code::too_large}};
}

TEST_F(RelaySession, RefusesMisuseBeforeOpen) {
  auto cases = misuse_at_any_time();
  cases.push_back({"data", [](relay_session& s) { EXPECT_EQ(s.page_data(so_many(1)), verdict::discard); }});
  cases.push_back({"start_tls", [](relay_session& s) { s.page_text(start); }});
  cases.push_back({"eof", [](relay_session& s) { s.page_text(eof); }});
  for (const misuse_case& c : cases) {
    SCOPED_TRACE(c.name);
    relay_session fresh(policy_, bounds_);
    fresh.accepted();
    static_cast<void>(fresh.next());
    c.act(fresh);
    ASSERT_TRUE(fresh.outcome().has_value());
    EXPECT_EQ(fresh.outcome()->what, code::bad_message);
    EXPECT_EQ(fresh.outcome()->at, stage::policy);
    static_cast<void>(fresh.next());
    EXPECT_EQ(std::get<close_tunnel>(fresh.next().value()).with, c.with);
  }
}

TEST_F(RelaySession, RefusesMisuseWhileOpening) {
  for (const char* frame : {open_plain, start, eof}) {
    SCOPED_TRACE(frame);
    relay_session fresh(policy_, bounds_);
    fresh.accepted();
    fresh.page_text(open_plain);
    fresh.page_text(frame);
    EXPECT_EQ(fresh.outcome()->what, code::bad_message);
  }
}

TEST_F(RelaySession, DropsWhatWasAskedWhenThePageBreaksTheProtocol) {
  session_.accepted();
  session_.page_text(open_plain);
  EXPECT_EQ(session_.page_data(so_many(5)), verdict::discard);
  expect_frame<hello>();
  expect_failure(stage::stream, code::bad_message, close_code::policy);
  session_.resolved({address("8.8.4.4")}, microseconds(1));
  session_.connected(address("8.8.4.4"), microseconds(1));
  EXPECT_FALSE(session_.next()) << "nothing follows close_tunnel";
}

TEST_F(RelaySession, RefusesDataWhileTlsIsBegun) {
  connect();
  session_.page_text(start);
  expect<secure_server>();
  EXPECT_EQ(session_.page_data(so_many(1)), verdict::discard);
  expect_failure(stage::stream, code::bad_message, close_code::policy);
}

TEST_F(RelaySession, RefusesDataAndStartTlsAfterEof) {
  for (const bool tls : {false, true}) {
    relay_session fresh(policy_, bounds_);
    fresh.page_text(open_plain);
    fresh.resolved({address("8.8.4.4")}, microseconds(1));
    fresh.connected(address("8.8.4.4"), microseconds(1));
    fresh.page_text(eof);
    if (tls)
      fresh.page_text(start);
    else
      EXPECT_EQ(fresh.page_data(so_many(1)), verdict::discard);
    EXPECT_EQ(fresh.outcome()->what, code::bad_message);
  }
}

TEST_F(RelaySession, RefusesStartTlsAfterImplicitTls) {
  connect(open_implicit);
  expect<secure_server>();
  session_.secured({});
  expect_frame<tls_report>();
  session_.page_text(start);
  expect_failure(stage::stream, code::bad_message, close_code::policy);
}

TEST_F(RelaySession, SendsNoMoreThanItsCredit) {
  connect();
  std::uint64_t sent = 0;
  const std::string frame(data_frame_octets, 'x');
  while (session_.readable() > 0) {
    const std::size_t n = session_.readable();
    ASSERT_LE(n, data_frame_octets);
    EXPECT_EQ(session_.server_data(octets(std::string_view(frame).substr(0, n))), verdict::forward);
    sent += n;
  }
  EXPECT_EQ(sent, initial_credit);
  session_.page_text(R"({"op":"credit","bytes":100})");
  EXPECT_EQ(session_.readable(), 100U);
}

TEST_F(RelaySession, TakesCreditBeforeItIsConnected) {
  session_.accepted();
  session_.page_text(R"({"op":"credit","bytes":100})");
  EXPECT_FALSE(session_.closing());
}

TEST_F(RelaySession, CarriesExactlyItsLimitUp) {
  bounds_.bytes_up = 100;
  connect();
  EXPECT_EQ(session_.page_data(so_many(60)), verdict::forward);
  EXPECT_EQ(session_.page_data(so_many(40)), verdict::forward);
  EXPECT_EQ(session_.page_data(so_many(0)), verdict::forward);
  EXPECT_EQ(session_.page_data(so_many(1)), verdict::discard);
  EXPECT_EQ(session_.bytes_up(), 100U);
  expect_failure(stage::stream, code::quota, close_code::policy);
}

TEST_F(RelaySession, CarriesExactlyItsLimitDown) {
  bounds_.bytes_down = 10;
  connect();
  EXPECT_EQ(session_.server_data(octets("0123456789")), verdict::forward);
  ASSERT_EQ(session_.readable(), 1U) << "one octet beyond tells whether there is more";
  EXPECT_EQ(session_.server_data(octets("x")), verdict::discard);
  expect_failure(stage::stream, code::quota, close_code::policy);
}

TEST_F(RelaySession, AServerThatEndsAtTheLimitEndsInOrder) {
  bounds_.bytes_down = 10;
  connect();
  EXPECT_EQ(session_.server_data(octets("0123456789")), verdict::forward);
  session_.server_ended();
  expect_frame<server_eof>();
  EXPECT_FALSE(session_.closing());
}

TEST_F(RelaySession, EachClockHasItsAnswer) {
  struct {
    expiry which;
    stage at;
    code what;
  } const cases[] = {{expiry::open, stage::policy, code::timeout},
                     {expiry::idle, stage::stream, code::timeout},
                     {expiry::stalled, stage::stream, code::too_slow},
                     {expiry::session, stage::stream, code::timeout}};
  for (const auto& c : cases) {
    relay_session fresh(policy_, bounds_);
    fresh.expired(c.which);
    EXPECT_EQ(fresh.outcome()->at, c.at);
    EXPECT_EQ(fresh.outcome()->what, c.what);
    EXPECT_EQ(fresh.outcome()->again, retry::yes);
  }
}

TEST_F(RelaySession, EndsInOrderWhenThePageStaysSilentAfterTheServersEnd) {
  connect();
  session_.server_ended();
  expect_frame<server_eof>();
  EXPECT_TRUE(session_.half_closed());
  session_.expired(expiry::half_closed);
  EXPECT_EQ(expect_frame<closed>().by, party::server);
  EXPECT_EQ(expect<close_tunnel>().with, close_code::normal);
}

TEST_F(RelaySession, AServerThatWentAwayAfterItsEndIsNoFailure) {
  connect();
  session_.server_ended();
  expect_frame<server_eof>();
  session_.failed(stage::stream, code::reset);
  EXPECT_EQ(expect_frame<closed>().by, party::server);
}

TEST_F(RelaySession, DrainsThenEnds) {
  connect();
  session_.drain(milliseconds(500));
  EXPECT_EQ(expect_frame<draining>().deadline, milliseconds(500));
  EXPECT_EQ(session_.page_data(so_many(1)), verdict::forward) << "what is under way may finish";
  session_.drained();
  expect_failure(stage::stream, code::draining, close_code::restart);
}

TEST_F(RelaySession, TurnsAwayWithoutHello) {
  session_.turn_away(admitted::full);
  expect_failure(stage::policy, code::throttled, close_code::try_later);
}

TEST_F(RelaySession, PageThatLeavesEndsEverythingQuietly) {
  connect();
  session_.page_closed();
  EXPECT_EQ(expect<close_tunnel>().with, close_code::normal);
  EXPECT_FALSE(session_.next());
  EXPECT_FALSE(session_.outcome().has_value());
}

TEST_F(RelaySession, FailureOfVerificationShowsTheCertificate) {
  connect(open_implicit);
  expect<secure_server>();
  const certificate shown{"CN=x", "CN=y", {"other.example"}, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"};
  session_.tls_failed(code::tls_verify, {tls_reason::name_mismatch, 0, shown}, {shown});
  const auto f = expect_frame<failure>();
  EXPECT_EQ(f.reason, tls_reason::name_mismatch);
  EXPECT_EQ(f.failing, 0U);
  ASSERT_EQ(f.certificates.size(), 1U);
  EXPECT_EQ(f.certificates.front(), shown);
  EXPECT_THAT(f.message, HasSubstr("other.example"));
}

TEST_F(RelaySession, AfterTheEndEveryCallDoesNothing) {
  connect();
  session_.page_closed();
  static_cast<void>(session_.next());
  session_.page_text(start);
  session_.page_text(eof);
  session_.page_message_too_large();
  session_.secured({});
  session_.server_ended();
  session_.failed(stage::stream, code::reset);
  session_.plaintext_waits();
  session_.expired(expiry::idle);
  session_.drain(milliseconds(1));
  session_.drained();
  session_.page_closed();
  EXPECT_EQ(session_.page_data(so_many(1)), verdict::discard);
  EXPECT_EQ(session_.server_data(octets("x")), verdict::discard);
  EXPECT_EQ(session_.readable(), 0U);
  EXPECT_FALSE(session_.next());
}

}  // namespace
}  // namespace smtpscope::tunnel
