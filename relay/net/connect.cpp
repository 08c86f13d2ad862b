#include "relay/net/connect.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace smtpscope::net {
namespace {

using clock = std::chrono::steady_clock;

// The more an error says about the server, the higher.
int weight(tunnel::code c) {
  if (c == tunnel::code::refused) return 3;
  if (c == tunnel::code::reset) return 2;
  return c == tunnel::code::timeout ? 1 : 0;
}

awaitable<error_code> connect_one(stream& server, const tcp::endpoint& to, clock::duration within,
                                  const std::function<void()>& waits) {
  using namespace asio::experimental::awaitable_operators;
  if (const error_code ec = server.begin_connecting(to); ec != asio::error::would_block) co_return ec;
  waits();
  asio::steady_timer timer(server.socket().get_executor(), within);
  const auto first = co_await (server.finish_connecting() || timer.async_wait(use_tuple));
  if (const auto* ec = std::get_if<0>(&first)) co_return *ec;
  co_return asio::error::timed_out;
}

}  // namespace

awaitable<connect_result> connect_first(stream& server, std::vector<tunnel::ip_address> addresses, std::uint16_t port,
                                        milliseconds within, std::function<void()> waits) {
  const auto end = clock::now() + within;
  std::optional<tunnel::code> why;
  for (std::size_t i = 0; i < addresses.size() && !server.closed(); ++i) {
    const auto share = (end - clock::now()) / static_cast<int>(addresses.size() - i);
    const error_code ec =
        co_await connect_one(server, to_endpoint(addresses[i], port), std::max(share, clock::duration{}), waits);
    if (!ec) co_return connect_result{addresses[i], {}};
    const tunnel::code this_one = code_of(ec);
    if (!why || weight(this_one) > weight(*why)) why = this_one;
  }
  co_return connect_result{std::nullopt, why.value_or(tunnel::code::timeout)};
}

tcp::endpoint to_endpoint(const tunnel::ip_address& address, std::uint16_t port) {
  if (address.is_v4()) return {asio::ip::address_v4(address.v4_octets()), port};
  return {asio::ip::address_v6(address.octets), port};
}

tunnel::ip_address from_asio(const asio::ip::address& address) {
  if (address.is_v4()) return tunnel::ip_address::v4(address.to_v4().to_bytes());
  return {address.to_v6().to_bytes()};
}

tunnel::code code_of(const error_code& ec) {
  namespace errc = boost::system::errc;
  if (ec == errc::connection_refused) return tunnel::code::refused;
  if (ec == errc::timed_out) return tunnel::code::timeout;
  if (ec == errc::network_unreachable || ec == errc::host_unreachable || ec == errc::address_not_available ||
      ec == errc::network_down || ec == errc::permission_denied || ec == errc::operation_not_permitted ||
      ec == errc::address_family_not_supported)
    return tunnel::code::unreachable;
  return tunnel::code::reset;
}

}  // namespace smtpscope::net
