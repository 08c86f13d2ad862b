#pragma once
// The names of Boost.Asio that the relay uses everywhere.

#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace smtpscope::net {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

// Waits without exceptions: the result is a tuple that begins with an error_code.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// A handler or token for what waits long: Asio keeps such a wait in the next free block of its own, which may be
// much larger, and an idle connection would hold that.
template <class Token>
[[nodiscard]] auto of_its_size(Token&& token) {
  return asio::bind_allocator(std::allocator<void>(), std::forward<Token>(token));
}

}  // namespace smtpscope::net
