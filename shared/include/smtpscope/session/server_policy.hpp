#pragma once
// Answers a server session's questions from plain data: known users, known mailboxes, mailing lists.
// The embedded mailbox and the page's simulated server use the same one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/secret.hpp"
#include "smtpscope/session/server_event.hpp"
#include "smtpscope/session/server_session.hpp"

namespace smtpscope::session {

// Both as they were given; logins compare them by SASLprep (RFC 4013), but for CRAM-MD5 and DIGEST-MD5,
// whose proofs are made of the very octets.
struct user {
  std::string name;  // authentication identity; case counts
  secret password;
};

// Error: forbidden_character, where SASLprep refuses the name or the password as what is stored, or leaves
// nothing of it: nobody could log in. The password is not in its text.
[[nodiscard]] status check_user(const user& who);

// EXPN names the members; mail for the list's address is taken.
struct mailing_list {
  std::string address;               // "list@domain"
  std::vector<std::string> members;  // "a@b" or "Name <a@b>"
};

struct server_policy {
  std::vector<user> users;
  // Accepted forward-paths "local@domain" or "Name <local@domain>", "@domain" for every mailbox of a
  // domain, or "*" for every mailbox there is. Domains compare without case. "Postmaster" is always accepted (RFC 5321
  // §4.5.1).
  std::vector<std::string> mailboxes;
  verdict anonymous = verdict::reject;  // of SASL ANONYMOUS
  std::vector<mailing_list> lists;

  [[nodiscard]] decision decide(const credentials_offered& q) const;
  // The user's password; nothing for an unknown user, and for one who asks to act as another.
  [[nodiscard]] std::optional<secret> secret_for(const secret_requested& q) const;
  [[nodiscard]] decision decide(const reverse_path_offered& q) const;
  [[nodiscard]] decision decide(const forward_path_offered& q) const;
  // VRFY: 250 with name and address, 553 with all that match, 550 (RFC 5321 §3.5.1). EXPN: 250 with a
  // line a member, 550. Names compare without case: an address, its local part, a person's name.
  [[nodiscard]] decision decide(const lookup_offered& q) const;
  // "250 2.0.0 OK: queued as <id>"; the host stores the message before it answers.
  [[nodiscard]] static decision stored(std::string_view id);
};

// The policy's answer when `event` is a question it can answer (all but message_offered and
// command_offered).
[[nodiscard]] std::optional<decision> decide(const server_policy& policy, const server_event& event);

// Gives `session` the policy's answer to `event`, secret_requested included. False: it was no
// question, or message_offered.
bool answer(const server_policy& policy, server_session& session, const server_event& event);

}  // namespace smtpscope::session
