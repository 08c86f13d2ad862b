#include "relay/mailbox/session_host.hpp"

#include <array>
#include <chrono>
#include <type_traits>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::mailbox {

namespace asio = boost::asio;
using boost::system::error_code;
using net::awaitable;

namespace {

template <class Work>
awaitable<std::invoke_result_t<Work&>> as_coroutine(Work work) {
  co_return work();
}

// Runs `work` on a thread of the pool, where it may block, and comes back with its result.
template <class Work>
awaitable<std::invoke_result_t<Work&>> run_on(asio::thread_pool& pool, store_pace pace, Work work) {
  if (pace == store_pace::at_once) co_return work();
  co_return co_await asio::co_spawn(pool, as_coroutine(std::move(work)), asio::use_awaitable);
}

session::decision refuse(int code, wire::enhanced_code enhanced, std::string text) {
  return {session::verdict::reject, wire::reply{code, enhanced, {std::move(text)}}};
}

session::decision not_stored(const error_code& why) {
  if (is_full(why)) return refuse(452, {4, 3, 1}, "Insufficient storage, try again later");
  return refuse(451, {4, 3, 0}, "The message could not be stored, try again later");
}

}  // namespace

awaitable<void> session_host::perform(session::server_event& event) {
  session_.clock(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  policy_.observe(visit_, event);
  if (const auto* line = std::get_if<session::command_received>(&event)) {
    turn_away_http(*line);
  } else if (const auto* asked = std::get_if<session::secret_requested>(&event)) {
    static_cast<void>(session_.answer_secret(policy_.secret_for(*asked)));
  } else if (const auto* reply = std::get_if<session::send_reply>(&event)) {
    note_login(*reply);
  } else if (const auto* chosen = std::get_if<session::certificate_chosen>(&event)) {
    certificate_ = chosen->which;
  } else if (const auto* piece = std::get_if<session::content_received>(&event)) {
    co_await take(*piece);
  } else if (std::holds_alternative<session::content_discarded>(event)) {
    writer_.reset();
    failed_ = {};
  } else if (is_question(event)) {
    auto d = policy_.decide(visit_, event, session_.authenticated_as());
    if (d) co_await answer(event, std::move(*d));
  }
}

bool session_host::is_question(const session::server_event& event) noexcept {
  return std::holds_alternative<session::command_offered>(event) ||
         std::holds_alternative<session::credentials_offered>(event) ||
         std::holds_alternative<session::reverse_path_offered>(event) ||
         std::holds_alternative<session::forward_path_offered>(event) ||
         std::holds_alternative<session::lookup_offered>(event) ||
         std::holds_alternative<session::message_offered>(event);
}

// Answering a session that was closed meanwhile is a misuse it reports and survives.
awaitable<void> session_host::answer(const session::server_event& question, session::decision d) {
  adjust(question, d);
  if (const auto* offered = std::get_if<session::message_offered>(&question)) co_await keep(*offered, d);
  if (d.delay.count() > 0 && !hurry_) {
    pause_.expires_after(d.delay);
    co_await pause_.async_wait(net::use_tuple);
  }
  static_cast<void>(session_.answer(d));
}

void session_host::hurry() {
  hurry_ = true;
  pause_.cancel();
}

void session_host::adjust(const session::server_event& question, session::decision& d) {
  using session::verdict;
  if (d.what == verdict::reject && std::holds_alternative<session::forward_path_offered>(question))
    ++counts_.refused_recipients;
  // Mail is taken without AUTH, but who tried and failed may not go on as if it had worked: a
  // submission server would not let it (RFC 4954 §6), and the program's author should notice.
  if (!login_refused_ || d.what == verdict::reject || !std::holds_alternative<session::reverse_path_offered>(question))
    return;
  const wire::reply* theirs = session_.options().replies.find(session::reply_key::auth_required);
  d = refuse(530, {5, 7, 0}, "Authentication required: the login was refused");
  if (theirs != nullptr) d.reply = *theirs;
}

// A message that a fault refuses is let go; one whose answer alone is spoilt was stored before.
awaitable<void> session_host::keep(const session::message_offered& offered, session::decision& d) {
  if (d.what == session::verdict::reject) {
    writer_.reset();
    failed_ = {};
    co_return;
  }
  session::decision stored = co_await store(offered);
  if (stored.what == session::verdict::reject) {
    d = std::move(stored);
    co_return;
  }
  d.queue_id = std::move(stored.queue_id);
}

// RFC 4954 §6: 235 and 535 end a login of any mechanism.
void session_host::note_login(const session::send_reply& reply) {
  if (reply.in_answer_to != wire::verb::auth) return;
  if (reply.reply.code == 235) login_refused_ = false;
  if (reply.reply.code != 535) return;
  login_refused_ = true;
  ++counts_.refused_logins;
}

// A page of any web site can have a browser post SMTP commands to a local port. Its first line
// gives it away, before anything in it can be taken for mail.
void session_host::turn_away_http(const session::command_received& line) {
  static constexpr std::array<std::string_view, 7> methods = {"GET",     "POST",    "PUT",   "HEAD",
                                                              "OPTIONS", "CONNECT", "DELETE"};
  if (line.what != session::sent::command || line.command.what != wire::verb::unknown) return;
  for (const std::string_view method : methods)
    if (text::iequals(line.command.word, method)) return session_.shut_down("This is SMTP, not HTTP");
}

awaitable<void> session_host::take(const session::content_received& piece) {
  if (failed_) co_return;
  failed_ = co_await run_on(disk_, store_.pace(), [this, &piece]() -> error_code {
    if (writer_ == nullptr) {
      auto begun = store_.begin();
      if (!begun) return begun.error();
      writer_ = std::move(*begun);
    }
    return writer_->append(piece.bytes);
  });
  if (failed_) writer_.reset();
}

awaitable<session::decision> session_host::store(const session::message_offered& offered) {
  // A message without any content never came by take().
  if (writer_ == nullptr && !failed_) {
    const session::content_received nothing;
    co_await take(nothing);
  }
  std::string id;
  if (!failed_) {
    const envelope e = envelope_of(offered);
    failed_ = co_await run_on(disk_, store_.pace(), [this, &e, &id]() -> error_code {
      auto stored = writer_->commit(e, std::chrono::system_clock::now());
      writer_.reset();
      if (!stored) return stored.error();
      id = stored->id;
      return {};
    });
  }
  const error_code failed = std::exchange(failed_, {});
  writer_.reset();
  if (failed) {
    ++counts_.not_stored;
    spdlog::warn("mailbox: a message could not be stored: {}", failed.message());
    co_return not_stored(failed);
  }
  ++counts_.stored;
  co_return session::server_policy::stored(id);
}

envelope session_host::envelope_of(const session::message_offered& offered) const {
  envelope e;
  e.from = offered.from.mailbox_text();
  for (const session::accepted_recipient& to : offered.to) e.to.push_back(to.path.mailbox_text());
  e.link = session_.link();
  e.authenticated_as = session_.authenticated_as();
  e.client_name = session_.ehlo_name();
  e.greeted_with = session_.extended() ? greeting_verb::ehlo : greeting_verb::helo;
  return e;
}

}  // namespace smtpscope::mailbox
