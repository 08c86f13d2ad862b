#pragma once
// One HTTP connection: request after request, until the peer ends it, takes too long, or asks for
// a tunnel.

#include <atomic>
#include <vector>

#include "relay/base/reloadable.hpp"
#include "relay/net/asio.hpp"
#include "relay/net/tls_server.hpp"
#include "relay/tunnel/registry.hpp"
#include "relay/tunnel/services.hpp"
#include "relay/web/api.hpp"
#include "relay/web/client_address.hpp"
#include "relay/web/names.hpp"
#include "relay/web/site.hpp"

namespace smtpscope::web {

struct http_limits {
  milliseconds idle{15'000};  // between requests
  milliseconds write{30'000};
  std::size_t connections = 2048;
};

// What all connections share; it outlives them.
struct http_services {
  const reloadable<names>& served;
  const site& page;
  web::api& api;
  const tunnel::services& tunnels;
  tunnel::registry& standing;
  const http_limits& bounds;
  const net::tls_server* tls;  // null: HTTP in the clear
  const client_rules& clients;
  std::atomic<std::size_t>& connections;  // that stand, but for tunnels
};

// The socket's executor does one thing at a time; it comes from a listener that has set no_delay.
[[nodiscard]] net::awaitable<void> serve_connection(net::tcp::socket socket, net::tcp::endpoint client,
                                                    const http_services& shared);

// Accepts until the acceptor is closed; each connection lives on the acceptor's executor.
[[nodiscard]] net::awaitable<void> accept_connections(net::tcp::acceptor& acceptor, const http_services& shared);

}  // namespace smtpscope::web
