// Hostile servers and men in the middle, by the names of the attacks: S2 response injection at
// STARTTLS, S3 stripping, S4 downgrade of the login, S8 endless, slow and mangled replies. The driver
// checks on every byte sent that no login and no envelope leaves without the TLS that is required.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/base/limits.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::pipelining;
using session::tls_policy;

// PIPELINING on: an attacker would like commands to travel early.
client_case victim(tls_policy tls = tls_policy::starttls_required) {
  client_case c;
  c.options = login_options(tls);
  c.options.groups = pipelining::when_offered;
  c.options.login = session::login_group::with_mail;
  c.mail = sample_mail();
  return c;
}

// Gives the replies; whatever is sent in the clear is EHLO, HELO, STARTTLS and QUIT.
session::finished attack(const client_case& c, const std::vector<std::string>& replies) {
  client_driver d{c};
  d.connected();
  for (const std::string& reply : replies) d.receive(reply);
  if (!d.closed()) d.server_closes();
  EXPECT_EQ(d.ends().size(), 1U);
  for (const char* verb : {"AUTH", "MAIL", "RCPT", "DATA"}) EXPECT_EQ(d.all_sent().find(verb), std::string::npos);
  check_trace(d.entries());
  check_hidden(d.entries(), sample_identity, sample_password);
  EXPECT_NE(d.ends().front().result, outcome::delivered);
  return d.ends().front();
}

const std::string offer = "250-mail.example\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n";

TEST(AttackS2, ResponsesInjectedBehindTheAgreementToStartTls) {
  for (
      const std::string& injected :
      {"220 Ready\r\n250-evil\r\n250 AUTH PLAIN\r\n"s, "220 Ready\r\nXXXX"s, "220 Ready\r\n\0"s,
       "454 currently unavailable\r\n235 Authenticated\r\n250 a\r\n250 b\r\n354 Enter mail\r\n250 2.0.0 Accepted\r\n"s}) {
    SCOPED_TRACE(printable(injected));
    const bool agreed = injected[0] == '2';
    const auto end = attack(victim(), {"220 x\r\n", offer, injected});
    EXPECT_EQ(end.why->kind, agreed ? failure_kind::starttls_plaintext : failure_kind::refused);
    // In other segments, and octet by octet.
    std::vector<std::string> octets{"220 x\r\n", offer};
    for (const char c : injected) octets.emplace_back(1, c);
    EXPECT_EQ(attack(victim(), octets).result, outcome::failed);
  }
}

// One that has no login to keep back: only the policy stands between its mail and the open.
client_case without_login() {
  client_case c = victim();
  c.options.auth.reset();
  return c;
}

TEST(AttackS3, StrippingInEveryShape) {
  for (const client_case& c : {victim(), without_login()}) {
    for (const char* ehlo :
         {"220 x\r\n", "221 x\r\n", "250 \r\n", "250\r\n", "354 x\r\n", "421 x\r\n", "500 x\r\n", "501 x\r\n",
          "502 x\r\n", "504 x\r\n", "530 x\r\n", "550 x\r\n", "250-x\r\n250 AUTH PLAIN LOGIN\r\n"}) {
      SCOPED_TRACE(ehlo);
      (void)attack(c, {"220 x\r\n", ehlo, "250-x\r\n250 AUTH PLAIN\r\n"});
    }
    for (const char* starttls : {"502 x\r\n", "454 TLS not available due to temporary reason\r\n",
                                 "354 do something else\r\n", "250 x\r\n", "235 in\r\n", "421 x\r\n"}) {
      SCOPED_TRACE(starttls);
      (void)attack(c, {"220 x\r\n", offer, starttls, "250 x\r\n", "235 x\r\n"});
    }
    for (const char* greeting :
         {"220 x\r\n", "221 x\r\n", "354 x\r\n", "421 x\r\n", "500 x\r\n", "501 x\r\n", "530 x\r\n", "554 x\r\n"}) {
      SCOPED_TRACE(greeting);
      (void)attack(c, {greeting, "250-x\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"});
    }
  }
}

TEST(AttackS4, ACleartextLoginIsNotOfferedBeforeTls) {
  // ~60 mechanisms before TLS, none inside.
  std::string many = "250-x\r\n250 AUTH";
  for (int i = 0; i < 60; ++i) many += " M" + std::to_string(i);
  const auto end = attack(victim(), {"220 x\r\n", many + " PLAIN LOGIN XOAUTH2\r\n"});
  EXPECT_EQ(end.why->kind, failure_kind::starttls_not_offered);
}

TEST(AttackS4, NoWeakerMechanismAfterAFailure) {
  client_case c = victim(tls_policy::implicit);
  c.options.mechanisms = {"SCRAM-SHA-256", "PLAIN"};
  c.options.random = std::string(32, 'r');
  c.options.login = session::login_group::alone;
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250 AUTH SCRAM-SHA-256 PLAIN\r\n");
  EXPECT_NE(d.take_sent().find("AUTH SCRAM-SHA-256 "), std::string::npos);
  d.receive("334 Rubbish\r\n");
  EXPECT_EQ(d.take_sent(), "*\r\n");
  d.receive("501 cancelled\r\n");
  EXPECT_EQ(d.take_sent().find("AUTH"), std::string::npos) << "PLAIN would hand the password to whoever spoiled SCRAM";
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.ends().front().why->stage, client_stage::auth);
}

TEST(AttackS4, OnlyWhatWasAllowedIsUsed) {
  client_case c = victim(tls_policy::implicit);
  c.options.mechanisms = {"SCRAM-SHA-256"};
  c.options.random = std::string(32, 'r');
  EXPECT_EQ(attack(c, {"220 x\r\n", "250-x\r\n250 AUTH PLAIN LOGIN\r\n"}).why->kind,
            failure_kind::mechanism_not_offered);
}

// What lies behind the reply that ends the session is told once, where it ends it.
TEST(AttackS3, WhatFollowsARefusalIsToldOnce) {
  client_driver d{victim()};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250 8BITMIME\r\n220 2.0.0 Ready\r\n334 \r\n");
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.ends().front().why->kind, failure_kind::starttls_not_offered);
  std::string told;
  for (const trace::entry& e : d.entries()) told += e.bytes;
  EXPECT_NE(told.find("220 2.0.0 Ready\r\n334 \r\n"), std::string::npos);
  EXPECT_EQ(told.find("2.0.0 Ready"), told.rfind("2.0.0 Ready"));
  check_trace(d.entries());
}

// Replies that no server owes, at each command of a grouped session.
TEST(AttackS8, MangledRepliesEndTheSession) {
  for (const std::string& bad :
       {"250-a\r\n550 b\r\n"s, "99 hi\r\n"s, "600 x\r\n"s, "2500 x\r\n"s, "250_x\r\n"s, "250 a\nb\r\n"s,
        "250 \x1b[2J\r\n"s, "250 \0\r\n"s, "\r\n"s, "250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n250 f\r\n"s}) {
    SCOPED_TRACE(printable(bad));
    client_case c;
    c.options = plain_options(tls_policy::never);
    c.options.groups = pipelining::when_offered;
    c.mail = sample_mail();
    client_driver d{c};
    d.connected();
    d.receive("220 x\r\n");
    d.receive("250-x\r\n250 PIPELINING\r\n");
    d.receive(bad);
    EXPECT_TRUE(d.closed());
    EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
    check_trace(d.entries());
  }
  // Legal, though rare: no space behind the code.
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  d.receive("220\r\n");
  d.receive("250\r\n");
  EXPECT_TRUE(d.all_sent().ends_with("MAIL FROM:<user@gmail.example>\r\n"));
}

TEST(AttackS8, EndlessRepliesAreCutShort) {
  for (const std::string& line : {"250-\r\n"s, "250-" + std::string(2000, 'x') + "\r\n", std::string(100, '2')}) {
    client_driver d{victim()};
    d.connected();
    d.receive("220 x\r\n");
    std::size_t octets = 0;
    for (; octets < 10 * limits::accepted_reply_octets && !d.closed(); octets += line.size()) d.receive(line);
    EXPECT_TRUE(d.closed());
    EXPECT_LE(octets, limits::accepted_reply_octets + 2 * limits::accepted_reply_line_octets);
    EXPECT_EQ(d.ends().front().why->kind, failure_kind::protocol);
  }
}

// The deadline is for the whole reply: octets that drip in do not lengthen it.
TEST(AttackS8, ASlowDripMeetsTheDeadlineOfTheCommand) {
  for (const std::string& reply : {"250-a\r\n250-b\r\n"s, "2"s}) {
    auto made = session::client_session::create(plain_options(tls_policy::never), sample_mail());
    session::client_session s = std::move(*made);
    seconds now{0};
    seconds deadline{0};
    const auto drain = [&] {
      while (const auto event = s.next())
        if (const auto* timer = std::get_if<session::arm_timer>(&*event)) deadline = now + timer->after;
    };
    s.connected();
    drain();
    s.receive("220 x\r\n");
    drain();
    const seconds last = deadline;
    ASSERT_EQ(last, minutes{5});
    for (std::size_t i = 0; !s.over() && now < minutes{60}; ++i) {
      now += seconds{4};
      if (now >= deadline) {
        s.timer_fired();
      } else {
        s.receive(std::string(1, reply[i % reply.size()]));
      }
      drain();
    }
    EXPECT_TRUE(s.over());
    EXPECT_LE(now, last + seconds{4});
  }
}

TEST(AttackS8, WhatComesAfter221OrWithAFinIsNotBelieved) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"}) d.receive(reply);
  d.receive("250 2.0.0 O");
  d.server_closes();
  EXPECT_EQ(d.ends().front().result, outcome::unknown) << "half a reply is none";

  client_driver e{c};
  e.connected();
  for (const char* reply : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n", "250 x\r\n"})
    e.receive(reply);
  e.receive("221 bye\r\n550 changed my mind\r\n");
  EXPECT_TRUE(e.closed());
  EXPECT_EQ(e.ends().front().result, outcome::delivered);
}

}  // namespace
}  // namespace smtpscope::test
