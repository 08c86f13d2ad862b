#include "smtpscope/session/client_plan.hpp"

#include <algorithm>
#include <numeric>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

client_plan::client_plan(const std::vector<client_message>& messages, std::size_t most)
    : most_(std::max<std::size_t>(most, 1)) {
  for (const client_message& m : messages) {
    std::vector<std::size_t>& all = pending_.emplace_back(m.mail().to.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
  }
}

bool client_plan::more() const noexcept {
  return std::any_of(pending_.begin(), pending_.end(), [](const auto& p) { return !p.empty(); });
}

std::size_t client_plan::next_message() const noexcept {
  const auto it = std::find_if(pending_.begin(), pending_.end(), [](const auto& p) { return !p.empty(); });
  return static_cast<std::size_t>(it - pending_.begin());
}

// RFC 9422 §4.3: different domains in a session, whether their recipients were accepted or not.
bool client_plan::may_ask(const std::string& domain, const std::optional<wire::server_limits>& limits) {
  if (!limits || !limits->rcptdomainmax) return true;
  const bool known =
      std::any_of(domains_.begin(), domains_.end(), [&](const std::string& d) { return text::iequals(d, domain); });
  if (known) return true;
  if (domains_.size() >= *limits->rcptdomainmax) return false;
  domains_.push_back(domain);
  return true;
}

client_transaction client_plan::begin(const std::optional<wire::server_limits>& limits, const submission& mail) {
  client_transaction t;
  t.message = next_message();
  std::size_t most = most_;
  if (limits && limits->rcptmax) most = std::min<std::size_t>(most, *limits->rcptmax);
  std::vector<std::size_t> later;
  for (const std::size_t recipient : pending_[t.message]) {
    const std::string& path = mail.to[recipient].mailbox_text();
    const std::size_t at = path.rfind('@');
    if (t.recipients.size() >= most) {
      later.push_back(recipient);
    } else if (may_ask(at == std::string::npos ? std::string{} : path.substr(at + 1), limits)) {
      t.recipients.push_back(recipient);
    } else {
      t.left_out = true;
    }
  }
  pending_[t.message] = std::move(later);
  return t;
}

void client_plan::take_back(std::size_t message, const std::vector<std::size_t>& recipients) {
  std::vector<std::size_t>& pending = pending_[message];
  pending.insert(pending.begin(), recipients.begin(), recipients.end());
}

void client_plan::put_back(std::size_t message, const std::vector<std::size_t>& recipients, std::size_t accepted) {
  take_back(message, recipients);
  most_ = std::max<std::size_t>(std::min(most_, accepted), 1);
}

}  // namespace smtpscope::session
