#pragma once
// From which address a page comes, as far as its connections are counted.

#include <optional>
#include <string_view>
#include <vector>

#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::web {

enum class proxied : std::uint8_t { no, yes };

struct client_rules {
  proxied behind = proxied::no;
  std::vector<tunnel::ip_address> proxies;  // whose word counts; none: those on this machine
};

// `forwarded` is the last X-Forwarded-For of the request, "" where there is none. Its last address counts, and
// only when a proxy says it: each proxy adds the address that it has seen, and what stands before that anybody may
// have written. Nothing for this machine's own, unless a proxy stands between: nobody counts those.
[[nodiscard]] std::optional<tunnel::ip_address> counted_address(const tunnel::ip_address& peer,
                                                                std::string_view forwarded, const client_rules& rules);

}  // namespace smtpscope::web
