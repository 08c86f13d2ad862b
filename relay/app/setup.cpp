#include "relay/app/setup.hpp"

#include <spdlog/spdlog.h>

#include "relay/mailbox/accounts.hpp"
#include "smtpscope/session/server_profile.hpp"

namespace smtpscope::app {

namespace asio = net::asio;

namespace {

// The mailbox's own ways, the policies over them, and what options say over all.
result<session::server_profile> make_profile(const serve_options& options, const mailbox::server_options& own) {
  session::server_profile profile = mailbox::own_profile(own);
  for (const policy_document& policy : options.policies) {
    auto read = session::read_profile(policy.text, std::move(profile));
    if (!read) return wrong(policy.option + ": " + read.why().detail);
    profile = std::move(*read);
  }
  if (!options.users.empty()) profile.policy.users = own.policy.users;
  if (!options.mechanisms.empty()) {
    profile.options.mechanisms = options.mechanisms;
    profile.options.announced_mechanisms.clear();
  }
  if (options.max_message_octets) profile.options.max_message_octets = *options.max_message_octets;
  if (options.require_auth) profile.options.auth_before_mail = session::requirement::yes;
  return profile;
}

}  // namespace

error wrong(std::string text) { return {errc::invalid_argument, std::move(text)}; }
error in_the_way(std::string text) { return {errc::unsupported, std::move(text)}; }

std::string text_of(const net::tcp::endpoint& at) {
  return tunnel::format_host_and_port(at.address().to_string(), at.port());
}

status listen_on(net::tcp::acceptor& acceptor, const net::tcp::endpoint& at, const std::string& option) {
  net::error_code ec;
  acceptor.open(at.protocol(), ec);
  if (!ec) acceptor.set_option(net::tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.set_option(net::tcp::no_delay(true), ec);  // its connections inherit it
  if (!ec) acceptor.bind(at, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return {};
  if (ec == asio::error::address_in_use)
    return in_the_way("port " + std::to_string(at.port()) +
                      " is in use: stop the program that uses it, or choose another with " + option + " " +
                      tunnel::format_host_and_port(at.address().to_string(), 0) + " (0 takes any free port)");
  return in_the_way("cannot listen on " + text_of(at) + " (" + option + "): " + ec.message());
}

asio::ip::address reachable(const asio::ip::address& bound) {
  if (!bound.is_unspecified()) return bound;
  if (bound.is_v4()) return asio::ip::address_v4::loopback();
  return asio::ip::address_v6::loopback();
}

web::scheme scheme_of(const serve_options& options) { return options.tls ? web::scheme::https : web::scheme::http; }

web::names make_names(const serve_options& options, const net::tcp::endpoint& bound, const net::tls_server* tls) {
  web::names served(options.no_origin, scheme_of(options));
  const auto host = reachable(bound.address());
  const std::string text = host.is_v6() ? "[" + host.to_string() + "]" : host.to_string();
  served.serve(text, bound.port());
  if (host.is_loopback()) served.serve("localhost", bound.port());
  for (const web::origin& from : options.origins) served.trust(from);
  if (tls == nullptr) return served;
  for (const std::string& name : tls->names()) served.serve(name, bound.port());
  return served;
}

result<web::site> load_site(const serve_options& options) {
  if (options.web_dir) {
    auto loaded = web::site::load(*options.web_dir);
    if (!loaded) return wrong("--web-dir " + loaded.why().detail);
    return loaded;
  }
  auto loaded = web::site::load(default_web_dir());
  if (loaded) return loaded;
  spdlog::warn("no page to serve: {}. Build it with ./relay/run, or name its directory with --web-dir",
               loaded.why().detail);
  return web::site();
}

result<mailbox::server_options> make_mailbox_options(const serve_options& options) {
  mailbox::server_options wanted;
  wanted.smtp = options.smtp;
  wanted.smtps = options.smtps;
  wanted.max_connections = options.mailbox_connections;
  wanted.policy = mailbox::make_policy(options.users);
  if (!options.mechanisms.empty()) wanted.mechanisms = options.mechanisms;
  auto profile = make_profile(options, wanted);
  if (!profile) return profile.why();
  wanted.profile = std::move(*profile);
  return wanted;
}

result<net::tls_client> load_trust(const serve_options& options) {
  auto trust = net::tls_client::with_system_roots(options.ca_files);
  if (!trust) return wrong("--ca-file " + trust.why().detail);
  return trust;
}

}  // namespace smtpscope::app
