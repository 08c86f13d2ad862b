// Rates and greylisting: what the engine remembers about clients.

#include "smtpscope/session/policy_engine.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

using wire::verb;

namespace {

decision refusal(const std::optional<wire::reply>& given, int code, wire::enhanced_code enhanced, const char* text) {
  decision d;
  d.what = verdict::reject;
  d.reply = given ? *given : wire::reply{code, enhanced, {text}};
  return d;
}

// The code that fits the command which the limit is told to (RFC 5321 §3.8, RFC 4954 §6; Postfix
// says 450 4.7.1 to MAIL and RCPT).
decision refusal(const rate_limit& r) {
  switch (r.what) {
    case rate_of::connections:
      return refusal(r.reply, 421, {4, 7, 0}, "{host} Too many connections from {client}, try again later");
    case rate_of::failed_logins: return refusal(r.reply, 454, {4, 7, 0}, "Too many failed logins, try again later");
    case rate_of::messages: return refusal(r.reply, 450, {4, 7, 1}, "Too many messages, try again later");
    case rate_of::recipients: return refusal(r.reply, 450, {4, 7, 1}, "Too many recipients, try again later");
  }
  return {};
}

// Which rate a question counts for, or asks.
std::optional<rate_of> rate_of_event(const server_event& event) {
  if (std::holds_alternative<reverse_path_offered>(event)) return rate_of::messages;
  if (std::holds_alternative<forward_path_offered>(event)) return rate_of::recipients;
  const auto* command = std::get_if<command_offered>(&event);
  if (command == nullptr) return std::nullopt;
  if (command->what == verb::unknown) return rate_of::connections;
  return command->what == verb::auth ? std::optional{rate_of::failed_logins} : std::nullopt;
}

// Domains compare without case.
std::string folded(const std::string& mailbox) {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string::npos) return text::to_lower(mailbox);
  return mailbox.substr(0, at) + text::to_lower(std::string_view{mailbox}.substr(at));
}

}  // namespace

policy_engine::rate_window& policy_engine::window_of(std::size_t rate, std::string_view who, milliseconds now) {
  rate_window& w = windows_.see(std::to_string(rate) + " " + std::string{who}, now);
  if (w.count == 0 || now - w.began >= rules_.rates[rate].window) w = {now, 0};
  return w;
}

std::optional<decision> policy_engine::over_a_rate(const policy_visit& visit, const server_event& event,
                                                   std::string_view user, milliseconds now) {
  const auto what = rate_of_event(event);
  if (!what) return std::nullopt;
  std::optional<decision> refused;
  for (std::size_t i = 0; i < rules_.rates.size(); ++i) {
    const rate_limit& r = rules_.rates[i];
    const bool by_user = r.per == rate_per::user;
    if (r.what != *what || (by_user && user.empty())) continue;
    rate_window& w = window_of(i, by_user ? user : std::string_view{visit.client_}, now);
    // A login fails after it was asked about: observe() counts those.
    const bool over = w.count >= r.most;
    if (*what != rate_of::failed_logins && !over) ++w.count;
    if (over && !refused) refused = refusal(r);
  }
  return refused;
}

void policy_engine::observe(const policy_visit& visit, const server_event& event, milliseconds now) {
  const auto* said = std::get_if<send_reply>(&event);
  if (said == nullptr || said->in_answer_to != verb::auth || said->reply.code != 535) return;
  for (std::size_t i = 0; i < rules_.rates.size(); ++i)
    if (rules_.rates[i].what == rate_of::failed_logins) ++window_of(i, visit.client_, now).count;
}

// RFC 6647: by client address, reverse-path and forward-path.
std::optional<decision> policy_engine::put_off(const policy_visit& visit, const forward_path_offered& q,
                                               std::string_view user, milliseconds now) {
  if (!rules_.greylist || !user.empty()) return std::nullopt;
  const greylisting& g = *rules_.greylist;
  const std::string key = visit.client_ + " " + folded(q.from.mailbox_text()) + " " + folded(q.path.mailbox_text());
  const auto last = triplets_.last_seen(key);
  first_sight& t = triplets_.see(key, now);
  if (!last || now - *last > g.remember) t.first = now;
  if (now - t.first >= g.delay) return std::nullopt;
  return refusal(g.reply, 450, {4, 7, 1}, "Greylisted, try again later");
}

}  // namespace smtpscope::session
