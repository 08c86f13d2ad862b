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
awaitable<void> as_coroutine(Work work) {
  work();
  co_return;
}

// Does `work` on a thread of the pool, where it may block.
template <class Work>
awaitable<void> run_on(asio::thread_pool& pool, Work work) {
  co_await asio::co_spawn(pool, as_coroutine(std::move(work)), asio::use_awaitable);
}

session::decision refuse(int code, wire::enhanced_code enhanced, std::string text) {
  return {session::verdict::reject, wire::reply{code, enhanced, {std::move(text)}}};
}

session::decision not_stored(const error_code& why) {
  if (is_full(why)) return refuse(452, {4, 3, 1}, "Insufficient storage, try again later");
  return refuse(451, {4, 3, 0}, "The message could not be stored, try again later");
}

}  // namespace

bool session_host::perform(session::server_event& event) {
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
    if (!at_once_) return failed_.failed();
    append(piece->bytes);
  } else if (std::holds_alternative<session::content_discarded>(event)) {
    let_go();
  } else if (is_question(event)) {
    return decide(event);
  }
  return true;
}

awaitable<void> session_host::finish(session::server_event& event) {
  if (const auto* piece = std::get_if<session::content_received>(&event)) {
    co_await run_on(disk_, [this, piece] { append(piece->bytes); });
    co_return;
  }
  const auto* offered = std::get_if<session::message_offered>(&event);
  if (offered != nullptr && !at_once_ && decision_.what != session::verdict::reject) {
    const envelope e = envelope_of(*offered);
    co_await run_on(disk_, [this, &e] { commit(e); });
    note_kept();
  }
  if (decision_.delay.count() > 0 && !hurry_) {
    pause_.expires_after(decision_.delay);
    co_await pause_.async_wait(net::use_tuple);
  }
  static_cast<void>(session_.answer(decision_));
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
bool session_host::decide(const session::server_event& question) {
  auto d = policy_.decide(visit_, question, session_.authenticated_as());
  if (!d) return true;
  decision_ = std::move(*d);
  adjust(question);
  // A message that a fault refuses is let go; one whose answer alone is spoilt is kept.
  const auto* offered = std::get_if<session::message_offered>(&question);
  const bool keep = offered != nullptr && decision_.what != session::verdict::reject;
  if (offered != nullptr && !keep) let_go();
  if (keep && at_once_) {
    commit(envelope_of(*offered));
    note_kept();
  }
  if ((keep && !at_once_) || (decision_.delay.count() > 0 && !hurry_)) return false;
  static_cast<void>(session_.answer(decision_));
  return true;
}

void session_host::hurry() {
  hurry_ = true;
  pause_.cancel();
}

void session_host::adjust(const session::server_event& question) {
  using session::verdict;
  session::decision& d = decision_;
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

void session_host::let_go() noexcept {
  writer_.reset();
  failed_ = {};
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

void session_host::append(std::string_view content) {
  if (failed_) return;
  if (writer_ == nullptr) {
    auto begun = store_.begin();
    if (begun)
      writer_ = std::move(*begun);
    else
      failed_ = begun.error();
  }
  if (writer_ != nullptr) failed_ = writer_->append(content);
  if (failed_) writer_.reset();
}

void session_host::commit(const envelope& e) {
  if (writer_ == nullptr) append({});  // a message without any content, or one that failed
  if (failed_) return;
  auto stored = writer_->commit(e, std::chrono::system_clock::now());
  if (stored)
    decision_.queue_id = std::move(stored->id);
  else
    failed_ = stored.error();
}

void session_host::note_kept() {
  const error_code failed = failed_;
  let_go();
  if (!failed) {
    ++counts_.stored;
    return;
  }
  ++counts_.not_stored;
  spdlog::warn("mailbox: a message could not be stored: {}", failed.message());
  decision_ = not_stored(failed);
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
