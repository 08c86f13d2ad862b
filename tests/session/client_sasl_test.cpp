// A client's logins with challenges: which mechanism it takes and why, whom it believes, and what a
// hostile server gets out of it.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/nonce.hpp"
#include "smtpscope/text/base64.hpp"
#include "support/trace_checks.hpp"
#include "unit/sasl/setups.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::failure_kind;
using session::mechanism_standing;
using session::outcome;
using session::tls_policy;

client_case sasl_case(std::vector<std::string> mechanisms) {
  client_case c;
  c.options = login_options(tls_policy::implicit);
  c.options.mechanisms = std::move(mechanisms);
  c.options.random = std::string(32, 'r');
  c.options.server_name = "mail.example";
  c.mail = sample_mail();
  return c;
}

// A client that has read EHLO's reply with this AUTH line; take_sent() then gives its AUTH command.
client_driver logging_in(const client_case& c, const std::string& offered, const sasl::channel_binding& binding = {}) {
  client_driver d{c};
  d.binding = binding;
  d.connected();
  d.receive("220 x\r\n");
  (void)d.take_sent();
  d.receive("250-x\r\n250 AUTH " + offered + "\r\n");
  return d;
}

std::string challenge(std::string_view octets) { return "334 " + text::base64_encode(octets) + "\r\n"; }

// The session is over, and for this reason.
void expect_given_up(const client_driver& d, failure_kind kind = failure_kind::protocol) {
  EXPECT_TRUE(d.closed());
  ASSERT_EQ(d.ends().size(), 1U);
  ASSERT_TRUE(d.ends().front().why);
  EXPECT_EQ(d.ends().front().why->kind, kind);
  EXPECT_EQ(d.ends().front().why->stage, session::client_stage::auth);
  EXPECT_EQ(d.all_sent().find("MAIL"), std::string::npos);
  check_hidden(d.entries(), sample_identity, sample_password);
}

std::string own_nonce() { return session::make_nonce(std::string(32, 'r'), "client", 1); }

// A server-first message of SCRAM-SHA-256 that is as it should be.
std::string good_server_first() { return "r=" + own_nonce() + "server,s=QSXCR+Q6sek8bf92,i=4096"; }

// -------------------------------------------------------------------------------------- choice

struct choice {
  const char* name;
  std::vector<std::string> allowed;
  const char* offered;
  const char* chosen;
};

TEST(ClientMechanism, TheCallersOrderDecidesElseTheStrongest) {
  const choice table[] = {
      {"strongest of all",
       {},
       "LOGIN PLAIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-512 SCRAM-SHA-256",
       "SCRAM-SHA-512"},
      {"strongest of few", {}, "LOGIN PLAIN CRAM-MD5", "CRAM-MD5"},
      {"only the weakest", {}, "LOGIN XOAUTH2", "LOGIN"},
      {"binding is not there", {}, "SCRAM-SHA-512-PLUS SCRAM-SHA-1", "SCRAM-SHA-1"},
      {"the caller's order", {"PLAIN", "SCRAM-SHA-256"}, "SCRAM-SHA-256 PLAIN", "PLAIN"},
      {"the caller's second", {"SCRAM-SHA-256", "DIGEST-MD5"}, "PLAIN DIGEST-MD5", "DIGEST-MD5"},
  };
  for (const choice& row : table) {
    client_driver d = logging_in(sasl_case(row.allowed), row.offered);
    const std::string sent = d.take_sent();
    EXPECT_EQ(sent.substr(0, sent.find_first_of(" \r", 5)), "AUTH "s + row.chosen) << row.name;
  }
}

TEST(ClientMechanism, BindsWhereTlsAllowsIt) {
  client_driver d = logging_in(sasl_case({}), "SCRAM-SHA-256-PLUS SCRAM-SHA-512", {std::string(32, 'e'), ""});
  const std::string sent = d.take_sent();
  EXPECT_EQ(sent.substr(0, 24), "AUTH SCRAM-SHA-256-PLUS ");
  EXPECT_EQ(text::base64_decode(sent.substr(24, sent.size() - 26))->substr(0, 16), "p=tls-exporter,,");
}

TEST(ClientMechanism, SaysSoWhenBindingIsNotOffered) {  // RFC 5802 §6: a server that offered it notices
  client_driver d = logging_in(sasl_case({}), "SCRAM-SHA-256", {"", std::string(32, 'p')});
  const std::string sent = d.take_sent();
  EXPECT_EQ(text::base64_decode(sent.substr(19, sent.size() - 21))->substr(0, 3), "y,,");
  client_case c = sasl_case({"SCRAM-SHA-256"});  // the caller does not want it: nothing to notice
  client_driver unwilling = logging_in(c, "SCRAM-SHA-256", {"", std::string(32, 'p')});
  const std::string other = unwilling.take_sent();
  EXPECT_EQ(text::base64_decode(other.substr(19, other.size() - 21))->substr(0, 3), "n,,");
}

TEST(ClientMechanism, TokensAreForTokenMechanisms) {
  client_case c = sasl_case({});
  c.options.auth->kind = session::secret_kind::token;
  c.options.auth->password = secret{"ya29.token"};
  client_driver d = logging_in(c, "PLAIN XOAUTH2 OAUTHBEARER");
  EXPECT_EQ(d.take_sent().substr(0, 17), "AUTH OAUTHBEARER ");
  client_driver none = logging_in(c, "PLAIN LOGIN SCRAM-SHA-256");
  ASSERT_EQ(none.ends().size(), 1U);
  EXPECT_EQ(none.ends().front().why->kind, failure_kind::mechanism_not_offered);
}

TEST(ClientMechanism, AnEmptyInitialResponseIsAnEqualsSign) {  // RFC 4954 §4
  client_case c = sasl_case({"EXTERNAL"});
  client_driver d = logging_in(c, "EXTERNAL PLAIN");
  EXPECT_EQ(d.take_sent(), "AUTH EXTERNAL =\r\n");
  c.options.ir = session::initial_response::withheld;
  client_driver later = logging_in(c, "EXTERNAL");
  EXPECT_EQ(later.take_sent(), "AUTH EXTERNAL\r\n");
  later.receive("334 \r\n");
  EXPECT_EQ(later.take_sent(), "\r\n");
}

TEST(ClientMechanism, TheChoiceIsExplained) {
  session::client_authentication a{
      session::client_authentication_options{session::credentials{"u", secret{"p"}},
                                             {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5", "LOGIN"},
                                             session::initial_response::sent,
                                             std::string(32, 'r'),
                                             "",
                                             0}};
  wire::capabilities server;
  server.auth = {"PLAIN", "CRAM-MD5", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "DIGEST-MD5", "NTLM", "XOAUTH2"};
  const std::vector<std::pair<std::string, mechanism_standing>> expected = {
      {"SCRAM-SHA-256-PLUS", mechanism_standing::needs_channel_binding},
      {"SCRAM-SHA-256", mechanism_standing::chosen},
      {"CRAM-MD5", mechanism_standing::less_preferred},
      {"DIGEST-MD5", mechanism_standing::needs_server_name},
      {"LOGIN", mechanism_standing::not_offered},
      {"PLAIN", mechanism_standing::not_allowed},
      {"NTLM", mechanism_standing::unknown},
      {"XOAUTH2", mechanism_standing::other_credentials},
  };
  const auto got = a.candidates(server);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].mechanism, expected[i].first);
    EXPECT_EQ(name(got[i].standing), name(expected[i].second)) << got[i].mechanism;
  }
}

// -------------------------------------------------------------- S4: no way down to the password

TEST(AuthDowngrade, NothingLeavesBeforeTls) {
  client_case c = sasl_case({});
  c.options.tls = tls_policy::starttls_required;
  for (const std::string& ehlo :
       {"250-x\r\n250 AUTH PLAIN LOGIN\r\n"s,
        "250-x\r\n250-AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM XOAUTH2 OAUTHBEARER SCRAM-SHA-1 ANONYMOUS EXTERNAL\r\n"
        "250 STARTTLS\r\n"s}) {
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    d.receive(ehlo);
    EXPECT_EQ(d.all_sent().find("AUTH"), std::string::npos) << ehlo;
  }
}

TEST(AuthDowngrade, OnlyPlainAfterTlsWhereScramWasExpected) {
  client_driver d = logging_in(sasl_case({"SCRAM-SHA-256", "SCRAM-SHA-1"}), "PLAIN LOGIN");
  d.receive("221 bye\r\n");
  ASSERT_EQ(d.ends().size(), 1U);
  EXPECT_EQ(d.ends().front().why->kind, failure_kind::mechanism_not_offered);
  EXPECT_EQ(d.all_sent().find("AUTH"), std::string::npos);
}

TEST(AuthDowngrade, ARefusedLoginIsNotTriedAgainWithAWeakerMechanism) {
  for (const char* refusal :
       {"535 5.7.8 no\r\n", "504 5.5.4 no\r\n", "534 5.7.9 too weak\r\n", "454 4.7.0 later\r\n"}) {
    client_driver d = logging_in(sasl_case({}), "SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN");
    (void)d.take_sent();
    d.receive(refusal);
    EXPECT_EQ(d.take_sent(), "QUIT\r\n") << refusal;
    d.receive("221 x\r\n");
    expect_given_up(d, failure_kind::refused);
  }
}

TEST(AuthDowngrade, Rubbish334IsCancelledAndNothingFollows) {
  for (const char* mechanism : {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-256", "LOGIN"}) {
    client_driver d = logging_in(sasl_case({mechanism, "PLAIN"}), std::string{mechanism} + " PLAIN");
    (void)d.take_sent();
    d.receive("334 Rubbish\r\n");
    EXPECT_EQ(d.take_sent(), "*\r\n") << mechanism;
    d.receive("501 5.7.0 cancelled\r\n");
    EXPECT_EQ(d.all_sent().find("PLAIN"), std::string::npos) << mechanism;
    expect_given_up(d);
  }
}

// ---------------------------------------------------------------------- S9: challenges that abuse

TEST(SaslAbuse, EndlessChallengesAreCancelled) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    client_case c = sasl_case({std::string{m.name}});
    if (m.by == sasl::proof_by::token) {
      c.options.auth->kind = session::secret_kind::token;
      c.options.auth->password = secret{"ya29.token"};
    }
    client_driver d = logging_in(c, std::string{m.name}, {std::string(32, 'e'), ""});
    (void)d.take_sent();
    int asked = 0;
    for (std::string last; last != "*\r\n" && asked <= limits::sasl_challenges + 1; ++asked) {
      d.receive("334 \r\n");
      last = d.take_sent();
    }
    EXPECT_LE(asked, 3) << m.name;
    d.receive("334 \r\n");
    EXPECT_EQ(d.take_sent(), "") << m.name;
    expect_given_up(d);
  }
}

TEST(SaslAbuse, ChallengesThatAreNotBase64AreCancelled) {
  for (const char* mechanism : {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    for (const char* text : {"=AAA", "AAA=BBB", "A", "AAAA=", "!", "AAAA AAAA", "AB=="}) {
      client_driver d = logging_in(sasl_case({mechanism}), mechanism);
      (void)d.take_sent();
      d.receive("334 "s + text + "\r\n");
      EXPECT_EQ(d.take_sent(), "*\r\n") << mechanism << " " << text;
      d.receive("501 x\r\n");
      expect_given_up(d);
    }
}

TEST(SaslAbuse, ScramMessagesThatCheatAreCancelled) {
  const std::string r = "r=" + own_nonce();
  const struct {
    const char* name;
    std::string message;
  } table[] = {
      {"i=4294967295", r + "x,s=QSXCR+Q6sek8bf92,i=4294967295"},
      {"i=1", r + "x,s=QSXCR+Q6sek8bf92,i=1"},
      {"no prefix", "r=somebody-elses-nonce,s=QSXCR+Q6sek8bf92,i=4096"},
      {"nothing added", r + ",s=QSXCR+Q6sek8bf92,i=4096"},
      {"m=ext", "m=ext," + r + "x,s=QSXCR+Q6sek8bf92,i=4096"},
  };
  for (const auto& row : table) {
    client_driver d = logging_in(sasl_case({"SCRAM-SHA-256"}), "SCRAM-SHA-256 PLAIN");
    (void)d.take_sent();
    d.receive(challenge(row.message));
    EXPECT_EQ(d.take_sent(), "*\r\n") << row.name;
    d.receive("501 x\r\n");
    expect_given_up(d);
  }
}

TEST(SaslAbuse, AForgedServerSignatureIsCancelled) {
  client_driver d = logging_in(sasl_case({"SCRAM-SHA-256"}), "SCRAM-SHA-256");
  d.receive(challenge(good_server_first()));
  (void)d.take_sent();
  d.receive(challenge("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_EQ(d.take_sent(), "*\r\n");
  d.receive("501 x\r\n");
  expect_given_up(d);
}

TEST(SaslAbuse, AForgedRspauthIsCancelled) {
  client_driver d = logging_in(sasl_case({"DIGEST-MD5"}), "DIGEST-MD5");
  d.receive(challenge("realm=\"x\",nonce=\"n\",qop=\"auth\",algorithm=md5-sess,charset=utf-8"));
  (void)d.take_sent();
  d.receive("334 cnNwYXV0aD1mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZg==\r\n");  // 32 times f
  EXPECT_EQ(d.take_sent(), "*\r\n");
  d.receive("501 x\r\n");
  expect_given_up(d);
}

TEST(SaslAbuse, SuccessWithoutProofIsNotBelieved) {
  const std::string first = challenge(good_server_first());
  const std::string digest = challenge("nonce=\"n\",algorithm=md5-sess");
  const struct {
    const char* mechanism;
    std::string said;  // before 235
  } table[] = {{"SCRAM-SHA-256", ""}, {"SCRAM-SHA-256", first}, {"DIGEST-MD5", ""}, {"DIGEST-MD5", digest}};
  for (const auto& row : table) {
    client_driver d = logging_in(sasl_case({row.mechanism}), row.mechanism);
    if (!row.said.empty()) d.receive(row.said);
    d.receive("235 2.7.0 welcome\r\n");
    expect_given_up(d);
  }
}

TEST(SaslAbuse, ALongChallengeIsNoProblem) {
  client_driver d = logging_in(sasl_case({"CRAM-MD5"}), "CRAM-MD5");
  (void)d.take_sent();
  d.receive(challenge(std::string(2900, 'x')));
  EXPECT_GT(d.take_sent().size(), 32U);
  d.receive("235 x\r\n");
  EXPECT_FALSE(d.closed());
}

// --------------------------------------------------------------------------------------- tokens

TEST(ClientToken, ARefusedTokenIsAnsweredAndDecoded) {
  const struct {
    const char* mechanism;
    const char* json;
    const char* answer;
  } table[] = {
      {"XOAUTH2",
       "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==", ""},
      {"XOAUTH2",
       "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K", ""},
      {"OAUTHBEARER",
       "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NoZW1lcyI6ImJlYXJlciBtYWMiLCJzY29wZSI6Imh0dHBzOi8vbWFpbC5leGFtcGxlLmNvbS8"
       "ifQ==",
       "AQ=="},
  };
  for (const auto& row : table) {
    client_case c = sasl_case({row.mechanism});
    c.options.auth->kind = session::secret_kind::token;
    c.options.auth->password = secret{"ya29.token"};
    client_driver d = logging_in(c, row.mechanism);
    (void)d.take_sent();
    d.receive("334 "s + row.json + "\r\n");
    EXPECT_EQ(d.take_sent(), std::string{row.answer} + "\r\n");
    d.receive("535 5.7.8 Username and Password not accepted\r\n");
    d.receive("221 x\r\n");
    expect_given_up(d, failure_kind::refused);
    check_hidden(d.entries(), sample_identity, "ya29.token");
  }
}

}  // namespace
}  // namespace smtpscope::test
