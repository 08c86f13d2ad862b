#include "relay/web/client_address.hpp"

#include <algorithm>

namespace smtpscope::web {

std::optional<tunnel::ip_address> counted_address(const tunnel::ip_address& peer, std::string_view forwarded,
                                                  const client_rules& rules) {
  const bool loopback = tunnel::classify(peer) == tunnel::address_class::loopback;
  if (rules.behind == proxied::no) return loopback ? std::nullopt : std::optional(peer);
  const bool is_proxy = rules.proxies.empty()
                            ? loopback
                            : std::find(rules.proxies.begin(), rules.proxies.end(), peer) != rules.proxies.end();
  if (!is_proxy) return peer;
  std::string_view last = forwarded.substr(forwarded.rfind(',') + 1);  // npos + 1 is 0
  while (!last.empty() && (last.front() == ' ' || last.front() == '\t')) last.remove_prefix(1);
  while (!last.empty() && (last.back() == ' ' || last.back() == '\t')) last.remove_suffix(1);
  if (const auto said = tunnel::parse_ip_address(last)) return said;
  return peer;  // a proxy that says nothing is one client
}

}  // namespace smtpscope::web
