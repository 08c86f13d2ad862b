#pragma once
// The names of Boost.Asio that the relay uses everywhere.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
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

}  // namespace smtpscope::net
