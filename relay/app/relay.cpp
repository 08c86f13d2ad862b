#include "relay/app/relay.hpp"

#include <atomic>
#include <deque>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "relay/app/setup.hpp"
#include "relay/mailbox/accounts.hpp"
#include "relay/mailbox/maildir_store.hpp"
#include "relay/mailbox/memory_store.hpp"
#include "relay/mailbox/server.hpp"
#include "relay/mailbox/session_host.hpp"
#include "relay/net/accept.hpp"
#include "relay/net/certificate.hpp"
#include "relay/net/connect.hpp"
#include "relay/net/context_pool.hpp"
#include "relay/net/tls_client.hpp"
#include "relay/ops/listener.hpp"
#include "relay/ops/metrics.hpp"
#include "relay/ops/service_manager.hpp"
#include "relay/web/api.hpp"
#include "relay/web/connection.hpp"

namespace smtpscope::app {
namespace {

namespace asio = net::asio;

// Nothing where the page is served in the clear.
result<std::unique_ptr<net::tls_server>> load_certificate(const serve_options& options) {
  if (!options.tls) return std::unique_ptr<net::tls_server>();
  auto loaded = net::tls_server::load(*options.tls);
  if (loaded) return loaded;
  const std::string& why = loaded.why().detail;
  // One file may be both.
  const bool of_key =
      options.tls->key != options.tls->certificate && why.rfind(options.tls->key.string() + ":", 0) == 0;
  return wrong((of_key ? "--tls-key " : "--tls-certificate ") + why);
}

// Nothing where nobody is asked for one.
result<std::unique_ptr<tunnel::token_file>> load_tokens(const serve_options& options) {
  if (!options.token_file) return std::unique_ptr<tunnel::token_file>();
  auto loaded = tunnel::token_file::load(*options.token_file);
  if (!loaded) return wrong("--token-file " + loaded.why().detail);
  return loaded;
}

result<std::unique_ptr<mailbox::message_store>> make_store(const serve_options& options) {
  if (!options.mailbox_dir) return std::unique_ptr<mailbox::message_store>(std::make_unique<mailbox::memory_store>());
  auto opened = mailbox::maildir_store::open(*options.mailbox_dir);
  if (!opened) return wrong("--mailbox-dir: " + opened.why().detail);
  return std::unique_ptr<mailbox::message_store>(std::move(*opened));
}

}  // namespace

// Declared in the order of their needs, destroyed the other way: what coroutines refer to comes before
// the context, which ends with them; what belongs to the context comes after.
class relay::parts {
 public:
  parts(serve_options given, std::unique_ptr<net::resolver> name_service)
      : options(std::move(given)),
        entrance(options.tunnel_limits),
        policy(tunnel::address_policy(options.private_addresses)),
        names(web::names(options.no_origin, scheme_of(options))),
        resolver(std::move(name_service)),
        threads(options.threads),
        context(1),
        until_stopped(asio::make_work_guard(context)),
        operations(context),
        signals(context),
        hangup(context),
        hurry(context) {}

  ~parts() {
    context.stop();
    threads.stop();
    standing.abandon();
    resolver.reset();  // its threads, and the API's, post to the context
    if (api) api->finish();
  }

  [[nodiscard]] status open();
  [[nodiscard]] status listen();
  [[nodiscard]] status open_mailbox();
  [[nodiscard]] status open_web();
  [[nodiscard]] status open_operations();
  [[nodiscard]] tunnel::address_policy make_policy() const;
  void stop();
  void wait_for_signal();
  void reload(const serve_options& fresh);
  [[nodiscard]] status reload_certificate();
  [[nodiscard]] status reload_tokens();
  void wait_for_hangup();

  serve_options options;
  std::unique_ptr<mailbox::message_store> store;
  std::optional<net::tls_client> remote_tls;
  std::optional<net::tls_client> mailbox_tls;
  std::unique_ptr<net::tls_server> page_tls;
  std::unique_ptr<tunnel::token_file> tokens;
  web::client_rules clients;
  tunnel::door entrance;
  tunnel::counters count;
  ops::metrics counted;
  std::atomic<bool> draining{false};
  tunnel::registry standing;
  reloadable<tunnel::address_policy> policy;
  reloadable<web::names> names;
  web::site site;
  std::atomic<std::size_t> connections{0};  // of the page, but for tunnels
  std::unique_ptr<net::resolver> resolver;
  std::optional<web::shown_mailbox> shown;
  std::unique_ptr<web::api> api;
  std::optional<tunnel::services> tunnels;
  std::optional<web::http_services> http;
  std::optional<ops::watched> watched;
  reread again;
  net::tcp::endpoint listening;  // where the acceptors do, after they have been closed too
  net::context_pool threads;     // of the page, the API, the tunnels and the mailbox
  asio::io_context context;      // of everything else
  asio::executor_work_guard<asio::io_context::executor_type> until_stopped;
  std::optional<mailbox::server> mailbox;
  std::deque<net::tcp::acceptor> acceptors;  // of the page, one on each thread
  net::tcp::acceptor operations;
  asio::signal_set signals;
  asio::signal_set hangup;
  asio::steady_timer hurry;
  std::atomic<int> stops{0};
};

status relay::parts::open() {
  auto trust = load_trust(options);
  if (!trust) return trust.why();
  remote_tls.emplace(std::move(*trust));
  auto certificate = load_certificate(options);
  if (!certificate) return certificate.why();
  page_tls = std::move(*certificate);
  auto known = load_tokens(options);
  if (!known) return known.why();
  tokens = std::move(*known);
  clients = {options.behind == proxy::in_front ? web::proxied::yes : web::proxied::no, options.proxies};
  // The page's port first: its being in use is the most likely obstacle, and nothing is made before.
  if (const status ok = listen(); !ok) return ok;
  if (options.mailbox == with_mailbox::yes)
    if (const status ok = open_mailbox(); !ok) return ok;
  policy.replace(make_policy());
  if (options.operations)
    if (const status ok = open_operations(); !ok) return ok;
  return open_web();
}

status relay::parts::listen() {
  for (const asio::any_io_executor& thread : threads.executors()) {
    net::tcp::acceptor& next = acceptors.emplace_back(thread);
    if (acceptors.size() == 1) {
      if (const status ok = listen_on(next, options.listen, "--listen"); !ok) return ok;
    } else if (const net::error_code failed = net::share_port(next, acceptors.front()); failed) {
      return in_the_way("cannot listen with several threads (--threads): " + failed.message());
    }
  }
  listening = acceptors.front().local_endpoint();
  return {};
}

status relay::parts::open_mailbox() {
  auto opened = make_store(options);
  if (!opened) return opened.why();
  store = std::move(*opened);
  const auto identity = net::load_or_create_identity({options.state_dir, net::local_host_name()});
  if (!identity) return wrong("--state-dir: " + identity.why().detail);
  auto trust = net::tls_client::with_only(identity->ca_pem);
  if (!trust) return wrong("--state-dir: " + identity->ca_file.string() + ": " + trust.why().detail);
  mailbox_tls.emplace(std::move(*trust));
  auto wanted = make_mailbox_options(options);
  if (!wanted) return wanted.why();
  wanted->when_session_ends = [this](const mailbox::session_counts& n) {
    counted.mailbox_session_ended({n.stored, n.not_stored, n.refused_recipients, n.refused_logins});
  };
  const std::vector<session::user> users = wanted->profile->policy.users;
  auto started = mailbox::server::start(threads.executors(), std::move(*wanted), *identity, *store);
  if (!started) return in_the_way(started.why().detail);
  mailbox.emplace(std::move(*started));

  shown.emplace();
  shown->host = reachable(mailbox->smtp().address()).to_string();
  shown->smtp_port = mailbox->smtp().port();
  shown->smtps_port = mailbox->smtps().port();
  shown->domain = mailbox::default_domain;
  shown->certificate = identity->ca_pem;
  for (const session::user& user : users) {
    const bool demo = user.name == mailbox::demo.name && user.password.equals(mailbox::demo.password);
    shown->users.push_back({user.name, demo && options.users.empty() ? std::string(mailbox::demo.password) : ""});
  }
  return {};
}

tunnel::address_policy relay::parts::make_policy() const {
  tunnel::address_policy made(options.private_addresses);
  made.allow(*tunnel::host_name::parse("smtp.gmail.com"), 465);
  made.allow(*tunnel::host_name::parse("smtp.gmail.com"), 587);
  for (const tunnel::host_and_port& to : options.allow) made.allow(to.host, to.port);
  if (mailbox)
    for (const net::tcp::endpoint& at : {mailbox->smtp(), mailbox->smtps()}) {
      const auto address = reachable(at.address());
      made.allow_mailbox(*tunnel::host_name::parse(address.to_string()), at.port(), net::from_asio(address));
      if (address.is_loopback())
        made.allow_mailbox(*tunnel::host_name::parse("localhost"), at.port(), net::from_asio(address));
    }
  for (const tunnel::host_and_port& to : options.ciphertext_only) made.seal(to.host, to.port);
  return made;
}

status relay::parts::open_operations() {
  if (const status ok = listen_on(operations, *options.operations, "--operations"); !ok) return ok;
  watched.emplace(ops::watched{counted, [this] {
                                 return ops::gauges{count.active, mailbox ? mailbox->connections() : 0, draining};
                               }});
  asio::co_spawn(context, ops::serve_operations(operations, *watched), [](std::exception_ptr failed) {
    if (failed) spdlog::critical("health and metrics are told no more");
  });
  return {};
}

status relay::parts::open_web() {
  auto loaded = load_site(options);
  if (!loaded) return loaded.why();
  site = std::move(*loaded);
  names.replace(make_names(options, listening, page_tls.get()));
  api = std::make_unique<web::api>(options.tunnel_limits, policy.now()->destinations(), shown, store.get(),
                                   tokens ? tunnel::token_demand::required : tunnel::token_demand::none);
  tunnels.emplace(tunnel::services{policy, options.tunnel_limits, *resolver, *remote_tls,
                                   mailbox_tls ? &*mailbox_tls : nullptr, entrance, tokens.get(), count, counted});
  http.emplace(web::http_services{names, site, *api, *tunnels, standing, options.http_limits, page_tls.get(), clients,
                                  connections});
  for (net::tcp::acceptor& acceptor : acceptors)
    asio::co_spawn(acceptor.get_executor(), web::accept_connections(acceptor, *http), [](std::exception_ptr failed) {
      if (failed) spdlog::critical("no connections are accepted any more");
    });
  return {};
}

void relay::parts::stop() {
  draining = true;
  ops::tell_service_manager("STOPPING=1");
  for (net::tcp::acceptor& acceptor : acceptors)
    asio::post(acceptor.get_executor(), [&acceptor] {
      net::error_code ignored;
      acceptor.close(ignored);
    });
  // Each of these is one thing to wait for; the last one done ends the context.
  const auto left = std::make_shared<std::atomic<int>>(mailbox ? 2 : 1);
  const auto done = [this, left] {
    if (--*left == 0) context.stop();
  };
  if (mailbox) asio::co_spawn(context, mailbox->stop(options.drain), [done](std::exception_ptr) { done(); });
  standing.drain(options.drain, done);
  // Should anything hang beyond all limits of its own, the process still ends.
  hurry.expires_after(options.drain + 2 * options.tunnel_limits.closing + std::chrono::seconds(1));
  hurry.async_wait([this](const net::error_code& ec) {
    if (!ec) context.stop();
  });
}

void relay::parts::wait_for_signal() {
  signals.async_wait([this](const net::error_code& ec, int signal) {
    if (ec) return;
    spdlog::info("signal {}: ending", signal);
    if (stops++ == 0)
      stop();
    else
      context.stop();
    wait_for_signal();
  });
}

result<std::unique_ptr<relay>> relay::create(serve_options options, std::unique_ptr<net::resolver> names) {
  if (const status safe = check_exposure(options); !safe) return safe.why();
  auto all = std::make_unique<parts>(std::move(options), std::move(names));
  if (const status ok = all->open(); !ok) return ok.why();
  return std::unique_ptr<relay>(new relay(std::move(all)));
}

status relay::parts::reload_certificate() {
  if (const status ok = page_tls->reload(); !ok) {
    spdlog::error("the certificate stays as it was: {}", ok.why().detail);
    return ok;
  }
  spdlog::info("certificate loaded, valid until {}", page_tls->not_after());
  return {};
}

status relay::parts::reload_tokens() {
  const status ok = tokens->reload();
  if (ok)
    spdlog::info("{} tokens loaded", tokens->now()->size());
  else
    spdlog::error("the tokens stay as they were: {}", ok.why().detail);
  return ok;
}

// On the context's only thread.
void relay::parts::reload(const serve_options& fresh) {
  options.allow = fresh.allow;
  options.ciphertext_only = fresh.ciphertext_only;
  options.private_addresses = fresh.private_addresses;
  options.origins = fresh.origins;
  options.no_origin = fresh.no_origin;
  policy.replace(make_policy());
  if (page_tls) static_cast<void>(reload_certificate());
  if (tokens) static_cast<void>(reload_tokens());
  names.replace(make_names(options, listening, page_tls.get()));
  api->show(policy.now()->destinations());
  spdlog::set_level(spdlog::level::from_str(fresh.log_level));
}

void relay::parts::wait_for_hangup() {
  hangup.async_wait([this](const net::error_code& ec, int) {
    if (ec) return;
    ops::tell_service_manager("RELOADING=1");
    const std::optional<serve_options> fresh = again();
    if (fresh) reload(*fresh);
    counted.reloaded(fresh ? ops::reload_result::done : ops::reload_result::refused);
    if (fresh)
      spdlog::info("reloaded: {} destinations, {} origins", fresh->allow.size(), fresh->origins.size());
    else
      spdlog::error("not reloaded: the options are wrong; everything stays as it was");
    ops::tell_service_manager("READY=1");
    wait_for_hangup();
  });
}

status relay::check(const serve_options& options) {
  if (const status safe = check_exposure(options); !safe) return safe;
  if (const auto certificate = load_certificate(options); !certificate) return certificate.why();
  if (const auto tokens = load_tokens(options); !tokens) return tokens.why();
  if (const auto trust = load_trust(options); !trust) return trust.why();
  if (options.web_dir)
    if (const auto site = load_site(options); !site) return site.why();
  if (options.mailbox == with_mailbox::no) return {};
  const auto wanted = make_mailbox_options(options);
  return wanted ? status{} : status{wanted.why()};
}

relay::relay(std::unique_ptr<parts> all) : parts_(std::move(all)) {}
relay::~relay() = default;

void relay::run() {
  parts_->threads.run();
  parts_->context.run();
  parts_->threads.stop();
}

void relay::stop() {
  if (parts_->stops++ > 0) return parts_->context.stop();
  asio::post(parts_->context, [this] { parts_->stop(); });
}

void relay::stop_on_signals() {
  parts_->signals.add(SIGINT);
  parts_->signals.add(SIGTERM);
  parts_->wait_for_signal();
}

void relay::reload(const serve_options& options) {
  asio::post(parts_->context, [this, options] { parts_->reload(options); });
}

void relay::reload_on_hangup(reread again) {
  parts_->again = std::move(again);
  parts_->hangup.add(SIGHUP);
  parts_->wait_for_hangup();
}

status relay::reload_tokens() { return parts_->tokens ? parts_->reload_tokens() : status(); }
status relay::reload_certificate() { return parts_->page_tls ? parts_->reload_certificate() : status(); }

std::uint16_t relay::port() const { return parts_->listening.port(); }
std::uint16_t relay::operations_port() const {
  return parts_->operations.is_open() ? parts_->operations.local_endpoint().port() : std::uint16_t{0};
}
std::uint16_t relay::smtp_port() const { return parts_->mailbox ? parts_->mailbox->smtp().port() : std::uint16_t{0}; }
std::uint16_t relay::smtps_port() const { return parts_->mailbox ? parts_->mailbox->smtps().port() : std::uint16_t{0}; }

std::uint64_t relay::tunnels() const { return parts_->count.active; }

std::string relay::banner() const {
  const net::tcp::endpoint& bound = parts_->listening;
  std::string text = std::string("smtpscope: open ") + (parts_->page_tls ? "https://" : "http://") +
                     text_of({reachable(bound.address()), bound.port()}) + "/\n";
  if (const auto at = operations_port(); at != 0)
    text += "smtpscope: operations http://" + text_of({reachable(parts_->options.operations->address()), at}) + "/\n";
  if (!parts_->mailbox) return text;
  text += "smtpscope: mailbox smtp " + text_of(parts_->mailbox->smtp()) + ", smtps " +
          text_of(parts_->mailbox->smtps()) + "\n";
  for (const web::shown_user& user : parts_->shown->users)
    text += "smtpscope: user " + user.name + (user.password.empty() ? "" : ", password " + user.password) + "\n";
  return text;
}

}  // namespace smtpscope::app
