#include "smtpscope/tunnel/address_policy.hpp"

#include <algorithm>
#include <utility>

namespace smtpscope::tunnel {
namespace {

constexpr std::int64_t max_port = 65535;

// The page's own text may stand in a message, but not much of it and no control characters.
std::string shown(std::string_view text) {
  constexpr std::size_t enough = 80;
  std::string out;
  for (const char c : text.substr(0, enough)) out += (c >= ' ' && c <= '~') ? c : '?';
  return text.size() > enough ? out + "…" : out;
}

}  // namespace

void address_policy::allow(host_name host, std::uint16_t port) {
  for (const authorised& d : list_)
    if (d.host == host && d.port == port) return;
  list_.push_back({std::move(host), port, destination_kind::remote, std::nullopt, payload::any});
}

void address_policy::seal(const host_name& host, std::uint16_t port) {
  allow(host, port);
  std::optional<ip_address> mailbox;
  for (authorised& d : list_)
    if (d.host == host && d.port == port) {
      d.carries = payload::ciphertext;
      mailbox = d.pinned;
    }
  if (!mailbox) return;
  for (authorised& d : list_)  // it has other names
    if (d.pinned == mailbox && d.port == port) d.carries = payload::ciphertext;
}

void address_policy::allow_mailbox(host_name host, std::uint16_t port, ip_address at) {
  list_.erase(
      std::remove_if(list_.begin(), list_.end(), [&](const authorised& d) { return d.host == host && d.port == port; }),
      list_.end());
  list_.push_back({std::move(host), port, destination_kind::mailbox, at, payload::any});
}

std::variant<authorised, refusal> address_policy::authorise(std::string_view host, std::int64_t port) const {
  if (port < 1 || port > max_port)
    return refusal{code::not_allowed,
                   "Port " + std::to_string(port) + " does not exist: a port is a number from 1 to 65535."};
  const result<host_name> name = host_name::parse(host);
  if (!name)
    return refusal{code::not_allowed, "\"" + shown(host) + "\" is not accepted as a host: " + name.why().detail + "."};
  for (const authorised& d : list_)
    if (d.host == *name && d.port == port) return d;
  const std::string where = format_host_and_port(name->text(), static_cast<std::uint16_t>(port));
  std::string message =
      "This relay does not go to " + where + ". Whoever runs it can allow that: smtpscope serve --allow " + where;
  if (name->address() && classify(*name->address()) != address_class::global) message += " --allow-private";
  return refusal{code::not_allowed, std::move(message)};
}

std::optional<refusal> address_policy::check(const authorised& to, const std::vector<ip_address>& addresses) const {
  if (to.pinned || private_ == private_addresses::allowed) return std::nullopt;
  for (const ip_address& address : addresses) {
    const address_class what = classify(address);
    if (what == address_class::global) continue;
    const std::string text = format(address);
    return refusal{code::blocked_address,
                   (to.host.text() == text ? text : to.host.text() + " stands for " + text + ", which") + " is " +
                       std::string(describe(what)) +
                       ". The relay goes to public addresses only, unless it is started with --allow-private."};
  }
  return std::nullopt;
}

std::vector<destination> address_policy::destinations() const {
  std::vector<destination> all;
  all.reserve(list_.size());
  for (const authorised& d : list_) all.push_back({d.host.text(), d.port, d.kind, d.carries});
  return all;
}

}  // namespace smtpscope::tunnel
