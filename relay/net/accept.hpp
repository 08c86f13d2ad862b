#pragma once
// How a port's connections are taken: by several threads, each with an acceptor of its own.

#include <chrono>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "relay/net/asio.hpp"

namespace smtpscope::net {

// Has `other`, which is not open, take connections of the port of `first`, as another thread of the same program.
[[nodiscard]] error_code share_port(tcp::acceptor& other, tcp::acceptor& first);

// Calls `take(socket, client)` for each connection until the acceptor is closed; the socket works on the acceptor's
// executor. Where the system has none left to give (no descriptors, no memory), others have to end first: it waits a
// moment and goes on. `listener` names it in the log.
template <class Take>
awaitable<void> accept_each(tcp::acceptor& acceptor, std::string_view listener, Take take) {
  constexpr std::chrono::milliseconds moment{100};
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    tcp::endpoint client;
    auto [failed, socket] = co_await acceptor.async_accept(client, use_tuple);
    if (!failed) {
      take(std::move(socket), client);
    } else if (acceptor.is_open() && failed != asio::error::connection_aborted) {
      spdlog::warn("{}: cannot accept a connection: {}", listener, failed.message());
      pause.expires_after(moment);
      co_await pause.async_wait(use_tuple);
    }
  }
}

}  // namespace smtpscope::net
