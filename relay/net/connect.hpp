#pragma once
// Connecting to the first address that answers.

#include <functional>
#include <optional>
#include <vector>

#include "relay/net/stream.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tunnel/codes.hpp"
#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::net {

// The address that answered, or why none did: the most telling reason of all addresses.
struct connect_result {
  std::optional<tunnel::ip_address> address;
  tunnel::code failure = tunnel::code::timeout;
};

// Tries the addresses in order; each gets an equal share of the time that is left. `waits` is called when it does not
// stand at once.
[[nodiscard]] awaitable<connect_result> connect_first(
    stream& server, std::vector<tunnel::ip_address> addresses, std::uint16_t port, milliseconds within,
    std::function<void()> waits = [] {});

[[nodiscard]] tcp::endpoint to_endpoint(const tunnel::ip_address& address, std::uint16_t port);
[[nodiscard]] tunnel::ip_address from_asio(const asio::ip::address& address);

// What an error of a socket means, in the words of the tunnel.
[[nodiscard]] tunnel::code code_of(const error_code& ec);

}  // namespace smtpscope::net
