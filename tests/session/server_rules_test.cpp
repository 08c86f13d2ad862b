// Every row of the server's table, walked by a session that was driven into the row's state, and
// the conditions that check() adds.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "session/server_script.hpp"
#include "smtpscope/session/rules.hpp"

namespace smtpscope::test {
namespace {

using session::extension;
using session::recipients;
using session::reply_key;
using session::requirement;
using session::server_facts;
using session::server_rule;
using session::server_state;
using session::verdict;
using wire::verb;

// A server that offers everything, in `state`.
server_driver server_in(server_state state) {
  server_case c = sample_server("", "");
  c.options.auth_on_plain_link = session::offer::yes;
  c.options.extensions = session::all_extensions();
  c.options.extensions.add(extension::expn);
  c.policy.lists = {{"amy@lists.example", {"amy@mail.example"}}};
  if (state == server_state::expect_quit) c.options.asks = session::questions::every_command;
  server_driver d{c};
  if (state == server_state::expect_quit) d.command_answers.push_back({verdict::reject});
  d.connected();
  if (state == server_state::expect_quit) {
    EXPECT_EQ(d.take_sent(), "554 5.3.2 mail.example No service here\r\n");
    return d;
  }
  if (state != server_state::expect_helo) d.receive("EHLO a.example\r\n");
  if (state != server_state::expect_helo && state != server_state::expect_mail)
    d.receive("MAIL FROM:<amy@mail.example>\r\n");
  if (state == server_state::expect_rcpt_or_data || state == server_state::expect_bdat)
    d.receive("RCPT TO:<bob@mail.example>\r\n");
  if (state == server_state::expect_bdat) d.receive("BDAT 2\r\nab");
  (void)d.take_sent();
  EXPECT_EQ(name(d.session().state()), name(state));
  return d;
}

// The verb with arguments that are legal.
std::string legal(verb v) {
  switch (v) {
    case verb::ehlo:
    case verb::helo: return std::string{name(v)} + " a.example\r\n";
    case verb::auth: return "AUTH PLAIN\r\n";
    case verb::mail: return "MAIL FROM:<amy@mail.example>\r\n";
    case verb::rcpt: return "RCPT TO:<amy@mail.example>\r\n";
    case verb::vrfy:
    case verb::expn: return std::string{name(v)} + " amy\r\n";
    case verb::bdat: return "BDAT 3\r\n";
    case verb::starttls:
    case verb::data:
    case verb::rset:
    case verb::noop:
    case verb::quit:
    case verb::help: return std::string{name(v)} + "\r\n";
    case verb::unknown: return "WHAT\r\n";
  }
  return {};
}

std::string said(reply_key key) {
  wire::reply r = session::own_template(key);
  return wire::format_reply(r);
}

TEST(ServerRules, EveryRowIsWhatTheServerDoes) {
  for (const server_rule& row : session::server_rules) {
    SCOPED_TRACE(std::string{name(row.state)} + " " + std::string{wire::name(row.what)});
    EXPECT_FALSE(row.section.empty());
    server_driver d = server_in(row.state);
    d.receive(legal(row.what));
    const std::string reply = d.take_sent();
    EXPECT_EQ(name(d.session().state()), name(row.next));
    if (row.says == verdict::reject) {
      EXPECT_EQ(row.next, row.state);
      EXPECT_EQ(reply, said(row.key));
      EXPECT_EQ(reply.substr(0, 3), std::to_string(row.code));
    } else if (row.what == verb::bdat) {
      EXPECT_EQ(reply, "") << "the chunk is awaited";
      d.receive("abc");
      EXPECT_EQ(d.take_sent(), "250 2.0.0 3 octets received\r\n");
      EXPECT_EQ(d.session().state(), server_state::expect_bdat);
    } else {
      EXPECT_TRUE(reply[0] == '2' || reply[0] == '3') << reply;
      EXPECT_EQ(d.replies().back().in_answer_to, row.what);
      EXPECT_EQ(d.replies().back().state.before, row.state);
      EXPECT_EQ(d.replies().back().state.after, row.next);
    }
  }
}

// All combinations of the facts that are yes or no.
server_facts facts_of(unsigned bits) {
  const auto bit = [bits](unsigned i) { return (bits >> i & 1U) != 0; };
  server_facts f;
  f.link = bit(0) ? session::link_security::tls : session::link_security::plain;
  f.authenticated = bit(1);
  f.starttls_offered = bit(2);
  f.auth_offered = bit(3);
  f.auth_known = bit(3) || bit(6);
  f.tls_before_mail = bit(4) ? requirement::yes : requirement::no;
  f.auth_before_mail = bit(5) ? requirement::yes : requirement::no;
  f.bdat_offered = bit(7);
  f.vrfy_offered = bit(8);
  f.expn_offered = bit(9);
  f.help_offered = bit(10);
  f.ehlo_offered = bit(11);
  f.binarymime = bit(12);
  return f;
}
constexpr unsigned all_facts = 1U << 13;

TEST(ServerRules, ConditionsOnlyNarrowTheTable) {
  for (unsigned bits = 0; bits < all_facts; ++bits) {
    const server_facts f = facts_of(bits);
    for (const server_rule& row : session::server_rules) {
      const server_rule now = session::check(row.state, row.what, f);
      if (row.says == verdict::reject) {
        ASSERT_EQ(now.says, verdict::reject);
      }
      if (now.says == verdict::accept) {
        ASSERT_EQ(now.next, row.next);
      } else {
        ASSERT_EQ(now.next, row.state) << "a rejection changes nothing";
        ASSERT_GE(now.code, 500);
      }
    }
  }
}

TEST(ServerRules, WhatMustComeFirstComesFirst) {
  for (unsigned bits = 0; bits < all_facts; ++bits) {
    const server_facts f = facts_of(bits);
    for (const server_rule& row : session::server_rules) {
      const server_rule now = session::check(row.state, row.what, f);
      const bool mail = row.what == verb::mail || row.what == verb::rcpt || row.what == verb::data ||
                        row.what == verb::bdat || row.what == verb::vrfy || row.what == verb::expn;
      if (mail && now.says == verdict::accept) {
        ASSERT_TRUE(f.link == session::link_security::tls || f.tls_before_mail == requirement::no);
        ASSERT_TRUE(f.authenticated || f.auth_before_mail == requirement::no);
      }
      if (row.what == verb::data && now.says == verdict::accept) {
        ASSERT_FALSE(f.binarymime) << "RFC 3030 §3";
      }
      const bool always = row.what == verb::quit || row.what == verb::noop || row.what == verb::rset;
      if (always && row.state != server_state::expect_quit) {
        ASSERT_EQ(now.says, verdict::accept);
      }
    }
  }
}

// The table once more, as RFC 5321 §3.1, §3.3 and §4.1.4, RFC 3207 §4, RFC 4954 §4 and RFC 3030 §2 say
// it: where each command is carried out, and what it earns where it is not.
TEST(ServerRules, TheTableSaysWhatTheStandardsSay) {
  constexpr int yes = 0;
  const struct {
    verb what;
    int codes[session::command_states.size()];  // greeted, between mails, MAIL, RCPT, inside BDAT, refused
  } table[] = {
      {verb::ehlo, {yes, yes, yes, yes, yes, 503}},     {verb::helo, {yes, yes, yes, yes, yes, 503}},
      {verb::starttls, {503, yes, 503, 503, 503, 503}}, {verb::auth, {503, yes, 503, 503, 503, 503}},
      {verb::mail, {503, yes, 503, 503, 503, 503}},     {verb::rcpt, {503, 503, yes, yes, 503, 503}},
      {verb::data, {503, 503, 503, yes, 503, 503}},     {verb::bdat, {503, 503, 503, yes, yes, 503}},
      {verb::rset, {yes, yes, yes, yes, yes, 503}},     {verb::noop, {yes, yes, yes, yes, yes, 503}},
      {verb::quit, {yes, yes, yes, yes, yes, yes}},     {verb::vrfy, {yes, yes, yes, yes, yes, 503}},
      {verb::expn, {yes, yes, yes, yes, yes, 503}},     {verb::help, {yes, yes, yes, yes, yes, 503}},
      {verb::unknown, {500, 500, 500, 500, 500, 503}},
  };
  static_assert(std::size(table) == wire::verb_count);
  server_facts f;
  f.starttls_offered = f.auth_offered = f.bdat_offered = f.expn_offered = true;
  for (const auto& row : table)
    for (std::size_t i = 0; i < session::command_states.size(); ++i) {
      const server_rule now = session::check(session::command_states[i], row.what, f);
      EXPECT_EQ(now.code, row.codes[i]) << wire::name(row.what) << " in " << name(session::command_states[i]);
      EXPECT_EQ(now.says, row.codes[i] == yes ? verdict::accept : verdict::reject);
    }
}

// RFC 5321 §4.3.2, with 500, 501, 502, 503 and 421, which any command may earn (§4.2.4, §4.1.4), and the
// codes of the extensions: 530, 538 (RFC 3207 §4, RFC 4954 §6), 555 (§4.1.1.11).
TEST(ServerRules, RefusalsStandInTheListsOfTheirCommands) {
  const std::set<int> any{421, 500, 501, 502, 503, 530};
  const std::map<verb, std::set<int>> lists{
      {verb::ehlo, {504, 550}},
      {verb::helo, {504, 550}},
      {verb::mail, {552, 451, 452, 550, 553, 455, 555}},
      {verb::rcpt, {550, 551, 552, 553, 450, 451, 452, 455, 555}},
      {verb::data, {552, 554, 451, 452, 450, 550}},
      {verb::bdat, {552, 554, 451, 452, 450, 550}},
      {verb::vrfy, {550, 551, 553, 504}},
      {verb::expn, {550, 504}},
      {verb::help, {504}},
      {verb::auth, {432, 454, 504, 534, 535, 538}},
  };
  for (unsigned bits = 0; bits < all_facts; ++bits)
    for (const recipients named : {recipients::none_asked, recipients::all_refused, recipients::some}) {
      server_facts f = facts_of(bits);
      f.named = named;
      for (const server_rule& row : session::server_rules) {
        const server_rule now = session::check(row.state, row.what, f);
        if (now.says == verdict::accept || any.count(now.code) != 0) continue;
        const auto list = lists.find(row.what);
        ASSERT_TRUE(list != lists.end() && list->second.count(now.code) != 0)
            << wire::name(row.what) << " in " << name(row.state) << ": " << now.code;
      }
    }
}

TEST(ServerRules, WhatIsNotOfferedIs502WhateverTheState) {
  const server_facts none = [] {
    server_facts f;
    f.auth_known = f.vrfy_offered = f.help_offered = false;
    return f;
  }();
  for (const server_state state : session::command_states) {
    if (state == server_state::expect_quit) continue;
    for (const verb v : {verb::starttls, verb::auth, verb::bdat, verb::vrfy, verb::expn, verb::help}) {
      const server_rule now = session::check(state, v, none);
      EXPECT_EQ(now.key, reply_key::not_offered) << wire::name(v) << " in " << name(state);
      EXPECT_EQ(now.code, 502);
    }
  }
}

TEST(ServerRules, DataWithoutRecipientsLeft) {
  server_facts f;
  f.bdat_offered = true;
  const auto code = [&f](verb v) { return session::check(server_state::expect_rcpt, v, f).code; };
  EXPECT_EQ(code(verb::data), 503) << "no RCPT was tried";
  f.named = recipients::all_refused;
  EXPECT_EQ(code(verb::data), 554);
  EXPECT_EQ(code(verb::bdat), 554);
  f.named = recipients::all_refused_tell_later;  // RFC 2920 §3.1
  EXPECT_EQ(session::check(server_state::expect_rcpt, verb::data, f).next, server_state::expect_content);
  EXPECT_EQ(code(verb::bdat), 554) << "a chunk has no 354 to wait for";
}

TEST(ServerRules, EveryStateHasAName) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < session::server_state_count; ++i) names.push_back(name(static_cast<server_state>(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_FALSE(names[i].empty());
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(names[i], names[j]);
  }
  EXPECT_EQ(name(static_cast<server_state>(200)), "");
}

}  // namespace
}  // namespace smtpscope::test
