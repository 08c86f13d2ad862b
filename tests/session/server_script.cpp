#include "session/server_script.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "smtpscope/wire/reply.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::test {

namespace {

session::server_session make(const server_case& c) {
  auto made = session::server_session::create(c.options);
  if (!made) ADD_FAILURE() << c.name << ": " << made.why().detail;
  return std::move(*made);
}

}  // namespace

server_case sample_server(std::string name, std::string script) {
  server_case c;
  c.name = std::move(name);
  c.script = std::move(script);
  c.options.host_name = "mail.example";
  c.policy.users.push_back({"tim", secret{"tanstaaftanstaaf"}});
  for (const char* known : {"amy@mail.example", "bob@mail.example", "@other.example"})
    c.policy.mailboxes.emplace_back(known);
  return c;
}

server_driver::server_driver(const server_case& c) : options_(c.options), policy_(c.policy), server_(make(c)) {
  server_.clock(c.unix_seconds);
}

void server_driver::connected(const sasl::channel_binding& binding) {
  server_.connected(binding);
  drain();
}

void server_driver::receive(std::string_view bytes) {
  server_.receive(exact_buffer(bytes));
  drain();
}

void server_driver::tls_established(const sasl::channel_binding& binding) {
  wants_tls_ = false;
  server_.tls_established(binding);
  drain();
}

void server_driver::client_closes() {
  server_.peer_closed();
  drain();
}

void server_driver::timer() {
  server_.timer_fired();
  drain();
}

void server_driver::shut_down(std::string_view text) {
  server_.shut_down(text);
  drain();
}

void server_driver::take_reply(const session::send_reply& reply) {
  const bool lookup = reply.in_answer_to == wire::verb::vrfy || reply.in_answer_to == wire::verb::expn;
  EXPECT_TRUE(reply.bytes == wire::format_reply(reply.reply) ||
              (lookup && reply.bytes == wire::format_reply(reply.reply, wire::utf8::allowed)))
      << reply.bytes;
  if (reply.reply.enhanced) {
    EXPECT_EQ(reply.reply.enhanced->klass, reply.reply.code / 100) << reply.bytes;  // RFC 3463 §2
  }
  using session::server_state;
  const server_state after = reply.state.after;
  if (reply.reply.code == 354 && after == server_state::expect_content) {
    EXPECT_FALSE(in_content_);
    in_content_ = true;
    content_.clear();
  } else {
    in_content_ = in_content_ && (after == server_state::expect_content || after == server_state::expect_bdat);
  }
  unread_ += reply.bytes;
  replies_.push_back(reply);
}

void server_driver::take_message(const session::message_offered& offered) {
  EXPECT_TRUE(in_content_) << "a message without content";
  EXPECT_EQ(offered.octets, content_.size());
  EXPECT_GE(offered.findings.longest_line, content_.empty() ? 0U : 1U);
  EXPECT_LE(offered.octets, options_.max_message_octets);
  EXPECT_FALSE(offered.to.empty());
  EXPECT_LE(offered.to.size(), options_.max_recipients);
  taken_message m{offered.from.mailbox_text(), {}, content_};
  for (const session::accepted_recipient& to : offered.to) m.to.push_back(to.path.mailbox_text());
  messages_.push_back(std::move(m));
  offers_.push_back(offered);
  const auto stored = session::server_policy::stored(std::to_string(messages_.size()));
  EXPECT_TRUE(server_.answer(message_answer.value_or(stored)).ok());
}

void server_driver::drain() {
  while (const auto event = server_.next()) {
    EXPECT_FALSE(closed_) << "an event after close_connection";
    if (const auto* line = std::get_if<session::command_received>(&*event))
      if (line->command.what == wire::verb::bdat && !in_content_) {
        in_content_ = true;
        content_.clear();
      }
    if (const auto* reply = std::get_if<session::send_reply>(&*event)) {
      take_reply(*reply);
    } else if (std::holds_alternative<session::start_tls>(*event)) {
      wants_tls_ = true;
    } else if (const auto* content = std::get_if<session::content_received>(&*event)) {
      EXPECT_TRUE(in_content_) << "content outside of DATA";
      content_ += content->bytes;
      EXPECT_LE(content_.size(), options_.max_message_octets);
    } else if (std::holds_alternative<session::content_discarded>(*event)) {
      ++discarded_;
      content_.clear();
    } else if (const auto* offered = std::get_if<session::message_offered>(&*event)) {
      take_message(*offered);
    } else if (const auto* octets = std::get_if<session::send_garbage>(&*event)) {
      garbage_ += octets->bytes;
      unread_ += octets->bytes;
    } else if (std::holds_alternative<session::command_offered>(*event)) {
      session::decision d;
      if (!command_answers.empty()) {
        d = command_answers.front();
        command_answers.pop_front();
      }
      EXPECT_FALSE(server_.wants_input());
      EXPECT_TRUE(server_.answer(d).ok());
    } else if (std::holds_alternative<session::close_connection>(*event)) {
      closed_ = true;
    } else if (const auto* asked = std::get_if<session::secret_requested>(&*event)) {
      EXPECT_FALSE(server_.wants_input());
      EXPECT_FALSE(server_.answer({}).ok()) << "a password is wanted, not a decision";
      EXPECT_TRUE(server_.answer_secret(policy_.secret_for(*asked)).ok());
      EXPECT_FALSE(server_.answer_secret(policy_.secret_for(*asked)).ok()) << "answered twice";
    } else if (const auto decision = session::decide(policy_, *event)) {
      if (const auto* login = std::get_if<session::credentials_offered>(&*event)) logins_.push_back(*login);
      EXPECT_FALSE(server_.wants_input());
      EXPECT_TRUE(server_.answer(*decision).ok());
      EXPECT_FALSE(server_.answer(*decision).ok()) << "answered twice";
    }
  }
  EXPECT_EQ(closed_, server_.over());
}

namespace {

using delivery = std::function<void(server_driver&, std::string_view chunk, std::size_t number)>;

void perform(server_driver& d, const step& s, const delivery& deliver, std::size_t chunk, const bool strict) {
  using what = step::what;
  switch (s.kind) {
    case what::client:
      if (strict) {
        EXPECT_EQ(printable(d.take_sent()), "") << "sent unasked before " << describe(s);
      }
      return deliver(d, s.bytes, chunk);
    case what::server:
      if (strict) {
        EXPECT_EQ(printable(d.take_sent()), printable(s.bytes)) << describe(s);
      }
      return;
    case what::tls:
      if (strict) {
        EXPECT_TRUE(d.wants_tls()) << describe(s);
      }
      if (d.wants_tls()) d.tls_established();
      return;
    case what::server_closes:
      if (strict) {
        EXPECT_TRUE(d.closed()) << describe(s);
      }
      return;
    case what::client_closes: return d.client_closes();
    case what::timer: return d.timer();
    case what::shut_down: return d.shut_down(s.bytes);
    case what::tls_fails:
    case what::cancel: ADD_FAILURE() << "not for a server";
  }
}

void check_messages(const server_case& c, const server_driver& d) {
  ASSERT_EQ(d.messages().size(), c.messages.size());
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    EXPECT_EQ(d.messages()[i].from, c.messages[i].from);
    EXPECT_EQ(d.messages()[i].to, c.messages[i].to);
    EXPECT_EQ(printable(d.messages()[i].content), printable(c.messages[i].content));
  }
}

void run(const server_case& c, const std::vector<step>& script, const delivery& deliver, const bool strict) {
  server_driver d{c};
  d.connected();
  std::size_t chunk = 0;
  for (const step& s : script) {
    perform(d, s, deliver, chunk, strict);
    chunk += s.kind == step::what::client ? 1 : 0;
    if (testing::Test::HasFailure()) return;
  }
  if (!strict) return;
  EXPECT_EQ(printable(d.take_sent()), "") << "sent after the script's end";
  check_messages(c, d);
}

void give_whole(server_driver& d, std::string_view chunk, std::size_t /*number*/) { d.receive(chunk); }
void give_bytes(server_driver& d, std::string_view chunk, std::size_t /*number*/) {
  for (const char c : chunk) d.receive(std::string_view{&c, 1});
}

// What has begun and not ended when the link is lost leaves nothing behind.
void run_lost(const server_case& c, const std::vector<step>& script, std::size_t steps, std::size_t octets) {
  server_driver d{c};
  d.connected();
  for (std::size_t i = 0; i < steps; ++i) perform(d, script[i], give_whole, 0, false);
  if (octets > 0) d.receive(std::string_view{script[steps].bytes}.substr(0, octets));
  const std::size_t messages = d.messages().size();
  const int discarded = d.discarded();
  using session::server_state;
  const server_state state = d.session().state();
  const bool in_content = state == server_state::expect_content || state == server_state::expect_chunk ||
                          state == server_state::expect_bdat;
  d.client_closes();
  EXPECT_TRUE(d.closed());
  EXPECT_EQ(d.messages().size(), messages) << "a message that never ended";
  EXPECT_LE(d.discarded(), discarded + (in_content ? 1 : 0));
  (void)d.take_sent();
  d.receive("NOOP\r\n");
  d.timer();
  EXPECT_EQ(d.take_sent(), "") << "spoke after the end";
}

}  // namespace

void expect_dialogue(const server_case& c) {
  SCOPED_TRACE(c.name);
  const std::vector<step> script = parse_script(c.script);
  {
    SCOPED_TRACE("whole");
    run(c, script, give_whole, true);
  }
  const bool strict = c.pieces == server_cuts::any;
  if (!testing::Test::HasFailure()) {
    SCOPED_TRACE("byte by byte");
    run(c, script, give_bytes, strict);
  }
  std::size_t chunk = 0;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const step& s = script[i];
    if (s.kind != step::what::client) continue;
    for (std::size_t at = 1; at < s.bytes.size() && !testing::Test::HasFailure(); ++at) {
      SCOPED_TRACE("cut at octet " + std::to_string(at) + " of " + describe(s));
      run(
          c, script,
          [chunk, at](server_driver& d, std::string_view bytes, std::size_t number) {
            if (number != chunk) return d.receive(bytes);
            d.receive(bytes.substr(0, at));
            d.receive(bytes.substr(at));
          },
          strict);
      run_lost(c, script, i, at);
    }
    ++chunk;
  }
  for (std::size_t steps = 0; steps <= script.size() && !testing::Test::HasFailure(); ++steps) {
    SCOPED_TRACE("lost after " + std::to_string(steps) + " steps");
    run_lost(c, script, steps, 0);
  }
}

}  // namespace smtpscope::test
