// Every row of the client's table, walked by a session that was driven into the row's state.

#include "smtpscope/session/rules.hpp"

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"

namespace smtpscope::test {
namespace {

using session::client_action;
using session::client_phase;
using session::client_rule;
using session::failure_kind;
using session::outcome;
using session::tls_policy;
using wire::verb;

// A client in `phase`, and how it got there.
client_case case_for(client_phase phase) {
  client_case c;
  const bool starttls = phase == client_phase::expect_starttls_reply;
  const bool auth = phase == client_phase::expect_auth_reply;
  c.options = auth ? login_options(tls_policy::implicit)
                   : plain_options(starttls ? tls_policy::starttls_required : tls_policy::never);
  c.mail = submission_to({"a@b.example", "c@d.example"}, "x\r\n");
  return c;
}

std::vector<const char*> replies_to(client_phase phase) {
  switch (phase) {
    case client_phase::expect_ehlo_reply: return {"220 x\r\n"};
    case client_phase::expect_helo_reply: return {"220 x\r\n", "500 x\r\n"};
    case client_phase::expect_starttls_reply: return {"220 x\r\n", "250-x\r\n250 STARTTLS\r\n"};
    case client_phase::expect_auth_reply: return {"220 x\r\n", "250-x\r\n250 AUTH PLAIN\r\n"};
    case client_phase::expect_mail_reply: return {"220 x\r\n", "250 x\r\n"};
    case client_phase::expect_rcpt_reply: return {"220 x\r\n", "250 x\r\n", "250 x\r\n"};
    case client_phase::expect_data_reply: return {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n"};
    case client_phase::expect_content_reply:
      return {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"};
    case client_phase::expect_quit_reply: return {"220 x\r\n", "554 x\r\n"};
    case client_phase::idle:
    case client_phase::expect_greeting:
    case client_phase::tls_handshake:
    case client_phase::sending_content:
    case client_phase::expect_bdat_reply:
    case client_phase::expect_rset_reply:
    case client_phase::expect_other_reply:
    case client_phase::closed: return {};
  }
  return {};
}

// What a reply in this phase made the client do.
struct reaction {
  client_phase phase;
  std::string sent;
  std::optional<session::finished> end;
};

// A client that says NOOP by hand, one that sends chunks of an octet, or one that resets: the first of
// its two messages was refused for all its recipients.
reaction react_off_the_path(client_phase phase, const std::string& reply) {
  client_case c = case_for(phase);
  const bool rset = phase == client_phase::expect_rset_reply;
  const bool chunks = phase == client_phase::expect_bdat_reply;
  c.options.chunks = chunks ? session::chunking::when_offered : session::chunking::never;
  c.options.chunk_octets = 2;
  if (!rset && !chunks) c.options.control = session::control::manual;
  std::vector<session::submission> mails(rset ? 2 : 1, submission_to({"a@b.example"}, "x\r\n"));
  auto made = session::client_session::create(c.options, mails);
  session::client_session s = std::move(*made);
  reaction r{};
  const auto drain = [&] {
    r = {};
    while (const auto event = s.next()) {
      if (const auto* sent = std::get_if<session::send_bytes>(&*event)) r.sent += sent->bytes;
      if (const auto* end = std::get_if<session::finished>(&*event)) r.end = *end;
    }
  };
  s.connected();
  if (rset) {
    for (const char* before : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "550 x\r\n"}) drain(), s.receive(before);
  } else if (chunks) {
    for (const char* before : {"220 x\r\n", "250-x\r\n250 CHUNKING\r\n", "250 x\r\n", "250 x\r\n"})
      drain(), s.receive(before);
  } else {
    drain();
    s.receive("220 x\r\n");
    EXPECT_TRUE(s.answer({session::manual_choice::insert, "NOOP", {}}));
  }
  drain();
  EXPECT_EQ(name(s.phase()), name(phase));
  s.receive(reply);
  drain();
  r.phase = s.phase();
  if (r.end) r.end->why = r.end->messages.back().why;
  if (!rset && !chunks) {
    EXPECT_TRUE(s.command_waits());
  }
  return r;
}

reaction react(const client_rule& row, int code) {
  const std::string reply = std::to_string(code) + " x\r\n";
  if (row.phase == client_phase::expect_bdat_reply || row.phase == client_phase::expect_rset_reply ||
      row.phase == client_phase::expect_other_reply)
    return react_off_the_path(row.phase, reply);
  const client_case c = case_for(row.phase);
  if (row.phase == client_phase::sending_content) {  // the host takes one piece and no more
    auto made = session::client_session::create(c.options, submission_to({"a@b.example"}, "x\r\n"));
    session::client_session s = std::move(*made);
    s.connected();
    for (const char* before : {"220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"}) {
      while (s.next()) {
      }
      s.receive(before);
    }
    EXPECT_EQ(s.phase(), row.phase);
    s.receive(reply);
    reaction r{s.phase(), {}, std::nullopt};
    while (const auto event = s.next()) {
      if (const auto* sent = std::get_if<session::send_bytes>(&*event)) r.sent += sent->bytes;
      if (const auto* end = std::get_if<session::finished>(&*event)) r.end = *end;
    }
    return r;
  }
  client_driver d{c};
  d.connected();
  for (const char* before : replies_to(row.phase)) d.receive(before);
  EXPECT_EQ(name(d.session().phase()), name(row.phase));
  (void)d.take_sent();
  d.receive(reply);
  return {d.session().phase(), d.take_sent(), d.ends().empty() ? std::nullopt : std::optional{d.ends().front()}};
}

void expect_end(const reaction& r, failure_kind kind, client_phase phase, const char* sent) {
  ASSERT_TRUE(r.end);
  EXPECT_EQ(r.end->why->kind, kind);
  EXPECT_EQ(name(r.phase), name(phase));
  EXPECT_EQ(r.sent, sent);
}

void expect_action(client_action action, const reaction& r) {
  switch (action) {
    case client_action::say_ehlo: EXPECT_EQ(r.sent, "EHLO client.example\r\n"); break;
    case client_action::say_helo: EXPECT_EQ(r.sent, "HELO client.example\r\n"); break;
    case client_action::choose: EXPECT_EQ(r.sent, "MAIL FROM:<user@gmail.example>\r\n"); break;
    case client_action::begin_tls: EXPECT_EQ(r.phase, client_phase::tls_handshake); break;
    case client_action::continue_sasl: EXPECT_EQ(r.sent, "*\r\n"); break;  // PLAIN has no second answer
    case client_action::authenticated: EXPECT_EQ(r.sent, "MAIL FROM:<user@gmail.example>\r\n"); break;
    case client_action::say_rcpt: EXPECT_EQ(r.sent, "RCPT TO:<a@b.example>\r\n"); break;
    case client_action::recipient_accepted:
    case client_action::recipient_refused: EXPECT_EQ(r.sent, "RCPT TO:<c@d.example>\r\n"); break;
    case client_action::send_content: EXPECT_EQ(r.sent, "x\r\n.\r\n"); break;
    case client_action::delivered:
      ASSERT_TRUE(r.end);
      EXPECT_EQ(r.end->result, outcome::delivered);
      EXPECT_EQ(r.sent, "QUIT\r\n");
      break;
    case client_action::chunk_accepted: EXPECT_EQ(r.sent, "BDAT 1 LAST\r\n\n"); break;
    case client_action::transaction_cleared: EXPECT_EQ(r.sent, "MAIL FROM:<user@gmail.example>\r\n"); break;
    case client_action::resume: EXPECT_EQ(r.sent, ""); break;
    case client_action::transaction_refused:
    case client_action::starttls_refused:
    case client_action::refused:
      expect_end(r, failure_kind::refused, client_phase::expect_quit_reply, "QUIT\r\n");
      break;
    case client_action::refused_and_close: expect_end(r, failure_kind::refused, client_phase::closed, ""); break;
    case client_action::unexpected: expect_end(r, failure_kind::protocol, client_phase::closed, ""); break;
    case client_action::close: EXPECT_EQ(r.phase, client_phase::closed); break;
    case client_action::say_starttls:
    case client_action::say_auth:
    case client_action::say_mail:
    case client_action::say_data:
    case client_action::say_rset:
    case client_action::say_quit:
    case client_action::send_end_mark:
    case client_action::give_up_starttls_not_offered:
    case client_action::give_up_auth_without_tls:
    case client_action::give_up_auth_not_offered:
    case client_action::give_up_mechanism_not_offered:
    case client_action::give_up_eight_bit_not_offered:
    case client_action::give_up_binary_not_offered:
    case client_action::give_up_smtputf8_not_offered:
    case client_action::give_up_requiretls_not_possible:
    case client_action::give_up_too_large:
    case client_action::give_up_mail_limit: FAIL() << "chosen by facts, not by a row";
  }
}

TEST(ClientRules, EveryRowIsWhatTheClientDoes) {
  for (const client_rule& row : session::client_rules) {
    // Any code of the class but those that have a row of their own, and 421.
    const int code = row.code != 0 ? row.code : static_cast<int>(row.kind) * 100 + 59;
    SCOPED_TRACE(std::string{name(row.phase)} + " " + std::to_string(code) + " " + std::string{name(row.action)});
    EXPECT_EQ(name(session::on_reply(row.phase, code)), name(row.action));
    EXPECT_FALSE(row.section.empty());
    expect_action(row.action, react(row, code));
  }
}

TEST(ClientRules, A421ClosesInEveryPhase) {
  for (const client_rule& row : session::client_rules) {
    const auto wanted =
        row.phase == client_phase::expect_quit_reply ? client_action::close : client_action::refused_and_close;
    EXPECT_EQ(name(session::on_reply(row.phase, 421)), name(wanted)) << name(row.phase);
  }
}

TEST(ClientRules, AfterCapabilitiesTlsComesBeforeAuthBeforeMail) {
  // All 2^10 combinations of facts.
  for (unsigned bits = 0; bits < 1024; ++bits) {
    const auto bit = [bits](unsigned i) { return (bits >> i & 1U) != 0; };
    session::client_facts f;
    f.link = bit(0) ? session::link_security::tls : session::link_security::plain;
    f.tls = bit(1) ? session::requirement::yes : session::requirement::no;
    f.starttls_offered = bit(2);
    f.wants_auth = bit(3);
    f.authenticated = bit(4);
    f.cleartext_auth_allowed = bit(5);
    f.auth_offered = bit(6);
    f.mechanism_offered = bit(7);
    f.content_is_eight_bit = bit(8);
    f.eight_bit_offered = bit(9);
    const client_action a = session::after_capabilities(f);
    const bool plain = !bit(0);
    if (plain && bit(1)) {
      EXPECT_TRUE(a == client_action::say_starttls || a == client_action::give_up_starttls_not_offered) << bits;
    }
    if (a == client_action::say_auth) {
      EXPECT_TRUE((!plain || bit(5)) && bit(3) && !bit(4) && bit(6) && bit(7)) << bits;
    }
    if (a == client_action::say_mail) {
      EXPECT_TRUE(!(plain && bit(1)) && (!bit(3) || bit(4)) && (!bit(8) || bit(9))) << bits;
    }
  }
}

TEST(ClientRules, AfterRecipientsDataNeedsOne) {
  EXPECT_EQ(session::after_recipient(1, 0), client_action::say_rcpt);
  EXPECT_EQ(session::after_recipient(2, 5), client_action::say_rcpt);
  EXPECT_EQ(session::after_recipient(0, 1), client_action::say_data);
  EXPECT_EQ(session::after_recipient(0, 0), client_action::refused);
}

TEST(ClientRules, EveryPhaseAndStageHasAName) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < session::client_phase_count; ++i) {
    names.push_back(name(static_cast<client_phase>(i)));
    EXPECT_FALSE(name(session::stage_of(static_cast<client_phase>(i))).empty());
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(names[i], names[j]);
  EXPECT_EQ(name(static_cast<client_phase>(200)), "");
}

}  // namespace
}  // namespace smtpscope::test
