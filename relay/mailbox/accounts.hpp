#pragma once
// Who may log in to the embedded mailbox and which addresses it takes mail for.

#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/server_policy.hpp"

namespace smtpscope::mailbox {

// The domain of the built-in addresses and of users whose name is no address (RFC 2606 keeps it free).
inline constexpr std::string_view default_domain = "example.org";

// What stands for --user when none is given. Not a secret: it is printed and sent to the page.
struct demo_user {
  std::string_view name;
  std::string_view password;
};
inline constexpr demo_user demo{"alice@example.org", "wonderland"};

// Reads "NAME:PASSWORD": the name ends at the first colon; neither part may be empty, and the name
// may hold no control character, and SASLprep must keep both (session::check_user). Error: invalid_argument, without
// the password in its text.
[[nodiscard]] result<session::user> parse_user(std::string_view text);

// The policy for these users (the demo user where there are none): they may log in, and mail is
// taken for each user's address ("alice" stands for alice@example.org too), for alice, bob and
// carol @example.org and @localhost, and for postmaster.
[[nodiscard]] session::server_policy make_policy(std::vector<session::user> users);

}  // namespace smtpscope::mailbox
