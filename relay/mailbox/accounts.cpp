#include "relay/mailbox/accounts.hpp"

#include <algorithm>

#include "smtpscope/wire/address.hpp"

namespace smtpscope::mailbox {

result<session::user> parse_user(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return error{errc::invalid_argument, "A user is given as NAME:PASSWORD, both not empty, for example " +
                                             std::string(demo.name) + ":" + std::string(demo.password)};
  const std::string_view name = text.substr(0, colon);
  const std::string_view password = text.substr(colon + 1);
  // NUL separates the parts of AUTH PLAIN (RFC 4616 §2); the others cannot be typed by intention.
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::any_of(name.begin(), name.end(), control) || password.find('\0') != std::string_view::npos)
    return error{errc::invalid_argument, "A user's name and password may hold no control characters"};
  session::user made{std::string(name), secret(std::string(password))};
  if (const status ok = session::check_user(made); !ok)
    return error{errc::invalid_argument,
                 "A user's name and password are kept as RFC 4013 (SASLprep) says: " + ok.why().detail};
  return made;
}

session::server_policy make_policy(std::vector<session::user> users) {
  session::server_policy policy;
  if (users.empty()) users.push_back({std::string(demo.name), secret(std::string(demo.password))});
  for (const std::string_view local_part : {"alice", "bob", "carol"})
    for (const std::string_view domain : {default_domain, std::string_view("localhost")})
      policy.mailboxes.push_back(std::string(local_part) + "@" + std::string(domain));
  for (const session::user& u : users) {
    if (wire::mailbox::parse(u.name)) {
      policy.mailboxes.push_back(u.name);
      continue;
    }
    for (const std::string_view domain : {default_domain, std::string_view("localhost")}) {
      std::string address = u.name + "@" + std::string(domain);
      if (wire::mailbox::parse(address)) policy.mailboxes.push_back(std::move(address));
    }
  }
  policy.users = std::move(users);
  return policy;
}

}  // namespace smtpscope::mailbox
