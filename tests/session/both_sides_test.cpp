// Our client against our server in memory: every combination delivers what was submitted.

#include <gtest/gtest.h>

#include "session/samples.hpp"
#include "session/server_script.hpp"
#include "smtpscope/sim/whole_session.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "support/trace_checks.hpp"
#include "texts/native_texts.hpp"

namespace smtpscope::test {
namespace {

using session::tls_policy;
using trace::entry;
using trace::kind;

struct combination {
  tls_policy tls;
  const char* mechanism;  // "" for no login
  session::initial_response ir;
  trace::secrets secrets;
};

const sasl::channel_binding same_connection{std::string(32, 'e'), std::string(32, 'p')};

bool is_plus(std::string_view mechanism) {
  return sasl::find_mechanism(mechanism)->binding == sasl::scram_binding::plus;
}

std::vector<combination> combinations() {
  std::vector<combination> all;
  for (const tls_policy tls : {tls_policy::implicit, tls_policy::starttls_required, tls_policy::never})
    for (const char* mechanism :
         {"", "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
          "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS", "XOAUTH2", "OAUTHBEARER"})
      for (const auto ir : {session::initial_response::sent, session::initial_response::withheld})
        for (const auto secrets : {trace::secrets::masked, trace::secrets::shown})
          if (*mechanism == '\0' || tls != tls_policy::never || !is_plus(mechanism))
            all.push_back({tls, mechanism, ir, secrets});
  return all;
}

std::string describe(const combination& c) {
  const char* tls = c.tls == tls_policy::implicit            ? "implicit"
                    : c.tls == tls_policy::starttls_required ? "starttls"
                                                             : "never";
  return std::string{tls} + " " + c.mechanism + (c.ir == session::initial_response::sent ? " with" : " without") +
         " initial response" + (c.secrets == trace::secrets::shown ? ", shown" : ", masked");
}

// The sample password, or a token where the mechanism takes one.
session::credentials credentials_for(const combination& c) {
  if (sasl::find_mechanism(c.mechanism)->by == sasl::proof_by::token)
    return {std::string{sample_identity}, secret{"ya29.abcd-efgh"}, session::secret_kind::token, ""};
  return {std::string{sample_identity}, secret{std::string{sample_password}}};
}

sim::setup setup_for(const combination& c, const std::string& content) {
  sim::setup s;
  s.words = &trace::native_texts();
  const bool login = *c.mechanism != '\0';
  s.client = login ? login_options(c.tls, c.mechanism, c.ir) : plain_options(c.tls);
  s.client.without_tls = session::cleartext_auth::allowed_by_name;
  s.client.random = std::string(32, 'c');
  s.client.server_name = "mail.example";
  s.server.random = std::string(32, 's');
  s.mail = submission_to({"amy@mail.example", "bob@mail.example"}, content);
  s.server.host_name = "mail.example";
  s.server.auth_on_plain_link = session::offer::yes;
  s.policy = sample_server("", "").policy;
  if (login) {
    s.client.auth = credentials_for(c);
    s.server.mechanisms = {c.mechanism};
    s.policy.users.push_back({std::string{sample_identity}, s.client.auth->password});
  }
  s.secrets = c.secrets;
  return s;
}

std::string content_of(const std::vector<entry>& entries) {
  wire::dot_unstuffer unstuffer;
  std::string content;
  for (const entry& e : entries)
    if (e.kind == kind::content || e.kind == kind::end_of_content) unstuffer.consume(e.bytes, content);
  EXPECT_TRUE(unstuffer.finished());
  return content;
}

TEST(BothSides, EveryCombinationDelivers) {
  const std::string content = "Subject: Hi\r\n\r\n.\r\n..two\r\nGr\xC3\xBC\xC3\x9F e\r\n";
  for (const combination& c : combinations()) {
    SCOPED_TRACE(describe(c));
    const auto entries = sim::run(setup_for(c, content));
    ASSERT_TRUE(entries) << entries.why().detail;
    check_trace(*entries);
    const entry* result = last_of(*entries, kind::result);
    ASSERT_NE(result, nullptr);
    EXPECT_EQ(trace::text_of(result->data, "outcome"), "delivered");
    EXPECT_EQ(content_of(*entries), content);
    if (c.secrets == trace::secrets::masked && *c.mechanism != '\0')
      check_hidden(*entries, sample_identity, credentials_for(c).password.reveal());
    for (const entry& e : *entries) {
      if (e.kind == kind::command && trace::text_of(e.data, "verb") == "MAIL") {
        EXPECT_EQ(e.secure, c.tls != tls_policy::never);
      }
    }
  }
}

// The two sessions joined directly, so that what the server was given can be seen.
std::vector<taken_message> deliver(const combination& c, const std::string& content, std::size_t piece) {
  const sim::setup s = setup_for(c, content);
  server_case sc;
  sc.options = s.server;
  sc.options.link = c.tls == tls_policy::implicit ? session::link_security::tls : session::link_security::plain;
  sc.policy = s.policy;
  server_driver server{sc};
  auto client = session::client_session::create(s.client, s.mail);
  server.connected(same_connection);
  client->connected(same_connection);
  const auto in_pieces = [piece](std::string_view bytes, auto give) {
    for (std::size_t at = 0; at < bytes.size(); at += piece) give(bytes.substr(at, piece));
  };
  for (int turn = 0; turn < 100 && !client->over(); ++turn) {
    in_pieces(server.take_sent(), [&](std::string_view bytes) { client->receive(bytes); });
    bool tls = false;
    while (const auto event = client->next()) {
      if (const auto* sent = std::get_if<session::send_bytes>(&*event))
        in_pieces(sent->bytes, [&](std::string_view bytes) { server.receive(bytes); });
      tls = tls || std::holds_alternative<session::start_tls>(*event);
    }
    if (!tls) continue;
    EXPECT_TRUE(server.wants_tls());
    server.tls_established(same_connection);
    client->tls_established(same_connection);
  }
  EXPECT_TRUE(client->over());
  return server.messages();
}

TEST(BothSides, WhatTheServerKeepsIsWhatWasSubmitted) {
  const std::string small = "Subject: Hi\r\n\r\n.\r\n..two\r\n.\r\nQUIT\r\n";
  std::string big;
  while (big.size() < 300000) big += big.size() % 2 == 0 ? ".\r\n" : ".. some text\r\n";
  for (const combination& c : combinations()) {
    if (c.secrets == trace::secrets::shown) continue;
    SCOPED_TRACE(describe(c));
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000000}}) {
      const auto messages = deliver(c, piece == 1000000 ? big : small, piece);
      ASSERT_EQ(messages.size(), 1U);
      EXPECT_EQ(messages[0].from, "user@gmail.example");
      EXPECT_EQ(messages[0].to, (std::vector<std::string>{"amy@mail.example", "bob@mail.example"}));
      EXPECT_TRUE(messages[0].content == (piece == 1000000 ? big : small));
    }
  }
}

// What one system types in two code points and the other keeps in one is the same password, where the
// mechanism says so; CRAM-MD5 and DIGEST-MD5 prove that they know the octets.
TEST(BothSides, AnotherSpellingOfThePasswordIsTheSamePassword) {
  const std::string typed = "pa\xCC\x88sswo\xCC\x88rd";
  const std::string kept = "p\xC3\xA4ssw\xC3\xB6rd";
  for (const char* mechanism :
       {"PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512-PLUS", "CRAM-MD5", "DIGEST-MD5"})
    for (const std::string& known : {typed, kept}) {
      SCOPED_TRACE(std::string{mechanism} + (known == kept ? ", composed" : ", as typed"));
      sim::setup s = setup_for(
          {tls_policy::implicit, mechanism, session::initial_response::sent, trace::secrets::masked}, "x\r\n");
      s.client.auth->password = secret{typed};
      s.policy.users.back().password = secret{known};
      const auto entries = sim::run(std::move(s));
      ASSERT_TRUE(entries) << entries.why().detail;
      const bool octets = std::string_view{mechanism}.find("-MD5") != std::string_view::npos;
      const bool same = !octets || known == typed;
      EXPECT_EQ(trace::text_of(last_of(*entries, kind::result)->data, "outcome"), same ? "delivered" : "failed");
      check_hidden(*entries, sample_identity, typed);
    }
}

TEST(BothSides, ContentWithoutItsLastLineEndGetsOne) {
  const combination c{tls_policy::never, "", session::initial_response::sent, trace::secrets::masked};
  const auto messages = deliver(c, "no end", 1000);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].content, "no end\r\n");
}

struct failing {
  const char* name;
  void (*change)(sim::setup&);
  const char* outcome;
  const char* diagnosis;
};

TEST(BothSides, EveryFailureOfTheServerIsDiagnosed) {
  const failing table[] = {
      {"wrong password", [](sim::setup& s) { s.client.auth->password = secret{"wrong"}; }, "failed", "auth.535"},
      {"unknown recipient", [](sim::setup& s) { s.policy.mailboxes = {}; }, "failed", "rcpt.550"},
      {"one unknown recipient", [](sim::setup& s) { s.policy.mailboxes = {"amy@mail.example"}; }, "partly", "rcpt.550"},
      {"too large", [](sim::setup& s) { s.server.max_message_octets = 5; }, "failed", "mail.552"},
      {"too many recipients",
       [](sim::setup& s) {
         s.server.max_recipients = 1;
         s.client.on_too_many = session::too_many::report;
       },
       "partly", "rcpt.452"},
      {"no STARTTLS", [](sim::setup& s) { s.server.extensions.remove(session::extension::starttls); }, "failed",
       "policy.starttls_not_offered"},
      {"no login", [](sim::setup& s) { s.server.mechanisms = {}; }, "failed", "policy.auth_not_offered"},
      {"other login", [](sim::setup& s) { s.server.mechanisms = {"LOGIN"}; }, "failed", "policy.mechanism_not_offered"},
      {"login wanted",
       [](sim::setup& s) {
         s.client.auth.reset();
         s.server.auth_before_mail = session::requirement::yes;
       },
       "failed", "530"},
      {"hangs up at EHLO",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::ehlo, false};
       },
       "failed", "hangup"},
      {"hangs up at AUTH",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::auth, false};
       },
       "failed", "hangup"},
      {"hangs up at MAIL",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::mail, false};
       },
       "failed", "hangup"},
      {"hangs up at RCPT",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::rcpt, false};
       },
       "failed", "hangup"},
      {"hangs up at DATA",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::data, false};
       },
       "failed", "hangup"},
      {"hangs up at the dot",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::data, true};
       },
       "unknown", "hangup.content"},
      {"hangs up at QUIT",
       [](sim::setup& s) {
         s.fault = sim::hang_up{wire::verb::quit, false};
       },
       "delivered", ""},
  };
  for (const failing& f : table) {
    SCOPED_TRACE(f.name);
    sim::setup s =
        setup_for({tls_policy::starttls_required, "PLAIN", session::initial_response::sent, trace::secrets::masked},
                  "Subject: Hi\r\n\r\nx\r\n");
    f.change(s);
    const auto entries = sim::run(std::move(s));
    ASSERT_TRUE(entries) << entries.why().detail;
    check_trace(*entries);
    EXPECT_EQ(trace::text_of(last_of(*entries, kind::result)->data, "outcome"), f.outcome);
    EXPECT_EQ(diagnosis_key(*entries), f.diagnosis);
  }
}

}  // namespace
}  // namespace smtpscope::test
