#pragma once
// The socket under the page's WebSocket.
//
// Its own type, because Beast's way to end a WebSocket over TCP reads until the peer hangs up,
// without a limit in time. Here ending means to say so (FIN) and nothing more; the bridge reads on
// for as long as it grants.

#include <utility>

#include <boost/asio/append.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "relay/net/asio.hpp"

namespace smtpscope::tunnel {

class page_socket : public net::tcp::socket {
 public:
  explicit page_socket(net::tcp::socket connected) : net::tcp::socket(std::move(connected)) {}
};

// Found by Beast through the namespace of page_socket.
template <class Handler>
void async_teardown(boost::beast::role_type, page_socket& socket, Handler&& handler) {
  net::error_code ec;
  socket.shutdown(net::tcp::socket::shutdown_send, ec);
  net::asio::post(socket.get_executor(), net::asio::append(std::forward<Handler>(handler), ec));
}

// Without permessage-deflate: it would hold 300 KiB a connection, and mail does not compress.
using page_stream = boost::beast::websocket::stream<page_socket, /*deflateSupported=*/false>;

}  // namespace smtpscope::tunnel
