#pragma once
// What all tunnels of one relay share. All of it outlives them.

#include <atomic>
#include <cstdint>

#include "relay/base/reloadable.hpp"
#include "relay/net/resolver.hpp"
#include "relay/net/tls_client.hpp"
#include "relay/ops/metrics.hpp"
#include "relay/tunnel/door.hpp"
#include "smtpscope/tunnel/address_policy.hpp"
#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::tunnel {

struct counters {
  std::atomic<std::uint64_t> opened{0};  // also the number by which the log names a tunnel
  std::atomic<std::uint64_t> active{0};
};

struct services {
  const reloadable<address_policy>& policy;  // a tunnel keeps the one it began with
  const limits& bounds;
  net::resolver& names;
  const net::tls_client& remote_tls;
  const net::tls_client* mailbox_tls;  // trusts the embedded mailbox's authority; null without mailbox
  door& entrance;
  const token_file* tokens;  // null: nobody is asked for one
  counters& count;
  ops::metrics& seen;
};

}  // namespace smtpscope::tunnel
