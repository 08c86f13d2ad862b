// Every phase has a deadline, at least the one of RFC 5321 §4.5.3.2, and an end when it runs out.

#include <gtest/gtest.h>

#include <algorithm>

#include "session/client_script.hpp"
#include "session/samples.hpp"

namespace smtpscope::test {
namespace {

using session::client_phase;
using session::failure_kind;
using session::outcome;
using session::patience;
using session::tls_policy;

struct waiting {
  client_phase phase;
  const char* before;  // replies so far, one a line
  seconds rfc5321;
  seconds interactive;
  outcome result;
  const char* diagnosis;
};

const waiting table[] = {
    {client_phase::expect_greeting, "", minutes{5}, seconds{30}, outcome::failed, "silence.greeting"},
    {client_phase::expect_ehlo_reply, "220 x", minutes{5}, seconds{30}, outcome::failed, "silence"},
    {client_phase::expect_helo_reply, "220 x|500 x", minutes{5}, seconds{30}, outcome::failed, "silence"},
    {client_phase::expect_auth_reply, "220 x|250 AUTH PLAIN", minutes{5}, minutes{1}, outcome::failed, "silence"},
    {client_phase::expect_mail_reply, "220 x|250 AUTH PLAIN|235 x", minutes{5}, minutes{1}, outcome::failed, "silence"},
    {client_phase::expect_rcpt_reply, "220 x|250 AUTH PLAIN|235 x|250 x", minutes{5}, minutes{1}, outcome::failed,
     "silence"},
    {client_phase::expect_data_reply, "220 x|250 AUTH PLAIN|235 x|250 x|250 x", minutes{2}, minutes{1}, outcome::failed,
     "silence"},
    {client_phase::expect_content_reply, "220 x|250 AUTH PLAIN|235 x|250 x|250 x|354 x", minutes{10}, minutes{10},
     outcome::unknown, "silence.content"},
    {client_phase::expect_quit_reply, "220 x|250 AUTH PLAIN|235 x|250 x|250 x|354 x|250 x", minutes{5}, seconds{5},
     outcome::delivered, ""},
};

// Replies of EHLO need a first line for the server's name.
void play(client_driver& d, std::string_view replies) {
  while (!replies.empty()) {
    const std::size_t end = std::min(replies.find('|'), replies.size());
    std::string reply{replies.substr(0, end)};
    replies.remove_prefix(std::min(end + 1, replies.size()));
    if (reply == "250 AUTH PLAIN") reply = "250-x\r\n" + reply;
    d.receive(reply + "\r\n");
  }
}

client_case case_for(const waiting& w, patience p) {
  client_case c;
  // The phase after HELO is reached only where no TLS and no login are wanted.
  const bool helo = w.phase == client_phase::expect_helo_reply;
  c.options = helo ? plain_options(tls_policy::never) : login_options(tls_policy::implicit);
  c.options.wait = p;
  c.mail = sample_mail();
  return c;
}

TEST(ClientTimers, EveryPhaseIsBounded) {
  for (const patience p : {patience::rfc5321, patience::interactive})
    for (const waiting& w : table) {
      SCOPED_TRACE(session::name(w.phase));
      const client_case c = case_for(w, p);
      client_driver d{c};
      d.connected();
      play(d, w.before);
      ASSERT_EQ(d.session().phase(), w.phase);
      EXPECT_EQ(d.armed(), p == patience::rfc5321 ? w.rfc5321 : w.interactive);
      d.timer();
      EXPECT_TRUE(d.closed());
      ASSERT_EQ(d.ends().size(), 1U);
      EXPECT_EQ(d.ends().front().result, w.result);
      if (w.result != outcome::delivered) {
        EXPECT_EQ(d.ends().front().why->kind, failure_kind::timeout);
        EXPECT_EQ(d.ends().front().why->stage, session::stage_of(w.phase));
      }
      const auto& entries = d.entries();
      const bool diagnosed = entries.back().kind == trace::kind::diagnosis;
      EXPECT_EQ(diagnosed ? entries.back().data.at("key").get<std::string>() : "", w.diagnosis);
    }
}

TEST(ClientTimers, TheHandshakeIsBoundedToo) {
  client_case c;
  c.options = plain_options(tls_policy::starttls_required);
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250 STARTTLS\r\n");
  EXPECT_EQ(d.session().phase(), client_phase::expect_starttls_reply);
  EXPECT_EQ(d.armed(), minutes{5});
  d.receive("220 go\r\n");
  EXPECT_EQ(d.session().phase(), client_phase::tls_handshake);
  EXPECT_EQ(d.armed(), minutes{5});
  d.timer();
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.ends().front().why->stage, session::client_stage::tls);
}

// RFC 5321 §4.5.3.2.5: for each block of the content; §4.5.3.2.6: the longest wait is for its answer.
TEST(ClientTimers, EachBlockOfContentHasItsOwn) {
  for (const session::chunking chunks : {session::chunking::never, session::chunking::when_offered}) {
    session::client_options o = plain_options(tls_policy::never);
    o.chunks = chunks;
    std::string content;
    while (content.size() < 300000) content += "0123456789012345678901234567890\r\n";
    auto made = session::client_session::create(o, submission_to({"a@b.example"}, content));
    session::client_session s = std::move(*made);
    s.connected();
    std::vector<seconds> armed;
    int blocks = 0;
    const auto drain = [&] {
      while (const auto event = s.next()) {
        if (const auto* timer = std::get_if<session::arm_timer>(&*event)) armed.push_back(timer->after);
        if (const auto* sent = std::get_if<session::send_bytes>(&*event))
          blocks += sent->what == session::sent::content ? 1 : 0;
      }
    };
    for (const char* reply : {"220 x\r\n", "250-x\r\n250 CHUNKING\r\n", "250 x\r\n", "250 x\r\n"}) {
      drain();
      armed.clear();
      s.receive(reply);
    }
    drain();
    if (chunks == session::chunking::never) {
      armed.clear();
      s.receive("354 x\r\n");
      drain();
    }
    EXPECT_GE(blocks, 5);
    EXPECT_GE(std::count(armed.begin(), armed.end(), seconds{minutes{3}}), blocks);
    EXPECT_EQ(armed.back(), minutes{10});
    EXPECT_EQ(s.phase(), client_phase::expect_content_reply);
  }
}

TEST(ClientTimers, InAGroupTheOldestCommandIsTimed) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.options.groups = session::pipelining::when_offered;
  c.mail = submission_to({"a@b.example"}, "x\r\n");
  client_driver d{c};
  d.connected();
  d.receive("220 x\r\n");
  d.receive("250-x\r\n250 PIPELINING\r\n");
  EXPECT_EQ(d.armed(), minutes{5}) << "MAIL";
  d.receive("250 x\r\n");
  d.receive("250 x\r\n");
  EXPECT_EQ(d.armed(), minutes{2}) << "DATA";
  d.receive("354 x\r\n");
  EXPECT_EQ(d.armed(), minutes{10}) << "the end mark, though QUIT was said too";
  d.receive("250 x\r\n");
  EXPECT_EQ(d.armed(), minutes{5}) << "QUIT";
  d.timer();
  EXPECT_EQ(d.ends().front().result, outcome::delivered);
}

TEST(ClientTimers, CancellingEndsEveryPhase) {
  for (const waiting& w : table) {
    SCOPED_TRACE(session::name(w.phase));
    const client_case c = case_for(w, patience::interactive);
    client_driver d{c};
    d.connected();
    play(d, w.before);
    d.cancel();
    EXPECT_TRUE(d.closed());
    ASSERT_EQ(d.ends().size(), 1U);
    EXPECT_EQ(d.ends().front().result, w.result);
    if (w.result != outcome::delivered) {
      EXPECT_EQ(d.ends().front().why->kind, failure_kind::cancelled);
    }
  }
}

TEST(ClientTimers, BeforeConnectingThereIsNothingToWaitFor) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  client_driver d{c};
  d.timer();
  EXPECT_FALSE(d.closed());
  d.receive("220 too early\r\n");
  EXPECT_TRUE(d.all_sent().empty());
  d.cancel();
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.ends().front().why->stage, session::client_stage::connect);
}

TEST(ClientTimers, NothingWakesASessionThatIsOver) {
  client_case c;
  c.options = plain_options(tls_policy::never);
  c.mail = sample_mail();
  client_driver d{c};
  d.connected();
  d.server_closes();
  ASSERT_TRUE(d.closed());
  d.receive("220 x\r\n");
  d.connected();
  d.tls_established();
  d.server_closes();
  d.transport_fails();
  d.timer();
  d.cancel();
  EXPECT_EQ(d.ends().size(), 1U);
  EXPECT_TRUE(d.all_sent().empty());
}

}  // namespace
}  // namespace smtpscope::test
