// AUTH in a server session: what server_authentication says is sent and asked.

#include <utility>

#include "smtpscope/session/server_session.hpp"

namespace smtpscope::session {

using wire::verb;

namespace {

// The words of a personality for the end of an AUTH exchange, by what the reply means.
std::optional<reply_key> key_of(const wire::reply& r) {
  if (r.code == 235) return reply_key::auth_ok;
  if (r.code == 535) return reply_key::auth_refused;
  if (r.code != 501 || !r.enhanced) return std::nullopt;
  if (r.lines == own_template(reply_key::auth_cancelled).lines) return reply_key::auth_cancelled;
  return r.enhanced->detail == 2 ? std::optional{reply_key::auth_syntax} : std::nullopt;
}

// The login was looked at to its end, and was right or wrong.
bool is_outcome(const wire::reply& r) { return r.code == 235 || r.code == 535; }

}  // namespace

void server_session::on_auth() {
  if (auto refusal = authentication_.refuses(command_.mechanism, link_)) {
    if (refusal->code == 504) return complain(reply_key::auth_unknown_mechanism, verb::auth);
    return complain_with(std::move(*refusal), verb::auth);
  }
  after_auth_ = state_;
  state_in_auth_ = next_;
  on_authentication(authentication_.begin(command_, link_));
}

void server_session::on_sasl_line(std::string_view line) {
  events_.emplace_back(command_received{
      std::string{line}, {}, sent::sasl_response, authentication_.mechanism(), authentication_.challenges()});
  line.remove_suffix(2);
  on_authentication(authentication_.answer(line));
}

void server_session::on_authentication(authentication_step step, words whose) {
  if (const auto* challenge = std::get_if<authentication_challenge>(&step)) {
    fault later = instead_.reply && ends_login(*instead_.reply) ? std::exchange(instead_, {}) : fault{};
    reply(challenge->reply, verb::auth, state_in_auth_);
    if (later.reply) instead_ = std::move(later);
    return;
  }
  if (auto* question = std::get_if<credentials_offered>(&step)) {
    waiting_ = waiting::credentials;
    events_.emplace_back(std::move(*question));
    return;
  }
  if (auto* wanted = std::get_if<secret_requested>(&step)) {
    waiting_ = waiting::secret;
    events_.emplace_back(std::move(*wanted));
    return;
  }
  const wire::reply& end = std::get_if<authentication_ended>(&step)->reply;
  // What was to be said of the outcome is not said of a login that was cancelled or not understood.
  if (instead_.reply && ends_login(*instead_.reply)) {
    if (!is_outcome(end)) instead_ = {};
    if (end.code == 235 && instead_.reply && !instead_.reply->positive()) authentication_.deny();
  }
  const auto key = whose == words::ours ? key_of(end) : std::nullopt;
  const wire::reply* theirs = key ? options_.replies.find(*key) : nullptr;
  problem_ = end.text();
  reply(theirs != nullptr ? *theirs : end, verb::auth, after_auth_);
  if (authentication_.too_many_failures()) part(reply_key::too_many_failed_logins, verb::auth);
}

}  // namespace smtpscope::session
