#pragma once
// The listener for whoever watches over the relay: is it alive, is it ready, what has it done.
//
//   /healthz   200 while the process serves
//   /readyz    200, and 503 from the moment the relay is asked to end
//   /metrics   Prometheus

#include <functional>

#include "relay/net/asio.hpp"
#include "relay/ops/metrics.hpp"

namespace smtpscope::ops {

// What the listener tells. All of it outlives the listener's coroutines.
struct watched {
  metrics& counted;
  std::function<gauges()> now;  // from any thread
};

// Answers until the acceptor is closed; few connections at a time, each with limits in time.
[[nodiscard]] net::awaitable<void> serve_operations(net::tcp::acceptor& acceptor, const watched& shared);

}  // namespace smtpscope::ops
