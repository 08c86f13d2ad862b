// The operations listener, and what happens to tunnels when the relay reloads or ends.

#include <regex>
#include <sstream>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"
#include "smtpscope/version.hpp"

namespace smtpscope::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void with_operations(app::serve_options& o) { o.operations.emplace(net::asio::ip::address_v4::loopback(), 0); }

std::string get(std::uint16_t port, const std::string& path, const std::string& method = "GET") {
  raw_page client(port);
  client.send(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  return client.read_to_end();
}

std::string metrics(const running_relay& relay) {
  const std::string answer = get(const_cast<running_relay&>(relay).itself().operations_port(), "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

// The value of that series, -1 where there is none.
double value_of(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(series + " ", 0) == 0) return std::stod(line.substr(series.size() + 1));
  return -1;
}

// Waits for a value that comes a moment after the event that the test saw.
double settled(const running_relay& relay, const std::string& series, double wanted) {
  const auto until = std::chrono::steady_clock::now() + seconds(10);
  for (;;) {
    const double now = value_of(metrics(relay), series);
    if (now == wanted || std::chrono::steady_clock::now() > until) return now;
  }
}

// Says back what it hears.
void echo(peer& client) {
  for (;;) {
    const std::string octet = client.read(1);
    if (octet.empty() || !client.send(octet)) return;
  }
}

TEST(Operations, ToldByAListenerOfTheirOwn) {
  running_relay relay({}, with_operations);
  const auto port = relay.itself().operations_port();
  EXPECT_THAT(get(port, "/healthz"), ::testing::EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(get(port, "/readyz"), ::testing::EndsWith("\r\n\r\nready\n"));
  EXPECT_THAT(get(port, "/metrics"), HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(get(port, "/tunnel"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get(port, "/metrics", "POST"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(get(port, "/" + std::string(9000, 'x')), Not(HasSubstr("200")));
  EXPECT_THAT(relay.itself().banner(),
              HasSubstr("smtpscope: operations http://127.0.0.1:" + std::to_string(port) + "/\n"));
  EXPECT_THAT(get(relay.port(), "/metrics"), Not(HasSubstr("smtpscope_build_info"))) << "not for the page's visitors";
}

TEST(Operations, NoListenerWithoutTheOption) {
  running_relay relay({});
  EXPECT_EQ(relay.itself().operations_port(), 0);
}

TEST(Operations, OnlyForThisMachine) {
  app::serve_options options;
  options.listen.port(0);
  options.operations.emplace(net::asio::ip::address_v4::any(), 0);
  const auto made = app::relay::create(std::move(options));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.why().detail, StartsWith("--operations 0.0.0.0:0: "));
}

TEST(Metrics, AreLinesOfTheTextFormat) {
  running_relay relay({}, with_operations);
  const std::regex sample(R"(([a-z_]+)(\{([a-z_]+="[^"\\\n]*",?)+\})? [-+0-9.eInf]+)");
  const std::regex comment(R"(# (HELP|TYPE) [a-z_]+ .+)");
  std::istringstream lines(metrics(relay));
  int samples = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool told = std::regex_match(line, sample);
    samples += told ? 1 : 0;
    EXPECT_TRUE(told || std::regex_match(line, comment)) << line;
  }
  EXPECT_GT(samples, 60);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_build_info{version=\"" + std::string(version) + "\"}"), 1);
  EXPECT_GT(value_of(metrics(relay), "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value_of(metrics(relay), "process_start_time_seconds"), 1e9);
}

TEST(Metrics, CountATunnelFromItsOpenToItsEnd) {
  const scripted_server server(echo);
  running_relay relay({server.port()}, with_operations);
  {
    page one(relay);
    one.connect(server.port());
    one.send("twelve octets");
    EXPECT_EQ(one.read(13), "twelve octets");
    EXPECT_EQ(settled(relay, "smtpscope_tunnels_active", 1), 1);
    EXPECT_EQ(value_of(metrics(relay), "smtpscope_tunnel_opens_total{outcome=\"connected\"}"), 1);
    EXPECT_EQ(settled(relay, "smtpscope_tunnel_bytes_total{direction=\"up\"}", 13), 13);
    EXPECT_EQ(settled(relay, "smtpscope_tunnel_bytes_total{direction=\"down\"}", 13), 13);
    EXPECT_EQ(value_of(metrics(relay), "smtpscope_stage_seconds_count{stage=\"resolve\"}"), 1);
    EXPECT_EQ(value_of(metrics(relay), "smtpscope_stage_seconds_count{stage=\"connect\"}"), 1);
    EXPECT_EQ(value_of(metrics(relay), "smtpscope_stage_seconds_count{stage=\"session\"}"), 0);
    one.client().close();
  }
  EXPECT_EQ(settled(relay, "smtpscope_tunnels_active", 0), 0);
  EXPECT_EQ(settled(relay, "smtpscope_tunnels_ended_total{outcome=\"in_order\",stage=\"\"}", 1), 1);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_stage_seconds_bucket{stage=\"session\",le=\"+Inf\"}"), 1);
}

TEST(Metrics, CountWhatIsRefusedByReason) {
  running_relay relay({closed_port()}, with_operations);
  {
    page one(relay);
    one.open("elsewhere.test", 25);
    one.expect_error("policy", "not_allowed", 1008);
  }
  auto foreign = own_page(relay);
  foreign.headers = {{"Origin", "http://elsewhere.test"}};
  EXPECT_FALSE(test::websocket_client(foreign).opened());
  EXPECT_EQ(settled(relay, "smtpscope_refused_total{reason=\"not_allowed\"}", 1), 1);
  EXPECT_EQ(settled(relay, "smtpscope_refused_total{reason=\"origin_not_allowed\"}", 1), 1);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_tunnel_opens_total{outcome=\"not_allowed\"}"), 1);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_tunnels_ended_total{outcome=\"not_allowed\",stage=\"policy\"}"), 1);
}

TEST(Metrics, CountTheMailboxsMessages) {
  const temporary_directory state;
  running_relay relay({}, [&](app::serve_options& o) {
    with_operations(o);
    o.mailbox = app::with_mailbox::yes;
    o.smtp.port(0);
    o.smtps.port(0);
    o.state_dir = state.path();
  });
  smtp_client client({net::asio::ip::address_v4::loopback(), relay.itself().smtp_port()});
  EXPECT_THAT(client.reply(), StartsWith("220 "));
  EXPECT_EQ(settled(relay, "smtpscope_mailbox_sessions_active", 1), 1);
  client.say("EHLO test");
  client.say("MAIL FROM:<a@example.org>");
  EXPECT_THAT(client.say("RCPT TO:<nobody@example.org>"), StartsWith("550 "));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250 "));
  client.say("DATA");
  EXPECT_THAT(client.say("Subject: x\r\n\r\nx\r\n."), StartsWith("250 "));
  client.say("QUIT");
  EXPECT_EQ(settled(relay, "smtpscope_mailbox_sessions_total", 1), 1);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_mailbox_messages_total{result=\"stored\"}"), 1);
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_mailbox_refused_total{what=\"recipient\"}"), 1);
}

TEST(Drain, IsToldByReadyzWhileTunnelsFinish) {
  const scripted_server server(echo);
  running_relay relay({server.port()}, [](app::serve_options& o) {
    with_operations(o);
    o.drain = seconds(60);
  });
  const auto port = relay.itself().operations_port();
  page one(relay);
  one.connect(server.port());
  relay.itself().stop();
  EXPECT_EQ(one.expect("draining").value("deadline_ms", 0), 60'000);
  EXPECT_THAT(get(port, "/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(get(port, "/healthz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(value_of(metrics(relay), "smtpscope_draining"), 1);
  one.send("still here");
  EXPECT_EQ(one.read(10), "still here");
  one.client().close();
  relay.end();  // at once, not after a minute
}

TEST(Drain, EndsByRestartAfterItsTime) {
  const scripted_server server(echo);
  running_relay relay({server.port()}, [](app::serve_options& o) { o.drain = milliseconds(100); });
  page one(relay);
  one.connect(server.port());
  relay.itself().stop();
  one.expect("draining");
  one.expect_error("stream", "draining", 1012);
}

TEST(Reload, ChangesListsForNewTunnelsOnly) {
  const scripted_server server(echo);
  running_relay relay({server.port()});
  page before(relay);
  before.connect(server.port());

  app::serve_options fresh;
  fresh.allow = {{*tunnel::host_name::parse("other.test"), 587}};
  fresh.origins = {*web::origin::parse("https://mail.test")};
  relay.itself().reload(fresh);

  const auto ours = own_page(relay);
  auto trusted = ours;
  trusted.headers = {{"Origin", "https://mail.test"}};
  const auto until = std::chrono::steady_clock::now() + seconds(10);
  while (!test::websocket_client(trusted).opened() && std::chrono::steady_clock::now() < until) continue;
  page after(relay);
  EXPECT_THAT(to_string(after.hello().at("destinations")), HasSubstr("other.test"));
  EXPECT_THAT(to_string(after.hello().at("destinations")), Not(HasSubstr("\"mail.test\"")));
  after.open("mail.test", server.port());
  after.expect_error("policy", "not_allowed", 1008);
  raw_page asks(relay.port());
  asks.send("GET /api/config HTTP/1.1\r\nHost: " + relay.host() + "\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(asks.read_to_end(), HasSubstr("other.test"));

  before.send("still here");
  EXPECT_EQ(before.read(10), "still here");
}

}  // namespace
}  // namespace smtpscope::testing
