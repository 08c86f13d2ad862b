#include "smtpscope/sim/whole_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "session/samples.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::sim {
namespace {

using trace::entry;
using trace::kind;

setup sample() {
  setup s;
  s.client = test::login_options(session::tls_policy::starttls_required, "LOGIN");
  s.mail = test::submission_to({"amy@mail.example"}, "Subject: Hi\r\n\r\nx\r\n");
  s.server.host_name = "mail.example";
  s.policy.users = {{std::string{test::sample_identity}, secret{std::string{test::sample_password}}}};
  s.policy.mailboxes = {"amy@mail.example"};
  return s;
}

std::vector<entry> run_it(setup s) {
  auto entries = run(std::move(s));
  EXPECT_TRUE(entries);
  return entries ? std::move(*entries) : std::vector<entry>{};
}

std::vector<std::string> story(const std::vector<entry>& entries) {
  std::vector<std::string> kinds;
  for (const entry& e : entries) kinds.emplace_back(name(e.kind));
  return kinds;
}

TEST(WholeSession, TellsTheWholeStory) {
  const auto entries = run_it(sample());
  EXPECT_EQ(story(entries),
            (std::vector<std::string>{"resolving", "resolved", "connected", "greeting",       "command",
                                      "reply",     "command",  "reply",     "tls_started",    "tls_established",
                                      "command",   "reply",    "command",   "sasl_challenge", "sasl_response",
                                      "reply",     "command",  "reply",     "command",        "reply",
                                      "command",   "reply",    "content",   "end_of_content", "reply",
                                      "command",   "reply",    "closed",    "result"}));
  test::check_trace(entries);
}

TEST(WholeSession, IsTheSameEachTime) {
  EXPECT_EQ(trace::write({{}, run_it(sample())}), trace::write({{}, run_it(sample())}));
}

TEST(WholeSession, TakesSimulatedTime) {
  for (const int latency : {0, 20, 1000}) {
    setup s = sample();
    s.latency = milliseconds{latency};
    const auto entries = run_it(std::move(s));
    const entry* connected = test::last_of(entries, kind::connected);
    EXPECT_EQ(connected->time, 4 * milliseconds{latency}) << "the name's round trip and TCP's";
    // Each command waits for its reply: at least one round trip for each reply.
    const auto replies = std::count_if(entries.begin(), entries.end(), [](const entry& e) {
      return e.kind == kind::reply || e.kind == kind::sasl_challenge;
    });
    EXPECT_GE(entries.back().time, replies * 2 * milliseconds{latency});
  }
}

TEST(WholeSession, ShowsTheServersStateToo) {
  const auto entries = run_it(sample());
  std::string server = "idle";
  int moves = 0;
  for (const entry& e : entries) {
    if (!e.server) continue;
    ++moves;
    EXPECT_EQ(e.direction, trace::direction::server_to_client);
    server = e.server->second;
  }
  EXPECT_EQ(server, "closed");
  EXPECT_GE(moves, 10);
}

TEST(WholeSession, ShowsMakeBelieveSecretsOnlyWhenAsked) {
  setup s = sample();
  test::check_hidden(run_it(s), test::sample_identity, test::sample_password);
  s.secrets = trace::secrets::shown;
  const auto entries = run_it(std::move(s));
  EXPECT_NE(trace::write({{}, entries}).find(test::sample_password), std::string::npos);
  for (const entry& e : entries) EXPECT_TRUE(e.masked.empty());
}

TEST(WholeSession, RefusesWhatMakesNoSense) {
  setup s = sample();
  s.client.ehlo_name = "";
  EXPECT_EQ(run(s).why().code, errc::invalid_argument);
  s = sample();
  s.server.host_name = "";
  EXPECT_EQ(run(s).why().code, errc::invalid_argument);
}

}  // namespace
}  // namespace smtpscope::sim
