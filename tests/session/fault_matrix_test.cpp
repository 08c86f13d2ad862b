// Whatever a server does wrong, wherever in the session: our client comes to a definite verdict, and
// no password is in the trace. The server is ours, its faults are a policy document.

#include <gtest/gtest.h>

#include "session/samples.hpp"
#include "smtpscope/sim/whole_session.hpp"
#include "support/policy_files.hpp"
#include "support/trace_checks.hpp"
#include "texts/native_texts.hpp"

namespace smtpscope::test {
namespace {

using session::tls_policy;

sim::setup setup_with(const std::string& rules, tls_policy tls = tls_policy::starttls_required) {
  sim::setup s;
  s.client = login_options(tls, "LOGIN");
  std::string content = "Subject: Hi\r\n\r\n";
  for (int i = 0; i < 40; ++i) content += std::string(70, 'x') + "\r\n";
  s.mail = submission_to({"amy@mail.example"}, std::move(content));
  session::server_profile base;
  base.options.host_name = "mail.example";
  base.policy.users = {{std::string{sample_identity}, secret{std::string{sample_password}}}};
  base.policy.mailboxes = {"amy@mail.example"};
  session::server_profile p = policy_of(rules, std::move(base));
  s.server = std::move(p.options);
  s.policy = std::move(p.policy);
  s.rules = std::move(p.rules);
  s.words = &trace::native_texts();
  return s;
}

struct told {
  std::string outcome;
  std::string stage;
  std::string diagnosis;
};

// Runs it, and checks what must always hold.
told verdict_of(const sim::setup& s) {
  const auto entries = sim::run(s);
  if (!entries) {
    ADD_FAILURE() << entries.why().detail;
    return {};
  }
  check_trace(*entries);
  check_hidden(*entries, sample_identity, sample_password);
  const trace::entry* result = last_of(*entries, trace::kind::result);
  if (result == nullptr) {
    ADD_FAILURE() << "no result";
    return {};
  }
  told t{result->data.value("outcome", ""), "", diagnosis_key(*entries)};
  if (result->data.contains("failure")) t.stage = result->data["failure"].value("stage", "");
  return t;
}

struct place {
  const char* at;
  const char* stage;  // of the client
};
constexpr place places[] = {{"CONNECT", "greeting"}, {"EHLO", "ehlo"}, {"STARTTLS", "starttls"}, {"AUTH", "auth"},
                            {"MAIL", "mail"},        {"RCPT", "rcpt"}, {"DATA", "data"},         {"BDAT", "content"},
                            {"CONTENT", "content"},  {"QUIT", "quit"}};

struct action {
  const char* name;
  const char* json;
  bool answers;  // a reply: the client knows what became of its message
};
constexpr action actions[] = {
    {"Later", R"("reply":"450 4.3.0 later")", true},
    {"LaterInSeveralLines", R"("reply":["451-4.3.0 not","451 4.3.0 now"])", true},
    {"Never", R"("reply":"550 5.7.1 no")", true},
    {"NeverAndClose", R"("reply":"554 5.7.1 no","close":true)", true},
    {"Unknown", R"("reply":"559 what")", true},
    {"Goodbye", R"("reply":"421 4.3.2 bye")", true},
    {"GoodbyeLate", R"("reply":"421 4.3.2 bye","delayMs":2000)", true},
    {"Drop", R"("drop":true)", false},
    {"DropLate", R"("drop":true,"delayMs":2000)", false},
    {"Silence", R"("delayMs":600000)", false},
    {"GarbageLine", R"("garbage":"%%% what?\r\n")", false},
    {"GarbageWithoutEnd", R"("garbage":"\u0000\u001b[2J")", false},
    {"GarbageOctets", R"("garbageBase64":"//79DQoNCg==")", false},
    {"GarbageCode", R"("garbage":"999 no such code\r\n")", false},
    {"GarbageMixedCodes", R"("garbage":"250-a\r\n550 b\r\n")", false},
    {"GarbageThenClose", R"("garbage":"2","close":true)", false},
};

class FaultMatrix : public testing::TestWithParam<std::tuple<place, action>> {};

TEST_P(FaultMatrix, HasADefiniteVerdictAndNoLeak) {
  const auto& [p, a] = GetParam();
  const bool chunks = std::string_view{p.at} == "BDAT";
  sim::setup s = setup_with(R"("extensions":["STARTTLS","AUTH","CHUNKING"],"faults":[{"at":")" + std::string{p.at} +
                            R"(",)" + a.json + "}]");
  s.client.chunks = chunks ? session::chunking::when_offered : session::chunking::never;
  const told t = verdict_of(s);
  if (std::string_view{p.at} == "QUIT") {
    EXPECT_EQ(t.outcome, "delivered") << "the message was taken before";
    return;
  }
  const bool all_sent = std::string_view{p.at} == "CONTENT" || chunks;
  EXPECT_EQ(t.outcome, all_sent && !a.answers ? "unknown" : "failed");
  EXPECT_NE(t.diagnosis, "");
  EXPECT_NE(t.diagnosis, "unknown");
  if (std::string_view{p.at} != "EHLO") {  // there HELO is tried
    EXPECT_EQ(t.stage, p.stage);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FaultMatrix, testing::Combine(testing::ValuesIn(places), testing::ValuesIn(actions)),
                         [](const auto& one) {
                           return std::string{std::get<0>(one.param).at} + "_" + std::get<1>(one.param).name;
                         });

TEST(Faults, ALinkThatIsCutInTheContentIsNoDelivery) {
  for (const int octets : {0, 1, 1000, 2000}) {
    const told t =
        verdict_of(setup_with(R"("faults":[{"at":"DATA","dropAfterOctets":)" + std::to_string(octets) + "}]"));
    EXPECT_EQ(t.outcome, "unknown") << "all had left when the end came";
    EXPECT_EQ(t.stage, "content");
  }
}

// RFC 4954 §6: what is said of a login is said when it is over, however many steps it has.
TEST(Faults, RefusedLoginsAreRefusedAtTheirEnd) {
  const struct {
    const char* mechanism;
    std::size_t challenges;
  } table[] = {{"PLAIN", 0}, {"LOGIN", 1}, {"CRAM-MD5", 1}, {"SCRAM-SHA-256", 2}};
  for (const auto& row : table)
    for (const char* reply : {"535 5.7.8 No", "454 4.7.0 Later", "534 5.7.9 Too weak", "504 5.5.4 Not that"}) {
      SCOPED_TRACE(std::string{row.mechanism} + " " + reply);
      sim::setup s = setup_with(R"("require":{"auth":true},"faults":[{"at":"AUTH","reply":")" + std::string{reply} +
                                R"("}],"mechanisms":[")" + row.mechanism + R"("])");
      s.client.mechanisms = {row.mechanism};
      s.client.random = s.server.random = std::string(32, 'r');
      const auto entries = sim::run(s);
      ASSERT_TRUE(entries) << entries.why().detail;
      std::size_t challenges = 0;
      std::string last;
      for (const trace::entry& e : *entries) {
        challenges += e.kind == trace::kind::sasl_challenge ? 1 : 0;
        if (e.kind == trace::kind::reply && e.bytes.substr(0, 3) != "221") last = e.bytes;
      }
      const bool at_once = std::string_view{reply}.substr(0, 3) == "504";
      EXPECT_EQ(challenges, at_once ? 0U : row.challenges);
      EXPECT_EQ(last, std::string{reply} + "\r\n");
      EXPECT_EQ(verdict_of(s).stage, "auth");
    }
}

TEST(Faults, CertificatesThatDoNotVerifyEndTheSession) {
  const std::pair<const char*, const char*> kinds[] = {
      {"expired", "tls.expired"}, {"wrongName", "tls.name_mismatch"}, {"selfSigned", "tls.self_signed"}};
  for (const auto& [kind, diagnosis] : kinds)
    for (const auto tls : {tls_policy::starttls_required, tls_policy::implicit}) {
      const told t =
          verdict_of(setup_with(R"("faults":[{"at":"STARTTLS","certificate":")" + std::string{kind} + R"("}])", tls));
      EXPECT_EQ(t.outcome, "failed");
      EXPECT_EQ(t.diagnosis, diagnosis);
    }
}

TEST(Faults, ADelayThatIsShorterThanTheClientsPatienceOnlyTakesTime) {
  const auto quick = sim::run(setup_with(""));
  const auto slow = sim::run(setup_with(R"("faults":[{"at":"*","delayMs":1500}])"));
  ASSERT_TRUE(quick && slow);
  // Greeting, EHLO, STARTTLS, EHLO, AUTH, MAIL, RCPT, DATA, the message, QUIT.
  EXPECT_EQ(slow->back().time - quick->back().time, 10 * milliseconds{1500});
  EXPECT_EQ(last_of(*slow, trace::kind::result)->data.value("outcome", ""), "delivered");
}

TEST(Faults, GreylistingAndRatesAreRefusalsForNow) {
  told t = verdict_of(setup_with(R"("greylisting":{})", tls_policy::starttls_required));
  EXPECT_EQ(t.outcome, "delivered") << "who logged in is not asked";
  sim::setup s = setup_with(R"("greylisting":{})", tls_policy::never);
  s.client.auth.reset();
  EXPECT_EQ(verdict_of(s).stage, "rcpt");
  EXPECT_EQ(verdict_of(setup_with(R"("rates":[{"what":"connections","most":0}])")).stage, "greeting");
  EXPECT_EQ(verdict_of(setup_with(R"("rates":[{"what":"failedLogins","most":0}])")).stage, "auth");
  EXPECT_EQ(verdict_of(setup_with(R"("rates":[{"what":"messages","most":0}])")).stage, "mail");
  EXPECT_EQ(verdict_of(setup_with(R"("rates":[{"what":"recipients","per":"user","most":0}])")).stage, "rcpt");
}

TEST(Faults, ATraceIsTheSameEachTime) {
  const std::string rules =
      R"("seed":9,"faults":[{"percent":50,"delayMs":10},{"at":"RCPT","percent":50,"reply":"450 x"}])";
  const auto one = sim::run(setup_with(rules));
  const auto two = sim::run(setup_with(rules));
  ASSERT_TRUE(one && two);
  ASSERT_EQ(one->size(), two->size());
  for (std::size_t i = 0; i < one->size(); ++i) EXPECT_EQ((*one)[i].time, (*two)[i].time);
}

}  // namespace
}  // namespace smtpscope::test
