#include "smtpscope/session/client_results.hpp"

#include <algorithm>

namespace smtpscope::session {

namespace {

bool any(const std::vector<recipient_result>& all, fate wanted) {
  return std::any_of(all.begin(), all.end(), [wanted](const recipient_result& r) { return r.end == wanted; });
}

outcome outcome_of(const std::vector<recipient_result>& all) {
  if (any(all, fate::unknown)) return outcome::unknown;
  if (!any(all, fate::delivered)) return outcome::failed;
  return any(all, fate::refused) || any(all, fate::not_sent) ? outcome::partly : outcome::delivered;
}

}  // namespace

client_results::client_results(const std::vector<client_message>& messages) : concluded_(messages.size(), 0) {
  for (const client_message& m : messages) {
    message_result& result = messages_.emplace_back();
    for (const wire::forward_path& path : m.mail().to) result.recipients.push_back({path, std::nullopt});
  }
}

void client_results::note(std::size_t message, const failure& why) {
  if (!messages_[message].why) messages_[message].why = why;
}

const message_result& client_results::conclude(std::size_t message) {
  message_result& m = messages_[message];
  concluded_[message] = 1;
  m.result = outcome_of(m.recipients);
  if (m.result == outcome::delivered) m.why.reset();
  if (m.result != outcome::delivered && !m.why)
    m.why = failure{failure_kind::refused, client_stage::rcpt, "the server refused some recipients"};
  return m;
}

bool client_results::all_concluded() const noexcept {
  return std::find(concluded_.begin(), concluded_.end(), 0) == concluded_.end();
}

finished client_results::sum() const {
  finished f;
  for (const message_result& m : messages_) {
    if (!f.why) f.why = m.why;
    f.recipients.insert(f.recipients.end(), m.recipients.begin(), m.recipients.end());
  }
  f.result = outcome_of(f.recipients);
  f.messages = messages_;
  return f;
}

}  // namespace smtpscope::session
