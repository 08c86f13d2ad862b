#include "relay/web/connection.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "relay/net/accept.hpp"
#include "relay/net/connect.hpp"
#include "relay/net/page_socket.hpp"
#include "relay/net/watchdog.hpp"
#include "relay/web/http_text.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::web {
namespace {

namespace beast = boost::beast;
using net::error_code;
using net::use_tuple;

constexpr std::string_view tunnel_path = "/tunnel";
using parser = http::request_parser<http::empty_body>;

std::string_view header(const request& asked, http::field name) { return asked[name]; }

// Which errors of a request are worth an answer.
std::optional<reply> answer_to_error(const error_code& ec) {
  if (ec == net::asio::error::operation_aborted)  // by the watchdog
    return error_reply(http::status::request_timeout, "timeout", "The request did not come in time.");
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return error_reply(http::status::request_header_fields_too_large, "too_large",
                       "The header of the request is larger than this relay takes; /api/config says how much that is.");
  if (ec.category() != http::make_error_code(http::error::end_of_stream).category()) return std::nullopt;
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) return std::nullopt;
  return error_reply(http::status::bad_request, "bad_request", "This is not an HTTP/1.1 request.");
}

// What is wrong with every request of this kind, whatever it asks for.
std::optional<reply> refuse(const request& asked, const http_services& shared) {
  if (asked.count(http::field::host) > 1)
    return error_reply(http::status::bad_request, "bad_request", "A request names one host.");
  if (!shared.served.now()->serves_host(header(asked, http::field::host)))
    return error_reply(
        http::status::misdirected_request, "host_not_served",
        "This relay is not reached by that host name. Use the address that it printed at its start, or start it with "
        "--origin and the page's address.");
  if (asked.method() != http::verb::get && asked.method() != http::verb::head) {
    reply r = error_reply(http::status::method_not_allowed, "method_not_allowed", "Only GET and HEAD are served here.");
    r.headers.emplace_back(http::field::allow, "GET, HEAD");
    return r;
  }
  return std::nullopt;
}

std::optional<std::string_view> origin_of(const request& asked) {
  const auto found = asked.find(http::field::origin);
  if (found == asked.end()) return std::nullopt;
  return std::string_view(found->value());
}

reply origin_refused(std::optional<std::string_view> from) {
  return error_reply(
      http::status::forbidden, "origin_not_allowed",
      from ? "Pages from that origin may not use this relay. Whoever runs it can allow that: smtpscope serve --origin "
             "URL"
           : "The request names no origin. For programs that are no browsers: smtpscope serve --allow-no-origin");
}

// Why this is no request for a tunnel, where it is none.
std::optional<reply> refuse_tunnel(const request& asked, const http_services& shared) {
  const auto from = origin_of(asked);
  if (!shared.served.now()->trusts_origin(from) || asked.count(http::field::origin) > 1) return origin_refused(from);
  if (!beast::websocket::is_upgrade(asked)) {
    reply r = error_reply(http::status::upgrade_required, "upgrade_required", "The tunnel is a WebSocket.");
    r.headers.emplace_back(http::field::upgrade, "websocket");
    return r;
  }
  const auto [first, last] = asked.equal_range(http::field::sec_websocket_protocol);
  if (std::none_of(first, last, [](const auto& field) { return lists_token(field.value(), tunnel::subprotocol); }))
    return error_reply(http::status::bad_request, "subprotocol_required",
                       "The tunnel's subprotocol is smtpscope.tunnel.v1.");
  return std::nullopt;
}

// Messages of the mailbox, where the relay asks for tokens: whoever shows one in `Authorization: Bearer`
// (RFC 6750 §2.1). A page's own requests name no origin.
std::optional<reply> refuse_messages(std::string_view path, const request& asked, const http_services& shared) {
  if (shared.tunnels.tokens == nullptr || path.rfind("/api/messages", 0) != 0) return std::nullopt;
  constexpr std::string_view scheme = "Bearer ";
  std::string_view given = header(asked, http::field::authorization);
  const bool shown = text::istarts_with(given, scheme);
  if (shown) given.remove_prefix(scheme.size());
  const auto from = origin_of(asked);
  const auto verdict = shared.tunnels.tokens->now()->judge(given, from.value_or("-"), tunnel::wall_clock()).what;
  if (shown && (verdict == tunnel::token_verdict::good || (!from && verdict == tunnel::token_verdict::other_origin)))
    return std::nullopt;
  reply r = error_reply(http::status::unauthorized, shown ? "token_refused" : "token_required",
                        shown ? "The relay does not take this token: it is unknown, expired, or of another page."
                              : "This relay asks for a token: Authorization: Bearer TOKEN.");
  r.headers.emplace_back(http::field::www_authenticate, "Bearer");
  return r;
}

net::awaitable<reply> answer(const request& asked, const http_services& shared) {
  if (auto no = refuse(asked, shared)) co_return std::move(*no);
  auto path = path_of(asked.target());
  if (!path) co_return error_reply(http::status::bad_request, "bad_request", "A request's target is a path.");
  if (*path == tunnel_path) {
    auto no = refuse_tunnel(asked, shared);
    co_return no ? std::move(*no)
                 : error_reply(http::status::bad_request, "bad_request", "A tunnel is asked for by GET alone.");
  }
  if (*path == "/healthz") co_return text_reply(http::status::ok, "ok\n");
  if (*path == "/api" || path->rfind("/api/", 0) == 0) {
    // Browsers name the origin of a foreign page that asks, even where it may not read the answer.
    if (const auto from = origin_of(asked); from && !shared.served.now()->trusts_origin(from))
      co_return origin_refused(from);
    if (auto no = refuse_messages(*path, asked, shared)) co_return std::move(*no);
    co_return co_await shared.api.answer(std::move(*path));
  }
  co_return shared.page.answer(*path, asked);
}

bool asks_for_tunnel(const request& asked, const beast::flat_buffer& unread, const http_services& shared) {
  return path_of(asked.target()) == tunnel_path && asked.method() == http::verb::get && unread.size() == 0 &&
         !refuse(asked, shared) && !refuse_tunnel(asked, shared);
}

tunnel::arrival arrival_of(const net::tcp::endpoint& client, const request& asked, const http_services& shared) {
  std::string_view forwarded;
  const auto [first, last] = asked.equal_range("X-Forwarded-For");
  for (auto field = first; field != last; ++field) forwarded = field->value();
  return {counted_address(net::from_asio(client.address()), forwarded, shared.clients),
          std::string(origin_of(asked).value_or("-"))};
}

// Who is not let in, or has to wait. Other errors are the asker's own.
void count_refusal(const reply& said, const http_services& shared) {
  if (said.status == http::status::forbidden || said.status == http::status::misdirected_request ||
      said.status == http::status::too_many_requests || said.status == http::status::service_unavailable)
    shared.tunnels.seen.request_refused(said.error_code);
}

void log_exception(std::exception_ptr failed) {
  if (failed) spdlog::error("a connection ended by an exception");
}

// It lives by itself from here on: nothing of the connection is held for as long as the tunnel stands.
void begin_tunnel(net::page_socket socket, request asked, const net::tcp::endpoint& client,
                  const http_services& shared) {
  const auto home = socket.get_executor();
  const auto bridge =
      std::make_shared<tunnel::bridge>(std::move(socket), arrival_of(client, asked, shared), shared.tunnels);
  net::asio::co_spawn(
      home, bridge->run(std::make_unique<request>(std::move(asked))),
      [bridge, entry = shared.standing.add(bridge)](std::exception_ptr failed) { log_exception(failed); });
}

constexpr auto interrupt = net::watchdog::bite::interrupt;
constexpr auto close = net::watchdog::bite::close;

// Says that nothing more comes and lets the peer read what was said, for a moment.
net::awaitable<void> end(net::page_socket& socket, net::watchdog& clock) {
  socket.end_sending();
  std::array<char, 512> rest;
  clock.expires_after(std::chrono::seconds(1), close);
  for (error_code ec; !ec;)
    ec = std::get<0>(co_await socket.socket().async_read_some(net::asio::buffer(rest), use_tuple));
}

// Waits for the first octets of the next request. False when none come.
net::awaitable<bool> next_request(net::page_socket& socket, beast::flat_buffer& unread) {
  constexpr std::size_t some = 512;
  const auto [ec, size] = co_await socket.async_read_some(unread.prepare(std::min(some, unread.max_size())), use_tuple);
  unread.commit(size);
  co_return !ec;
}

// True when TLS stands. A request in the clear is told what is wrong with it.
net::awaitable<bool> begin_tls(net::page_socket& socket, net::watchdog& clock, const http_services& shared) {
  clock.expires_after(shared.tunnels.bounds.handshake, close);
  const error_code ec = co_await socket.below().handshake(shared.tls->session());
  if (!ec) co_return true;
  if (ec.category() != net::asio::error::get_ssl_category() ||
      ERR_GET_REASON(static_cast<unsigned long>(ec.value())) != SSL_R_HTTP_REQUEST)
    co_return false;
  const reply said = error_reply(http::status::bad_request, "https_required",
                                 "This port speaks HTTPS: begin the address with https://");
  http::response<http::string_body> response(said.status, 11, *said.body);
  response.set(http::field::content_type, said.type);
  response.keep_alive(false);
  response.prepare_payload();
  // Below TLS, which never stood.
  co_await http::async_write(socket.socket(), response, use_tuple);
  co_await end(socket, clock);
  co_return false;
}

}  // namespace

net::awaitable<void> serve_connection(net::tcp::socket accepted, net::tcp::endpoint client,
                                      const http_services& shared) {
  net::page_socket socket(std::move(accepted));
  net::watchdog clock(socket.below());
  if (shared.tls != nullptr && !co_await begin_tls(socket, clock, shared)) co_return;
  const milliseconds header = shared.tunnels.bounds.handshake;
  const auto header_octets = static_cast<std::size_t>(shared.tunnels.bounds.header);
  beast::flat_buffer unread(header_octets);
  clock.expires_after(header, interrupt);
  for (;;) {
    parser reader;
    reader.header_limit(static_cast<std::uint32_t>(header_octets));
    reader.body_limit(boost::none);  // never read: what comes with one is refused below
    const auto [ec, size] = co_await http::async_read_header(socket, unread, reader, use_tuple);
    const request& asked = reader.get();
    std::optional<reply> said = ec ? answer_to_error(ec) : std::nullopt;
    if (ec && !said) co_return;
    if (!ec && asks_for_tunnel(asked, unread, shared)) {
      begin_tunnel(std::move(socket), reader.release(), client, shared);
      co_return;
    }
    if (!said) said = co_await answer(asked, shared);
    count_refusal(*said, shared);
    // A body is not read, so the connection cannot go on behind it.
    const bool more = !ec && asked.keep_alive() && reader.is_done();
    const auto response = to_response(*said, asked, more ? after_reply::keep_open : after_reply::close);
    clock.expires_after(shared.bounds.write, close);
    const auto [failed, written] = co_await http::async_write(socket, response, use_tuple);
    if (failed) co_return;
    if (!more) co_return co_await end(socket, clock);
    clock.expires_after(shared.bounds.idle, close);
    if (unread.size() == 0 && !co_await next_request(socket, unread)) co_return;
    clock.expires_after(header, interrupt);
  }
}

net::awaitable<void> accept_connections(net::tcp::acceptor& acceptor, const http_services& shared) {
  return net::accept_each(acceptor, "page", [&shared](net::tcp::socket socket, const net::tcp::endpoint& client) {
    if (shared.connections.load() >= shared.bounds.connections) return;  // closed at once
    ++shared.connections;
    const auto home = socket.get_executor();
    net::asio::co_spawn(home, serve_connection(std::move(socket), client, shared),
                        [&shared](std::exception_ptr failed) {
                          --shared.connections;
                          log_exception(failed);
                        });
  });
}

}  // namespace smtpscope::web
