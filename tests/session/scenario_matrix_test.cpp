// Unexpected reply codes at the seams of a session: each cell has a definite verdict and nothing leaks.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

struct place {
  const char* name;
  tls_policy tls;
  std::vector<const char*> before;  // replies up to the one in question
};

// The last message's failure; nothing: delivered.
struct verdict_of {
  int code;
  std::optional<failure_kind> why;
  client_stage stage;
};

struct cell {
  place at;
  verdict_of expected;
};

constexpr auto refused = failure_kind::refused;
constexpr auto protocol = failure_kind::protocol;
constexpr auto no_tls = failure_kind::starttls_not_offered;
constexpr auto hung_up = failure_kind::closed_by_server;  // the session went on, and then the server left

std::vector<cell> cells() {
  const place greeting{"greeting", tls_policy::starttls_required, {}};
  const place ehlo{"ehlo", tls_policy::starttls_required, {"220 x\r\n"}};
  const place helo{"helo", tls_policy::starttls_required, {"220 x\r\n", "500 x\r\n"}};
  const place starttls{
      "starttls", tls_policy::starttls_required, {"220 x\r\n", "250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"}};
  const place rset{"rset",
                   tls_policy::implicit,
                   {"220 x\r\n", "250-x\r\n250 AUTH PLAIN\r\n", "235 x\r\n", "250 x\r\n", "550 x\r\n"}};
  const place quit{"quit",
                   tls_policy::implicit,
                   {"220 x\r\n", "250-x\r\n250 AUTH PLAIN\r\n", "235 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n",
                    "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n", "250 x\r\n"}};
  std::vector<cell> all;
  const auto row = [&all](const place& at, std::initializer_list<verdict_of> verdicts) {
    for (const verdict_of& v : verdicts) all.push_back({at, v});
  };
  using s = client_stage;
  row(greeting, {{220, hung_up, s::ehlo},
                 {221, hung_up, s::ehlo},
                 {354, protocol, s::greeting},
                 {421, refused, s::greeting},
                 {454, refused, s::greeting},
                 {500, refused, s::greeting},
                 {501, refused, s::greeting},
                 {530, refused, s::greeting}});
  row(ehlo, {{220, no_tls, s::ehlo},
             {221, no_tls, s::ehlo},
             {354, protocol, s::ehlo},
             {421, refused, s::ehlo},
             {454, refused, s::ehlo},
             {500, hung_up, s::helo},
             {501, refused, s::ehlo},
             {530, refused, s::ehlo}});
  row(helo, {{220, no_tls, s::helo},
             {221, no_tls, s::helo},
             {354, protocol, s::helo},
             {421, refused, s::helo},
             {454, refused, s::helo},
             {500, refused, s::helo},
             {501, refused, s::helo},
             {530, refused, s::helo}});
  row(starttls, {{220, hung_up, s::tls},
                 {221, protocol, s::starttls},
                 {354, protocol, s::starttls},
                 {421, refused, s::starttls},
                 {454, refused, s::starttls},
                 {500, refused, s::starttls},
                 {501, refused, s::starttls},
                 {530, refused, s::starttls}});
  row(rset, {{220, hung_up, s::mail},
             {221, hung_up, s::mail},
             {354, protocol, s::rset},
             {421, refused, s::rset},
             {454, refused, s::rset},
             {500, refused, s::rset},
             {501, refused, s::rset},
             {530, refused, s::rset}});
  for (const int code : {220, 221, 354, 421, 454, 500, 501, 530}) row(quit, {{code, std::nullopt, s::quit}});
  return all;
}

class ScenarioMatrix : public testing::TestWithParam<cell> {};

TEST_P(ScenarioMatrix, HasADefiniteVerdictAndNoLeak) {
  const cell& p = GetParam();
  client_case c;
  c.options = login_options(p.at.tls);
  c.mail = sample_mail();
  c.more_mails = {sample_mail()};
  client_driver d{c};  // checks every byte sent: no AUTH, MAIL, RCPT or DATA without TLS
  d.connected();
  for (const char* reply : p.at.before) d.receive(reply);
  d.receive(std::to_string(p.expected.code) + " x\r\n");
  if (!d.closed()) d.server_closes();
  EXPECT_TRUE(d.closed());
  ASSERT_EQ(d.ends().size(), 1U);
  const session::message_result& last = d.ends().front().messages.back();
  EXPECT_EQ(last.result, p.expected.why ? outcome::failed : outcome::delivered);
  ASSERT_EQ(last.why.has_value(), p.expected.why.has_value());
  if (last.why) {
    EXPECT_EQ(trace::name(last.why->kind), trace::name(*p.expected.why)) << last.why->detail;
    EXPECT_EQ(name(last.why->stage), name(p.expected.stage));
    EXPECT_NE(diagnosis_key(d.entries()), "unknown");
  }
  if (p.at.tls == tls_policy::starttls_required) {
    for (const char* verb : {"AUTH", "MAIL", "RCPT", "DATA"}) EXPECT_EQ(d.all_sent().find(verb), std::string::npos);
  }
  check_trace(d.entries());
  check_hidden(d.entries(), sample_identity, sample_password);
}

INSTANTIATE_TEST_SUITE_P(Codes, ScenarioMatrix, testing::ValuesIn(cells()), [](const auto& one) {
  return std::string{one.param.at.name} + "_" + std::to_string(one.param.expected.code);
});

}  // namespace
}  // namespace smtpscope::test
