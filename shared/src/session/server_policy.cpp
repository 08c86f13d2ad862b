#include "smtpscope/session/server_policy.hpp"

#include <algorithm>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::session {

namespace {

bool covers(const std::string& pattern, const std::string& mailbox_text) {
  const std::size_t at = mailbox_text.rfind('@');
  if (at == std::string::npos) return false;
  if (!pattern.empty() && pattern.front() == '@')
    return text::iequals(pattern, std::string_view{mailbox_text}.substr(at));
  const auto known = wire::mailbox::parse(pattern);
  const auto asked = wire::mailbox::parse(mailbox_text);
  return known && asked && known->same_as(*asked);
}

}  // namespace

decision server_policy::decide(const credentials_offered& q) const {
  if (q.mechanism == "ANONYMOUS") return {anonymous, std::nullopt};
  // RFC 4954 §6: one answer for an unknown name and a wrong password.
  const decision refused{verdict::reject, std::nullopt};
  bool good = false;
  for (const user& u : users) {  // all of them, so that time tells little
    const bool name = u.name == q.authentication_identity;
    const bool password = u.password.equals(q.password.reveal());
    good = good || (name && password);
  }
  // RFC 4616 §2: to act as somebody else is a right nobody has here.
  const bool self = q.authorization_identity.empty() || q.authorization_identity == q.authentication_identity;
  // EXTERNAL has no password, and nobody here has a certificate.
  return good && self && !q.password.empty() ? decision{} : refused;
}

std::optional<secret> server_policy::secret_for(const secret_requested& q) const {
  if (!q.authorization_identity.empty() && q.authorization_identity != q.authentication_identity) return std::nullopt;
  std::optional<secret> found;
  for (const user& u : users)
    if (u.name == q.authentication_identity) found = u.password;
  return found;
}

decision server_policy::decide(const reverse_path_offered& /*q*/) const { return {}; }

decision server_policy::decide(const forward_path_offered& q) const {
  const std::string& wanted = q.path.mailbox_text();
  if (text::iequals(wanted, "postmaster")) return {};  // RFC 5321 §4.5.1
  const bool known = std::any_of(mailboxes.begin(), mailboxes.end(),
                                 [&wanted](const std::string& pattern) { return covers(pattern, wanted); });
  if (known) return {};
  return {verdict::reject, wire::reply{550, wire::enhanced_code{5, 1, 1}, {"No such user here: " + q.path.text()}}};
}

decision server_policy::stored(std::string_view id) {
  return {verdict::accept, wire::reply{250, wire::enhanced_code{2, 0, 0}, {"OK: queued as " + std::string{id}}}};
}

bool answer(const server_policy& policy, server_session& session, const server_event& event) {
  if (const auto* q = std::get_if<secret_requested>(&event)) return session.answer_secret(policy.secret_for(*q)).ok();
  const std::optional<decision> d = decide(policy, event);
  return d && session.answer(*d).ok();
}

std::optional<decision> decide(const server_policy& policy, const server_event& event) {
  if (const auto* q = std::get_if<credentials_offered>(&event)) return policy.decide(*q);
  if (const auto* q = std::get_if<reverse_path_offered>(&event)) return policy.decide(*q);
  if (const auto* q = std::get_if<forward_path_offered>(&event)) return policy.decide(*q);
  return std::nullopt;
}

}  // namespace smtpscope::session
