#pragma once
// The loop in which a listener takes its connections.

#include <chrono>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "relay/net/asio.hpp"

namespace smtpscope::net {

// Calls `take(socket, client)` for each connection until the acceptor is closed; the socket works on the executor
// that `next_home()` gives. Where the system has none left to give (no descriptors, no memory), others have to end
// first: it waits a moment and goes on. `listener` names it in the log.
template <class NextHome, class Take>
awaitable<void> accept_each(tcp::acceptor& acceptor, std::string_view listener, NextHome next_home, Take take) {
  constexpr std::chrono::milliseconds moment{100};
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    tcp::endpoint client;
    auto [failed, socket] = co_await acceptor.async_accept(next_home(), client, use_tuple);
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
