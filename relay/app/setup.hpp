#pragma once
// What a relay is put together from: each part made of the options, or an error whose text begins with the
// option to change.

#include <string>

#include "relay/app/options.hpp"
#include "relay/mailbox/server.hpp"
#include "relay/net/asio.hpp"
#include "relay/net/tls_client.hpp"
#include "relay/net/tls_server.hpp"
#include "relay/web/names.hpp"
#include "relay/web/site.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::app {

// invalid_argument: an option is wrong.
[[nodiscard]] error wrong(std::string text);
// unsupported: what is right in itself and cannot be had on this machine now.
[[nodiscard]] error in_the_way(std::string text);

// "127.0.0.1:8025"
[[nodiscard]] std::string text_of(const net::tcp::endpoint& at);
// What a browser on this machine calls an address it can connect to.
[[nodiscard]] net::asio::ip::address reachable(const net::asio::ip::address& bound);

// Opens, binds and listens; `option` is named in errors.
[[nodiscard]] status listen_on(net::tcp::acceptor& acceptor, const net::tcp::endpoint& at, const std::string& option);

[[nodiscard]] web::scheme scheme_of(const serve_options& options);
// The names by which a relay that listens at `bound` is served; `tls` is null for HTTP in the clear.
[[nodiscard]] web::names make_names(const serve_options& options, const net::tcp::endpoint& bound,
                                    const net::tls_server* tls);
// The page; empty, and the log says so, where none was named and none is found.
[[nodiscard]] result<web::site> load_site(const serve_options& options);
// The embedded mailbox with all policies read.
[[nodiscard]] result<mailbox::server_options> make_mailbox_options(const serve_options& options);
// Whom to trust of the servers that tunnels lead to.
[[nodiscard]] result<net::tls_client> load_trust(const serve_options& options);

}  // namespace smtpscope::app
