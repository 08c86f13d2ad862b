#include "smtpscope/session/policy_engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/policy_files.hpp"

namespace smtpscope::session {
namespace {

using wire::verb;

policy_engine engine(std::string_view members) {
  server_profile p = test::policy_of(members);
  p.policy.users = {{"tim", secret{"secret"}}};
  p.policy.mailboxes.emplace_back("@mail.example");
  return {std::move(p.policy), std::move(p.rules)};
}

forward_path_offered rcpt(const std::string& to, const std::string& from = "a@b.example") {
  return {*wire::forward_path::parse("<" + to + ">"), {}, *wire::reverse_path::parse("<" + from + ">")};
}
reverse_path_offered mail(const std::string& from = "a@b.example") {
  return {*wire::reverse_path::parse("<" + from + ">"), {}};
}
send_reply auth_reply(int code) { return {{code, std::nullopt, {"x"}}, "", verb::auth, {}}; }

// The code of the refusal, or 0 for an acceptance.
int code(policy_engine& e, policy_visit& v, const server_event& event, milliseconds now = milliseconds{0},
         std::string_view user = "") {
  const auto d = e.decide(v, event, user, now);
  if (!d) return -1;
  if (d->what == verdict::accept) return 0;
  return d->reply ? d->reply->code : 1;
}

std::string struck(policy_engine& e, policy_visit& v, const server_event& event, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += code(e, v, event) > 0 ? 'X' : '.';
  return out;
}

TEST(PolicyEngine, WithoutRulesIsThePlainPolicy) {
  policy_engine e = engine("");
  EXPECT_EQ(e.asks(), questions::policy_only);
  policy_visit v = e.begin("192.0.2.1");
  EXPECT_EQ(code(e, v, rcpt("bob@mail.example")), 0);
  EXPECT_EQ(code(e, v, rcpt("bob@else.example")), 1) << "the session's own words";
  EXPECT_EQ(code(e, v, mail()), 0);
  EXPECT_EQ(code(e, v, credentials_offered{"PLAIN", "", "tim", secret{"secret"}}), 0);
  EXPECT_EQ(code(e, v, credentials_offered{"PLAIN", "", "tim", secret{"x"}}), 1);
  EXPECT_EQ(code(e, v, command_offered{}), 0);
  EXPECT_EQ(code(e, v, message_offered{}), 0);
  EXPECT_EQ(code(e, v, start_tls{}), -1) << "no question";
  EXPECT_EQ(code(e, v, secret_requested{}), -1) << "answered by secret_for";
}

TEST(PolicyEngine, StrikesWhereItIsTold) {
  const std::pair<const char*, server_event> places[] = {
      {"CONNECT", command_offered{}},
      {"EHLO", command_offered{verb::ehlo, "x"}},
      {"HELO", command_offered{verb::helo, "x"}},
      {"STARTTLS", command_offered{verb::starttls, ""}},
      {"AUTH", command_offered{verb::auth, "PLAIN"}},
      {"MAIL", mail()},
      {"RCPT", rcpt("bob@mail.example")},
      {"DATA", command_offered{verb::data, ""}},
      {"BDAT", command_offered{verb::bdat, "1"}},
      {"CONTENT", message_offered{}},
      {"RSET", command_offered{verb::rset, ""}},
      {"NOOP", command_offered{verb::noop, ""}},
      {"VRFY", lookup_offered{verb::vrfy, "bob"}},
      {"EXPN", lookup_offered{verb::expn, "all"}},
      {"HELP", command_offered{verb::help, ""}},
      {"QUIT", command_offered{verb::quit, ""}},
  };
  for (const auto& [at, unused] : places) {
    policy_engine e = engine(R"("faults":[{"at":")" + std::string{at} + R"(","reply":"451 4.3.0 x"}])");
    EXPECT_EQ(e.asks(), questions::every_command);
    policy_visit v = e.begin("192.0.2.1");
    for (const auto& [place, event] : places)
      EXPECT_EQ(code(e, v, event) == 451, std::string_view{place} == at) << at << " at " << place;
  }
  policy_engine all = engine(R"("faults":[{"reply":"451 4.3.0 x"}])");
  policy_visit v = all.begin("192.0.2.1");
  for (const auto& [place, event] : places) EXPECT_EQ(code(all, v, event), 451) << place;
}

TEST(PolicyEngine, CountsOccurrences) {
  const std::pair<const char*, const char*> rows[] = {{R"("nth":3)", "..X......"},
                                                      {R"("every":3)", "..X..X..X"},
                                                      {R"("from":3)", "..XXXXXXX"},
                                                      {R"("every":1)", "XXXXXXXXX"},
                                                      {R"("percent":100)", "XXXXXXXXX"}};
  for (const auto& [when, expected] : rows) {
    const std::string rule = R"("faults":[{"at":"RCPT","address":"*@mail.example","reply":"450 4.2.1 x",)";
    policy_engine each = engine(rule + when + R"(,"per":"session"}])");
    for (int session = 0; session < 2; ++session) {
      policy_visit v = each.begin("192.0.2.1");
      EXPECT_EQ(struck(each, v, mail(), 2), "..") << "another command does not count";
      EXPECT_EQ(struck(each, v, rcpt("x@mail.example"), 9), expected);
    }
    policy_engine whole = engine(rule + when + R"(,"per":"server"}])");
    policy_visit one = whole.begin("192.0.2.1");
    policy_visit two = whole.begin("192.0.2.2");
    const std::string first = struck(whole, one, rcpt("x@mail.example"), 4);
    EXPECT_EQ(first + struck(whole, two, rcpt("x@mail.example"), 5), expected);
  }
}

TEST(PolicyEngine, DrawsTheSameFromTheSameSeed) {
  const auto drawn = [](int seed, int session) {
    policy_engine e = engine(R"("seed":)" + std::to_string(seed) + R"(,"faults":[{"percent":30,"reply":"451 x"}])");
    for (int i = 0; i < session; ++i) (void)e.begin("192.0.2.9");
    policy_visit v = e.begin("192.0.2.1");
    return struck(e, v, mail(), 400);
  };
  EXPECT_EQ(drawn(1, 0), drawn(1, 0));
  EXPECT_NE(drawn(1, 0), drawn(2, 0));
  EXPECT_NE(drawn(1, 0), drawn(1, 1)) << "sessions have their own luck";
  const std::string row = drawn(1, 0);
  const auto hits = std::count(row.begin(), row.end(), 'X');
  EXPECT_GT(hits, 80);
  EXPECT_LT(hits, 160);
}

TEST(PolicyEngine, GivesEveryActionToTheHost) {
  const auto done = [](const char* action, const server_event& event) {
    policy_engine e = engine(R"("faults":[{"at":"*",)" + std::string{action} + "}]");
    policy_visit v = e.begin("192.0.2.1");
    return e.decide(v, event, "", milliseconds{0}).value_or(decision{});
  };
  const server_event data = command_offered{verb::data, ""};
  decision d = done(R"("reply":"421 4.3.2 bye","delayMs":1500)", data);
  EXPECT_EQ(d.what, verdict::reject);
  EXPECT_EQ(d.reply.value().code, 421);
  EXPECT_EQ(d.delay, milliseconds{1500});
  EXPECT_EQ(done(R"("drop":true)", data).then, afterwards::drop);
  d = done(R"("reply":"250 x","close":true)", mail());
  EXPECT_EQ(d.what, verdict::accept) << "a success in other words";
  EXPECT_EQ(d.then, afterwards::close);
  EXPECT_EQ(done(R"("reply":"250 x")", data).what, verdict::reject) << "success of DATA is 354";
  EXPECT_EQ(done(R"("reply":"354 x")", data).what, verdict::accept);
  EXPECT_EQ(done(R"("garbage":"%%")", data).garbage, "%%");
  d = done(R"("delayMs":5)", rcpt("bob@else.example"));
  EXPECT_EQ(d.what, verdict::reject) << "only late";
  EXPECT_EQ(d.delay, milliseconds{5});
  policy_engine e = engine(R"("faults":[{"at":"DATA","dropAfterOctets":7},{"at":"STARTTLS","certificate":"expired"}])");
  policy_visit v = e.begin("192.0.2.1");
  EXPECT_EQ(e.decide(v, data, "", milliseconds{0}).value().drop_after, 7U);
  EXPECT_EQ(e.decide(v, command_offered{verb::starttls, ""}, "", milliseconds{0}).value().certificate,
            certificate_choice::expired);
  EXPECT_EQ(e.handshake(v), certificate_choice::expired);
}

TEST(PolicyEngine, TheFirstFaultThatStrikesCounts) {
  policy_engine e = engine(R"("faults":[{"at":"MAIL","nth":2,"reply":"450 x"},{"at":"*","nth":2,"reply":"451 x"},
                                        {"at":"MAIL","nth":2,"reply":"452 x"}])");
  policy_visit v = e.begin("192.0.2.1");
  EXPECT_EQ(code(e, v, mail()), 0);
  EXPECT_EQ(code(e, v, mail()), 450);
  EXPECT_EQ(code(e, v, mail()), 0) << "the others counted too";
}

constexpr milliseconds at(int seconds_since) { return seconds{seconds_since}; }

TEST(PolicyEngine, GreylistsWhoWasNotSeenBefore) {
  policy_engine e = engine(R"("greylisting":{"delaySeconds":60,"rememberSeconds":600})");
  policy_visit v = e.begin("192.0.2.1");
  const auto bob = rcpt("bob@mail.example");
  EXPECT_EQ(code(e, v, rcpt("bob@else.example"), at(0)), 1) << "unknown for good";
  EXPECT_EQ(code(e, v, bob, at(0)), 450);
  EXPECT_EQ(code(e, v, bob, at(59)), 450);
  EXPECT_EQ(code(e, v, rcpt("bob@MAIL.example", "a@B.example"), at(60)), 0) << "domains without case";
  EXPECT_EQ(code(e, v, rcpt("eve@mail.example"), at(61)), 450) << "another recipient";
  EXPECT_EQ(code(e, v, rcpt("bob@mail.example", "c@b.example"), at(61)), 450) << "another sender";
  EXPECT_EQ(code(e, v, rcpt("eve@mail.example", "x@b.example"), at(61), "tim"), 0) << "logged in";
  policy_visit other = e.begin("192.0.2.2");
  EXPECT_EQ(code(e, other, bob, at(61)), 450) << "another client";
  EXPECT_EQ(code(e, v, bob, at(660)), 0) << "remembered since it was seen last";
  EXPECT_EQ(code(e, v, bob, at(1261)), 450) << "forgotten";
}

TEST(PolicyEngine, RemembersNoMoreTripletsThanItMay) {
  policy_engine e = engine(R"("greylisting":{"delaySeconds":10,"rememberSeconds":600,"triplets":2})");
  policy_visit v = e.begin("192.0.2.1");
  EXPECT_EQ(code(e, v, rcpt("a@mail.example"), at(0)), 450);
  EXPECT_EQ(code(e, v, rcpt("b@mail.example"), at(1)), 450);
  EXPECT_EQ(code(e, v, rcpt("c@mail.example"), at(2)), 450) << "takes the place of the first";
  EXPECT_EQ(code(e, v, rcpt("b@mail.example"), at(20)), 0);
  EXPECT_EQ(code(e, v, rcpt("a@mail.example"), at(20)), 450) << "begins anew";
}

TEST(PolicyEngine, LimitsRatesByClient) {
  struct row {
    const char* what;
    server_event event;
    int refused;
  };
  const row rows[] = {{"connections", command_offered{}, 421},
                      {"messages", mail(), 450},
                      {"recipients", rcpt("bob@mail.example"), 450}};
  for (const row& r : rows) {
    policy_engine e = engine(R"("rates":[{"what":")" + std::string{r.what} + R"(","most":2,"seconds":60}])");
    policy_visit v = e.begin("192.0.2.1");
    policy_visit again = e.begin("192.0.2.1");
    policy_visit other = e.begin("192.0.2.2");
    EXPECT_EQ(code(e, v, r.event, at(0)), 0) << r.what;
    EXPECT_EQ(code(e, again, r.event, at(10)), 0);
    EXPECT_EQ(code(e, v, r.event, at(20)), r.refused);
    EXPECT_EQ(code(e, other, r.event, at(20)), 0) << "another client";
    EXPECT_EQ(code(e, v, r.event, at(59)), r.refused);
    EXPECT_EQ(code(e, v, r.event, at(60)), 0) << "a new window";
  }
}

TEST(PolicyEngine, LimitsFailedLogins) {
  policy_engine e = engine(R"("rates":[{"what":"failedLogins","most":2,"seconds":60}])");
  policy_visit v = e.begin("192.0.2.1");
  const server_event auth = command_offered{verb::auth, "PLAIN"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(code(e, v, auth, at(i)), 0);
    e.observe(v, auth_reply(235), at(i));
    e.observe(v, auth_reply(535), at(i));
  }
  EXPECT_EQ(code(e, v, auth, at(5)), 454) << "RFC 4954 §6: temporary";
  EXPECT_EQ(code(e, v, auth, at(60)), 0);
}

TEST(PolicyEngine, LimitsRatesByUser) {
  policy_engine e =
      engine(R"("rates":[{"what":"messages","per":"user","most":1,"seconds":60,"reply":"451 4.7.1 {user}"}])");
  policy_visit v = e.begin("192.0.2.1");
  policy_visit w = e.begin("192.0.2.2");
  EXPECT_EQ(code(e, v, mail(), at(0), "tim"), 0);
  EXPECT_EQ(code(e, w, mail(), at(1), "tim"), 451) << "from wherever";
  EXPECT_EQ(code(e, v, mail(), at(1), "amy"), 0);
  EXPECT_EQ(code(e, v, mail(), at(1)), 0);
  EXPECT_EQ(code(e, v, mail(), at(1)), 0) << "nobody in particular";
}

TEST(PolicyEngine, StaysBoundedUnderAFloodOfClients) {
  policy_engine e = engine(R"("rates":[{"what":"connections","most":1,"seconds":600}],"greylisting":{"triplets":100})");
  for (int i = 0; i < 30'000; ++i) {
    policy_visit v = e.begin("2001:db8::" + std::to_string(i));
    EXPECT_EQ(code(e, v, command_offered{}, milliseconds{i}), 0);
    if (i % 100 == 0) {
      EXPECT_EQ(code(e, v, rcpt("bob@mail.example"), milliseconds{i}), 450);
    }
  }
  policy_visit last = e.begin("2001:db8::29999");
  EXPECT_EQ(code(e, last, command_offered{}, milliseconds{30'000}), 421) << "the newest are remembered";
}

}  // namespace
}  // namespace smtpscope::session
