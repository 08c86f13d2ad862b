// A server's logins with challenges: what it offers where, whom it lets in, and what abuse gets.

#include <gtest/gtest.h>

#include "session/server_script.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/base64.hpp"
#include "unit/sasl/setups.hpp"

namespace smtpscope::test {
namespace {

using namespace std::string_literals;
using session::link_security;
using session::offer;

const sasl::channel_binding binding{std::string(32, 'e'), std::string(32, 'p')};

server_case sasl_server(link_security link = link_security::tls) {
  server_case c = sample_server("", "");
  c.options.link = link;
  c.options.random = std::string(32, 's');
  c.options.mechanisms.clear();
  for (const sasl::mechanism_traits& m : sasl::mechanisms) c.options.mechanisms.emplace_back(m.name);
  return c;
}

server_driver greeted(const server_case& c) {
  server_driver d{c};
  d.connected(binding);
  d.receive("EHLO client.example\r\n");
  return d;
}

std::string auth_line(server_driver d) {
  const std::string said = d.take_sent();
  const std::size_t at = said.find("AUTH");
  return at == std::string::npos ? "" : said.substr(at, said.find("\r\n", at) - at);
}

sasl::client_mechanism client_for(std::string_view name, std::string user, std::string password) {
  sasl::client_setup s = sasl::test::client_of(std::move(user), std::move(password));
  s.binding = binding;
  return sasl::test::client(name, std::move(s));
}

enum class first { sent, withheld };

// Logs in and gives the server's last reply.
std::string log_in(server_driver& d, std::string_view name, sasl::client_mechanism c, first how = first::sent) {
  std::string command = "AUTH " + std::string{name};
  if (how == first::sent)
    if (const auto message = c->initial_response())
      command += " " + (message->empty() ? "="s : text::base64_encode(*message));
  d.receive(command + "\r\n");
  std::string said = d.take_sent();
  for (int i = 0; i < 9 && said.substr(0, 4) == "334 "; ++i) {
    const auto answer = c->respond(*text::base64_decode(std::string_view{said}.substr(4, said.size() - 6)));
    d.receive((answer ? text::base64_encode(*answer) : "*") + "\r\n");
    said = d.take_sent();
  }
  return said;
}

bool by_password(const sasl::mechanism_traits& m) {
  return m.by == sasl::proof_by::hidden_password || m.by == sasl::proof_by::password || m.by == sasl::proof_by::token;
}

TEST(ServerSasl, EveryMechanismLogsIn) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms)
    for (const first how : {first::sent, first::withheld}) {
      if (!by_password(m)) continue;
      server_driver d = greeted(sasl_server());
      (void)d.take_sent();
      EXPECT_EQ(log_in(d, m.name, client_for(m.name, "tim", "tanstaaftanstaaf"), how),
                "235 2.7.0 Authentication successful\r\n")
          << m.name;
      EXPECT_EQ(d.session().authenticated_as(), "tim") << m.name;
    }
}

TEST(ServerSasl, AWrongPasswordAndAnUnknownUserLookAlike) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    if (!by_password(m)) continue;
    std::vector<std::size_t> replies;
    for (const auto& [user, password] : {std::pair{"tim", "wrong"}, std::pair{"nobody", "tanstaaftanstaaf"}}) {
      server_driver d = greeted(sasl_server());
      (void)d.take_sent();
      EXPECT_EQ(log_in(d, m.name, client_for(m.name, user, password)),
                "535 5.7.8 Authentication credentials invalid\r\n")
          << m.name << " " << user;
      EXPECT_EQ(d.session().authenticated_as(), "");
      replies.push_back(d.replies().size());
    }
    EXPECT_EQ(replies[0], replies[1]) << m.name << ": the same number of steps";
  }
}

TEST(ServerSasl, ActingAsAnotherIsRefused) {
  for (const char* name : {"PLAIN", "DIGEST-MD5", "SCRAM-SHA-256"}) {
    sasl::client_setup s = sasl::test::client_of("tim", "tanstaaftanstaaf");
    s.authorization_identity = "root";
    server_driver d = greeted(sasl_server());
    (void)d.take_sent();
    EXPECT_EQ(log_in(d, name, sasl::test::client(name, s)).substr(0, 3), "535") << name;
  }
}

TEST(ServerSasl, ExternalAndAnonymousAreRefusedUnlessAllowed) {
  for (const char* name : {"EXTERNAL", "ANONYMOUS"}) {
    server_driver d = greeted(sasl_server());
    (void)d.take_sent();
    EXPECT_EQ(log_in(d, name, client_for(name, "", "")).substr(0, 3), "535") << name;
  }
  server_case c = sasl_server();
  c.policy.anonymous = session::verdict::accept;
  server_driver d = greeted(c);
  (void)d.take_sent();
  EXPECT_EQ(log_in(d, "ANONYMOUS", client_for("ANONYMOUS", "", "")).substr(0, 3), "235");
  d.receive("AUTH PLAIN\r\n");
  EXPECT_EQ(d.take_sent(), "503 5.5.1 Already authenticated\r\n");
}

TEST(ServerSasl, OffersWhatTheLinkAllows) {
  EXPECT_EQ(auth_line(greeted(sasl_server())),
            "AUTH SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 "
            "DIGEST-MD5 CRAM-MD5 PLAIN LOGIN OAUTHBEARER XOAUTH2 EXTERNAL ANONYMOUS");
  server_case c = sasl_server(link_security::plain);
  EXPECT_EQ(auth_line(greeted(c)), "");
  c.options.challenges_on_plain_link = offer::yes;
  EXPECT_EQ(auth_line(greeted(c)), "AUTH SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5");
  c.options.auth_on_plain_link = offer::yes;
  EXPECT_EQ(
      auth_line(greeted(c)),
      "AUTH SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 PLAIN LOGIN OAUTHBEARER XOAUTH2 ANONYMOUS");
  server_driver unbound{sasl_server()};
  unbound.connected();
  unbound.receive("EHLO client.example\r\n");
  EXPECT_EQ(auth_line(std::move(unbound)).find("-PLUS"), std::string::npos) << "nothing to bind to";
}

TEST(ServerSasl, WhatIsNotOfferedIsRefused) {
  server_case c = sasl_server(link_security::plain);
  c.options.challenges_on_plain_link = offer::yes;
  const struct {
    const char* command;
    const char* reply;
  } table[] = {
      {"AUTH PLAIN", "538 5.7.11 Encryption required for requested authentication mechanism\r\n"},
      {"AUTH EXTERNAL", "538 5.7.11 Encryption required for requested authentication mechanism\r\n"},
      {"AUTH KERBEROS_V4", "504 5.5.4 Unrecognized authentication type\r\n"},
      {"AUTH CRAM-MD5 AAAA", "501 5.7.0 This mechanism takes no initial response\r\n"},
      {"AUTH DIGEST-MD5 =", "501 5.7.0 This mechanism takes no initial response\r\n"},
  };
  for (const auto& row : table) {
    server_driver d = greeted(c);
    (void)d.take_sent();
    d.receive(row.command + "\r\n"s);
    EXPECT_EQ(d.take_sent(), row.reply) << row.command;
  }
}

// A personality's words for a login that was cancelled are for nothing else that earns 501 5.7.0.
TEST(ServerSasl, AnInitialResponseThatMustNotComeIsNotCalledCancelled) {
  server_case c = sasl_server();
  c.options.replies.set(session::reply_key::auth_cancelled, {501, wire::enhanced_code{5, 7, 0}, {"aborted"}});
  server_driver d = greeted(c);
  (void)d.take_sent();
  d.receive("AUTH CRAM-MD5 AAAA\r\nAUTH CRAM-MD5\r\n");
  EXPECT_EQ(d.take_sent().substr(0, 57), "501 5.7.0 This mechanism takes no initial response\r\n334 P");
  d.receive("*\r\n");
  EXPECT_EQ(d.take_sent(), "501 5.7.0 aborted\r\n");
}

TEST(ServerSasl, TooManyRefusedLoginsEndTheSession) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    if (!by_password(m)) continue;
    server_driver d = greeted(sasl_server());
    (void)d.take_sent();
    for (int i = 1; i < limits::failed_authentications; ++i)
      EXPECT_EQ(log_in(d, m.name, client_for(m.name, "tim", "wrong")).substr(0, 3), "535") << m.name;
    EXPECT_FALSE(d.closed()) << m.name;
    const std::string last = log_in(d, m.name, client_for(m.name, "tim", "wrong"));
    EXPECT_NE(last.find("421 4.7.0"), std::string::npos) << m.name;
    EXPECT_TRUE(d.closed()) << m.name;
  }
}

TEST(ServerSasl, EveryStepCanBeCancelled) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms)
    for (int steps = 0; steps < 4; ++steps) {
      server_driver d = greeted(sasl_server());
      (void)d.take_sent();
      sasl::client_mechanism c = client_for(m.name, "tim", "tanstaaftanstaaf");
      d.receive("AUTH " + std::string{m.name} + "\r\n");
      std::string said = d.take_sent();
      for (int i = 0; i < steps && said.substr(0, 4) == "334 "; ++i) {
        const auto answer = c->respond(*text::base64_decode(std::string_view{said}.substr(4, said.size() - 6)));
        d.receive((answer ? text::base64_encode(*answer) : "") + "\r\n");
        said = d.take_sent();
      }
      if (said.substr(0, 4) != "334 ") continue;
      d.receive("*\r\n");
      EXPECT_EQ(d.take_sent(), "501 5.7.0 Authentication cancelled\r\n") << m.name << " after " << steps;
      EXPECT_EQ(d.session().authenticated_as(), "");
      d.receive("NOOP\r\n");
      EXPECT_EQ(d.take_sent(), "250 2.0.0 OK\r\n");
    }
}

TEST(ServerSasl, ResponsesThatAreNotBase64AreRefused) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms)
    for (const char* text : {"=AAA", "AAA=BBB", "A", "Rubbish", "AAAA AAAA", "AB=="}) {
      server_driver d = greeted(sasl_server());
      d.receive("AUTH " + std::string{m.name} + "\r\n");
      (void)d.take_sent();
      d.receive(text + "\r\n"s);
      EXPECT_EQ(d.take_sent(), "501 5.5.2 Cannot decode response: not base64\r\n") << m.name << " " << text;
    }
}

TEST(ServerSasl, ResponsesOfAnotherFormAreRefused) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    if (m.by == sasl::proof_by::nothing || m.by == sasl::proof_by::certificate || m.name == "LOGIN") continue;
    for (const std::string& octets : {""s, "Rubbish"s, std::string(3000, 'x'), "\0\0\0\0"s, "n,,m=ext,n=a,r=b"s}) {
      server_driver d = greeted(sasl_server());
      d.receive("AUTH " + std::string{m.name} + "\r\n");
      (void)d.take_sent();
      d.receive(text::base64_encode(octets) + "\r\n");
      EXPECT_EQ(d.take_sent().substr(0, 9), "501 5.5.2") << m.name;
    }
  }
}

TEST(ServerSasl, ALineWithoutEndIsRefused) {
  for (const sasl::mechanism_traits& m : sasl::mechanisms) {
    server_driver d = greeted(sasl_server());
    d.receive("AUTH " + std::string{m.name} + "\r\n");
    (void)d.take_sent();
    d.receive(std::string(limits::sasl_line_octets + 1, 'A') + "\r\n");
    EXPECT_EQ(d.take_sent(), "500 5.5.6 Authentication exchange line is too long\r\n") << m.name;
  }
}

TEST(ServerSasl, ARefusedTokenIsToldFirst) {
  const struct {
    const char* mechanism;
    const char* json;
  } table[] = {{"XOAUTH2", R"({"status":"401","schemes":"bearer","scope":"mail"})"},
               {"OAUTHBEARER", R"({"status":"invalid_token","schemes":"bearer","scope":"mail"})"}};
  for (const auto& row : table)
    for (const char* answer : {"", "AQ==", "what?"}) {  // whatever the client says then
      server_driver d = greeted(sasl_server());
      (void)d.take_sent();
      sasl::client_mechanism c = client_for(row.mechanism, "tim", "expired");
      d.receive("AUTH "s + row.mechanism + " " + text::base64_encode(*c->initial_response()) + "\r\n");
      EXPECT_EQ(d.take_sent(), "334 " + text::base64_encode(row.json) + "\r\n");
      d.receive(answer + "\r\n"s);
      EXPECT_EQ(d.take_sent(), "535 5.7.8 Authentication credentials invalid\r\n");
    }
}

TEST(ServerSasl, AStrippedListIsNoticed) {  // S4: somebody took -PLUS out of the list
  server_driver d = greeted(sasl_server());
  (void)d.take_sent();
  sasl::client_setup s = sasl::test::client_of("tim", "tanstaaftanstaaf");
  s.binding = binding;
  s.support = sasl::binding_support::unused;
  EXPECT_EQ(log_in(d, "SCRAM-SHA-256", sasl::test::client("SCRAM-SHA-256", s)).substr(0, 3), "501");
}

TEST(ServerSasl, BindingToAnotherConnectionIsRefused) {
  server_driver d = greeted(sasl_server());
  (void)d.take_sent();
  sasl::client_setup s = sasl::test::client_of("tim", "tanstaaftanstaaf");
  s.binding.exporter = std::string(32, 'x');
  EXPECT_EQ(log_in(d, "SCRAM-SHA-256-PLUS", sasl::test::client("SCRAM-SHA-256-PLUS", s)).substr(0, 3), "535");
}

TEST(ServerSasl, NoncesDoNotRepeat) {
  server_driver d = greeted(sasl_server());
  (void)d.take_sent();
  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    d.receive("AUTH CRAM-MD5\r\n");
    seen.push_back(d.take_sent());
    d.receive("*\r\n");
    (void)d.take_sent();
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

TEST(ServerSasl, APipelinedCommandIsTakenForAResponse) {  // RFC 4954 §4: AUTH ends a group
  server_driver d = greeted(sasl_server());
  (void)d.take_sent();
  d.receive("AUTH SCRAM-SHA-256\r\nMAIL FROM:<amy@mail.example>\r\n");
  EXPECT_EQ(d.take_sent(), "334 \r\n501 5.5.2 Cannot decode response: not base64\r\n");
}

}  // namespace
}  // namespace smtpscope::test
