#include "relay/ops/listener.hpp"

#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "relay/net/accept.hpp"
#include "relay/web/http_text.hpp"
#include "relay/web/reply.hpp"

namespace smtpscope::ops {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using net::error_code;
using net::use_tuple;

constexpr std::size_t most_connections = 32;
constexpr std::size_t header_octets = 8 * 1024;
constexpr std::chrono::seconds patience{10};  // for a request, and for the taking of its answer

web::reply answer(const web::request& asked, const watched& shared) {
  if (asked.method() != http::verb::get && asked.method() != http::verb::head) {
    web::reply r =
        web::error_reply(http::status::method_not_allowed, "method_not_allowed", "Only GET and HEAD are served here.");
    r.headers.emplace_back(http::field::allow, "GET, HEAD");
    return r;
  }
  const auto path = web::path_of(asked.target());
  if (path == "/healthz") return web::text_reply(http::status::ok, "ok\n");
  if (path == "/readyz")
    return shared.now().draining ? web::text_reply(http::status::service_unavailable, "draining\n")
                                 : web::text_reply(http::status::ok, "ready\n");
  if (path == "/metrics") {
    web::reply r = web::text_reply(http::status::ok, shared.counted.text(shared.now()));
    r.type = "text/plain; version=0.0.4; charset=utf-8";
    return r;
  }
  return web::error_reply(http::status::not_found, "not_found", "Here are /healthz, /readyz and /metrics.");
}

net::awaitable<void> serve_one(net::tcp::socket socket, const watched& shared) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer unread(header_octets);
  for (bool more = true; more;) {
    http::request_parser<http::empty_body> reader;
    reader.header_limit(header_octets);
    stream.expires_after(patience);
    const auto [ec, size] = co_await http::async_read_header(stream, unread, reader, use_tuple);
    if (ec) co_return;
    const web::request& asked = reader.get();
    const web::reply said = answer(asked, shared);
    more = asked.keep_alive() && reader.is_done();
    const auto response = web::to_response(said, asked, more ? web::after_reply::keep_open : web::after_reply::close);
    stream.expires_after(patience);
    const auto [failed, written] = co_await http::async_write(stream, response, use_tuple);
    if (failed) co_return;
  }
  error_code ignored;
  stream.socket().shutdown(net::tcp::socket::shutdown_send, ignored);
}

}  // namespace

net::awaitable<void> serve_operations(net::tcp::acceptor& acceptor, const watched& shared) {
  const auto home = acceptor.get_executor();
  return net::accept_each(
      acceptor, "operations",
      [home, &shared, active = std::make_shared<std::size_t>(0)](net::tcp::socket socket, const net::tcp::endpoint&) {
        if (*active >= most_connections) return;  // closed at once
        ++*active;
        net::asio::co_spawn(home, serve_one(std::move(socket), shared), [active](std::exception_ptr) { --*active; });
      });
}

}  // namespace smtpscope::ops
