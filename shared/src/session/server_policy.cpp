#include "smtpscope/session/server_policy.hpp"

#include <algorithm>

#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::session {

namespace {

// "a@b" of "Name <a@b>", or the whole.
std::string_view address_of(std::string_view entry) {
  const std::size_t open = entry.rfind('<');
  if (open == std::string_view::npos || entry.back() != '>') return entry;
  return entry.substr(open + 1, entry.size() - open - 2);
}

std::string_view person_of(std::string_view entry) {
  const std::size_t open = address_of(entry).size() == entry.size() ? 0 : entry.rfind('<');
  std::string_view name = entry.substr(0, open);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  return name;
}

// "Name <a@b>", or "<a@b>" where nobody's name is known.
std::string shown(std::string_view entry) {
  return address_of(entry).size() == entry.size() ? "<" + std::string{entry} + ">" : std::string{entry};
}

bool same_mailbox(std::string_view pattern, std::string_view wanted) {
  const auto known = wire::mailbox::parse(pattern, wire::utf8::allowed);
  const auto asked = wire::mailbox::parse(wanted, wire::utf8::allowed);
  return known && asked && known->same_as(*asked);
}

bool covers(std::string_view pattern, const std::string& mailbox_text) {
  if (pattern == "*") return true;
  const std::size_t at = mailbox_text.rfind('@');
  if (at == std::string::npos) return false;
  if (!pattern.empty() && pattern.front() == '@') {
    const std::string_view domain = std::string_view{mailbox_text}.substr(at);
    if (text::all_ascii(pattern) && text::all_ascii(domain)) return text::iequals(pattern, domain);
    return same_mailbox("x" + std::string{pattern}, "x" + std::string{domain});  // U-labels are A-labels
  }
  return same_mailbox(address_of(pattern), mailbox_text);
}

// Whether a person who writes `name` after VRFY or EXPN means this entry.
bool is_meant(std::string_view entry, std::string_view name) {
  const std::string_view address = address_of(entry);
  if (text::iequals(address_of(name), address) || text::iequals(name, address.substr(0, address.rfind('@'))))
    return true;
  const std::string_view person = person_of(entry);
  const std::size_t family = person.rfind(' ');
  return !person.empty() && (text::iequals(name, person) ||
                             (family != std::string_view::npos && text::iequals(name, person.substr(family + 1))));
}

// RFC 4616 §2, RFC 5802 §5.1: names and passwords are the same when SASLprep leaves the same of them. What
// it refuses is the same as nothing: the empty text, which logs nobody in.
std::string prepared(std::string_view text, sasl::prepared_as use = sasl::prepared_as::query) {
  auto made = sasl::prepare(text, "", use);
  return made ? std::move(*made) : std::string{};
}

std::string kept(std::string_view text) { return prepared(text, sasl::prepared_as::stored); }

status check_stored(std::string_view text, std::string_view what) {
  const auto made = sasl::prepare(text, what, sasl::prepared_as::stored);
  if (!made) return made.why();
  if (!made->empty() || text.empty()) return {};
  return error{errc::forbidden_character, "nothing that counts is left of " + std::string{what} + " (RFC 4013)"};
}

decision found(int code, wire::enhanced_code enhanced, std::vector<std::string> lines) {
  return {verdict::accept, wire::reply{code, enhanced, std::move(lines)}};
}

}  // namespace

status check_user(const user& who) {
  if (status ok = check_stored(who.name, "the user's name"); !ok) return ok;
  return check_stored(who.password.reveal(), "the user's password");
}

decision server_policy::decide(const credentials_offered& q) const {
  if (q.mechanism == "ANONYMOUS") return {anonymous, std::nullopt};
  // RFC 4954 §6: one answer for an unknown name and a wrong password.
  const decision refused{verdict::reject, std::nullopt};
  const std::string name = prepared(q.authentication_identity);
  const secret password{prepared(q.password.reveal())};
  bool good = false;
  for (const user& u : users) {  // all of them, so that time tells little
    const bool same_name = kept(u.name) == name;
    const bool same_password = secret{kept(u.password.reveal())}.equals(password.reveal());
    good = good || (same_name && same_password);
  }
  // RFC 4616 §2: to act as somebody else is a right nobody has here.
  const bool self = q.authorization_identity.empty() || prepared(q.authorization_identity) == name;
  // EXTERNAL has no password, and nobody here has a certificate; nor is one right of which nothing is left.
  return good && self && !name.empty() && !password.empty() ? decision{} : refused;
}

std::optional<secret> server_policy::secret_for(const secret_requested& q) const {
  const std::string name = prepared(q.authentication_identity);
  if (!q.authorization_identity.empty() && prepared(q.authorization_identity) != name) return std::nullopt;
  std::optional<secret> found;
  if (name.empty()) return found;
  for (const user& u : users)
    if (kept(u.name) == name) found = u.password;
  return found;
}

decision server_policy::decide(const reverse_path_offered& /*q*/) const { return {}; }

decision server_policy::decide(const forward_path_offered& q) const {
  const std::string& wanted = q.path.mailbox_text();
  if (text::iequals(wanted, "postmaster")) return {};  // RFC 5321 §4.5.1
  const auto takes = [&wanted](const std::string& pattern) { return covers(pattern, wanted); };
  if (std::any_of(mailboxes.begin(), mailboxes.end(), takes)) return {};
  for (const mailing_list& list : lists)
    if (takes(list.address)) return {};
  return {verdict::reject};
}

decision server_policy::decide(const lookup_offered& q) const {
  if (q.what == wire::verb::expn) {
    for (const mailing_list& list : lists) {
      if (!is_meant(list.address, q.name)) continue;
      std::vector<std::string> lines;
      for (const std::string& member : list.members) lines.push_back(shown(member));
      return found(250, {2, 1, 5}, std::move(lines));
    }
    return {verdict::reject};
  }
  std::vector<std::string> lines;
  for (const std::string& entry : mailboxes)
    if (entry.front() != '@' && entry != "*" && is_meant(entry, q.name)) lines.push_back(shown(entry));
  if (lines.size() == 1) return found(250, {2, 1, 5}, std::move(lines));
  if (lines.empty()) return {verdict::reject};
  lines.insert(lines.begin(), "Ambiguous; possibilities are");
  return found(553, {5, 1, 4}, std::move(lines));
}

decision server_policy::stored(std::string_view id) {
  decision d;
  d.queue_id = std::string{id};
  return d;
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
  if (const auto* q = std::get_if<lookup_offered>(&event)) return policy.decide(*q);
  return std::nullopt;
}

}  // namespace smtpscope::session
