#include "smtpscope/session/policy_engine.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/session/address_pattern.hpp"

namespace smtpscope::session {

using wire::verb;

namespace {

fault_point point_of(verb v) {
  switch (v) {
    case verb::unknown: return fault_point::connect;
    case verb::ehlo: return fault_point::ehlo;
    case verb::helo: return fault_point::helo;
    case verb::starttls: return fault_point::starttls;
    case verb::auth: return fault_point::auth;
    case verb::mail: return fault_point::mail;
    case verb::rcpt: return fault_point::rcpt;
    case verb::data: return fault_point::data;
    case verb::bdat: return fault_point::bdat;
    case verb::rset: return fault_point::rset;
    case verb::noop: return fault_point::noop;
    case verb::vrfy: return fault_point::vrfy;
    case verb::expn: return fault_point::expn;
    case verb::help: return fault_point::help;
    case verb::quit: return fault_point::quit;
  }
  return fault_point::any;
}

// Whether the command is carried out before this reply is said.
bool says_yes(const wire::reply& r, fault_point at) {
  if (at == fault_point::auth && ends_login(r)) return true;
  const bool goes_on = at == fault_point::data || at == fault_point::auth;
  return r.kind() == (goes_on ? wire::reply_class::intermediate : wire::reply_class::positive);
}

bool strikes(const fault& f, std::uint32_t match) {
  switch (f.when) {
    case occurrence::each: return true;
    case occurrence::nth: return match == f.number;
    case occurrence::every: return match % f.number == 0;
    case occurrence::from: return match >= f.number;
  }
  return false;
}

// splitmix64: every bit of the input moves every bit of the output.
std::uint64_t scatter(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// One that stays where it is, so that a rule that matched for weeks does not begin anew.
void count_up(std::uint32_t& n) noexcept { n += n == UINT32_MAX ? 0U : 1U; }

}  // namespace

policy_engine::policy_engine(server_policy policy, policy_rules rules)
    : policy_(std::move(policy)),
      rules_(std::move(rules)),
      matched_(rules_.faults.size()),
      windows_(most_rate_windows),
      triplets_(rules_.greylist ? rules_.greylist->triplets : 1) {}

policy_visit policy_engine::begin(std::string client) {
  policy_visit v;
  v.number_ = ++visits_;
  v.client_ = std::move(client);
  v.matched_.resize(rules_.faults.size());
  return v;
}

bool policy_engine::delays() const noexcept {
  return std::any_of(rules_.faults.begin(), rules_.faults.end(), [](const fault& f) { return f.delay.count() > 0; });
}

std::optional<policy_engine::question> policy_engine::question_of(const server_event& event) {
  if (const auto* q = std::get_if<command_offered>(&event)) return question{point_of(q->what), {}};
  if (const auto* q = std::get_if<reverse_path_offered>(&event))
    return question{fault_point::mail, {q->path.mailbox_text()}};
  if (const auto* q = std::get_if<forward_path_offered>(&event))
    return question{fault_point::rcpt, {q->path.mailbox_text()}};
  if (const auto* q = std::get_if<lookup_offered>(&event)) return question{point_of(q->what), {q->name}};
  if (const auto* q = std::get_if<message_offered>(&event)) {
    question out{fault_point::content, {q->from.mailbox_text()}};
    for (const accepted_recipient& to : q->to) out.addresses.emplace_back(to.path.mailbox_text());
    return out;
  }
  return std::nullopt;
}

const fault* policy_engine::fault_for(policy_visit& visit, const question& q) {
  const fault* found = nullptr;
  for (std::size_t i = 0; i < rules_.faults.size() && i < visit.matched_.size(); ++i) {
    const fault& f = rules_.faults[i];
    if (f.at != fault_point::any && f.at != q.at) continue;
    const auto meant = [&f](std::string_view address) { return means(f.address, address); };
    if (!f.address.empty() && std::none_of(q.addresses.begin(), q.addresses.end(), meant)) continue;
    // All that match count, whichever of them strikes.
    std::uint32_t& match = f.counted == counted_per::session ? visit.matched_[i] : matched_[i];
    count_up(match);
    const std::uint64_t session = f.counted == counted_per::session ? visit.number_ : 0;
    if (found == nullptr && strikes(f, match) && drawn(session, i, match)) found = &f;
  }
  return found;
}

// Drawn from what the command is and not from a row of numbers: sessions that run at the same time
// do not change each other's luck.
bool policy_engine::drawn(std::uint64_t session, std::size_t fault, std::uint32_t match) const noexcept {
  const std::uint64_t draw = scatter(scatter(scatter(rules_.seed) ^ session) ^ (std::uint64_t{fault} << 32U) ^ match);
  return draw % 100 < rules_.faults[fault].percent;
}

std::optional<decision> policy_engine::decide(policy_visit& visit, const server_event& event, std::string_view user,
                                              milliseconds now) {
  if (std::holds_alternative<credentials_offered>(event)) return session::decide(policy_, event);
  const auto q = question_of(event);
  if (!q) return std::nullopt;
  const fault* f = fault_for(visit, *q);
  if (f == nullptr) return own_answer(visit, event, user, now);
  decision d;
  if (f->reply) {
    d.what = says_yes(*f->reply, q->at) ? verdict::accept : verdict::reject;
    d.reply = f->reply;
  } else if (!f->garbage.empty()) {
    d.what = verdict::reject;
    d.garbage = f->garbage;
  } else {
    d = own_answer(visit, event, user, now);
    d.drop_after = f->drop_after;
    d.certificate = f->certificate;
  }
  d.then = f->then;
  d.delay = f->delay;
  return d;
}

decision policy_engine::own_answer(const policy_visit& visit, const server_event& event, std::string_view user,
                                   milliseconds now) {
  if (auto late = over_a_rate(visit, event, user, now)) return *late;
  decision plain = session::decide(policy_, event).value_or(decision{});
  const auto* to = std::get_if<forward_path_offered>(&event);
  if (to == nullptr || plain.what == verdict::reject) return plain;
  return put_off(visit, *to, user, now).value_or(plain);
}

certificate_choice policy_engine::handshake(policy_visit& visit) {
  const fault* f = fault_for(visit, {fault_point::starttls, {}});
  return f == nullptr ? certificate_choice::own : f->certificate;
}

}  // namespace smtpscope::session
