#include "relay/mailbox/server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "relay/base/random.hpp"
#include "relay/mailbox/session_host.hpp"
#include "relay/net/accept.hpp"
#include "smtpscope/session/nonce.hpp"

namespace smtpscope::mailbox {

namespace asio = boost::asio;
using boost::system::error_code;
using net::awaitable;
using net::tcp;
using session::link_security;

namespace {

constexpr std::size_t disk_threads = 2;
constexpr std::size_t id_octets = 8;

std::string hex(std::string_view octets) {
  std::string id;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    id += "0123456789abcdef"[octet >> 4U];
    id += "0123456789abcdef"[octet & 15U];
  }
  return id;
}

status open(tcp::acceptor& acceptor, const tcp::endpoint& at, std::string_view option) {
  error_code failed;
  acceptor.open(at.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.set_option(tcp::no_delay(true), failed);  // its connections inherit it
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed) return {};
  return error{errc::invalid_argument, "The mailbox cannot listen on " + at.address().to_string() + " port " +
                                           std::to_string(at.port()) + ": " + failed.message() +
                                           ". Choose another address or port with " + std::string(option)};
}

status share(tcp::acceptor& other, tcp::acceptor& first) {
  const error_code failed = net::share_port(other, first);
  if (!failed) return {};
  return error{errc::invalid_argument, "The mailbox cannot listen with several threads: " + failed.message()};
}

std::string_view name(net::driven how) noexcept {
  switch (how) {
    case net::driven::closed_by_session: return "ended in order";
    case net::driven::closed_by_peer: return "the client hung up";
    case net::driven::tls_failed: return "no TLS came about";
    case net::driven::write_failed: return "the client took no replies";
    case net::driven::fault: return "fault";
  }
  return "?";
}

}  // namespace

// Kept alive by every coroutine that uses it.
class server::core : public std::enable_shared_from_this<core> {
 public:
  core(std::vector<asio::any_io_executor> threads, server_options options, std::vector<asio::ssl::context> tls,
       message_store& store)
      : options_(std::move(options)),
        profile_(options_.profile ? *options_.profile : own_profile(options_)),
        policy_(profile_.policy, profile_.rules),
        tls_(std::move(tls)),
        store_(store),
        threads_(std::move(threads)),
        gone_(control()) {}

  // Both ports, or an error.
  status listen();
  void serve();
  void stop_listening();
  awaitable<void> stop(milliseconds grace);
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] tcp::endpoint at(link_security link) const;
  [[nodiscard]] session::server_options session_options(link_security link, std::string client = {}) const;
  // Where the server is controlled.
  [[nodiscard]] const asio::any_io_executor& control() const noexcept { return threads_.front(); }

 private:
  class live_session;
  using session_ptr = std::shared_ptr<live_session>;

  // One port on one thread.
  struct listener {
    listener(const asio::any_io_executor& thread, link_security l) : link(l), acceptor(thread) {}
    link_security link;
    tcp::acceptor acceptor;
    tcp::endpoint at;
  };

  status listen(link_security link, const tcp::endpoint& at, std::string_view option);
  awaitable<void> accept(listener& from);
  void take(tcp::socket socket, const tcp::endpoint& client, link_security link);
  void turn_away(tcp::socket socket, link_security link) const;
  [[nodiscard]] bool admit();
  void leave(unsigned& of);
  void remove(const session_ptr& session);
  [[nodiscard]] bool all_gone() const;
  [[nodiscard]] std::set<session_ptr> all_sessions() const;
  awaitable<void> wait_until_gone(milliseconds at_most);

  const server_options options_;
  const session::server_profile profile_;
  shared_policy policy_;
  std::vector<asio::ssl::context> tls_;  // by session::certificate_choice
  message_store& store_;
  asio::thread_pool disk_{disk_threads};
  std::vector<asio::any_io_executor> threads_;
  std::deque<listener> listeners_;
  asio::steady_timer gone_;   // cancelled when the last session has gone
  mutable std::mutex mutex_;  // for what follows: it is used on all threads
  bool stopping_ = false;
  unsigned accepting_ = 0;  // listeners at work
  unsigned admitted_ = 0;   // connections being served
  std::set<session_ptr> sessions_;
};

// One connection, on one thread.
class server::core::live_session {
 public:
  live_session(core& c, tcp::socket socket, link_security link, session::server_session session)
      : link_(link),
        when_ended_(c.options_.when_session_ends),
        stream_(std::move(socket)),
        session_(std::move(session)),
        host_(executor(), session_, c.policy_, session_.options().client_address, c.store_, c.disk_),
        driver_(
            stream_,
            [&c, this] {
              const auto shown = static_cast<std::size_t>(host_.take_certificate());
              return net::ssl_ptr(SSL_new(c.tls_[shown].native_handle()));
            },
            session_, host_, c.options_.limits) {
    session_.clock(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    if (link == link_security::tls) host_.choose_certificate();
  }

  [[nodiscard]] asio::any_io_executor executor() { return stream_.socket().get_executor(); }

  awaitable<void> run() {
    const net::driven how = co_await driver_.run(link_);
    const session_counts& n = host_.counts();
    if (when_ended_) when_ended_(n);
    spdlog::debug("mailbox: session over ({}); messages stored {}, not stored {}; refused recipients {}, logins {}",
                  name(how), n.stored, n.not_stored, n.refused_recipients, n.refused_logins);
  }
  // These two on executor().
  void end() {
    host_.hurry();
    driver_.stop([this] { session_.shut_down("Service is shutting down"); });
  }
  void cut() { stream_.close(); }

 private:
  link_security link_;
  const std::function<void(const session_counts&)>& when_ended_;  // the core's
  net::stream stream_;
  session::server_session session_;
  session_host host_;
  net::session_driver<session::server_session, session_host> driver_;
};

status server::core::listen() {
  for (const link_security link : {link_security::plain, link_security::tls})
    if (const auto made = session::server_session::create(session_options(link)); !made) return made.why();
  if (status opened = listen(link_security::plain, options_.smtp, "--smtp"); !opened) return opened;
  return listen(link_security::tls, options_.smtps, "--smtps");
}

status server::core::listen(link_security link, const tcp::endpoint& at, std::string_view option) {
  listener* first = nullptr;
  for (const asio::any_io_executor& thread : threads_) {
    listener& next = listeners_.emplace_back(thread, link);
    const status ok = first == nullptr ? open(next.acceptor, at, option) : share(next.acceptor, first->acceptor);
    if (!ok) return ok;
    if (first == nullptr) first = &next;
    next.at = next.acceptor.local_endpoint();
  }
  return {};
}

tcp::endpoint server::core::at(link_security link) const {
  for (const listener& l : listeners_)
    if (l.link == link) return l.at;
  return {};
}

session::server_options server::core::session_options(link_security link, std::string client) const {
  const tcp::endpoint& at = link == link_security::tls ? options_.smtps : options_.smtp;
  session::server_options s = profile_.options;
  s.link = link;
  s.random = random_octets(session::random_octets + id_octets);
  s.asks = policy_.asks();
  s.client_address = std::move(client);
  // {id} of the replies' texts; its octets serve for nothing else.
  if (s.session_id.empty())
    s.session_id = hex(std::string_view(s.random).substr(std::min(s.random.size(), session::random_octets)));
  s.random.resize(std::min(s.random.size(), session::random_octets));
  const bool anonymous = options_.without_auth == anonymous_mail::always ||
                         (options_.without_auth == anonymous_mail::on_loopback && at.address().is_loopback());
  if (!anonymous) s.auth_before_mail = session::requirement::yes;
  return s;
}

void server::core::serve() {
  for (listener& from : listeners_) {
    ++accepting_;
    asio::co_spawn(
        from.acceptor.get_executor(), [self = shared_from_this(), &from] { return self->accept(from); },
        [self = shared_from_this()](const std::exception_ptr&) { self->leave(self->accepting_); });
  }
}

awaitable<void> server::core::accept(listener& from) {
  return net::accept_each(from.acceptor, "mailbox",
                          [this, link = from.link](tcp::socket socket, const tcp::endpoint& client) {
                            take(std::move(socket), client, link);
                          });
}

void server::core::take(tcp::socket socket, const tcp::endpoint& client, link_security link) {
  if (!admit()) return turn_away(std::move(socket), link);
  auto made = session::server_session::create(session_options(link, client.address().to_string()));
  if (!made) {  // out of randomness
    turn_away(std::move(socket), link);
    return leave(admitted_);
  }
  const auto session = std::make_shared<live_session>(*this, std::move(socket), link, std::move(*made));
  {
    const std::scoped_lock lock(mutex_);
    sessions_.insert(session);
  }
  asio::co_spawn(
      session->executor(), [self = shared_from_this(), session] { return session->run(); },
      [self = shared_from_this(), session](const std::exception_ptr& thrown) {
        // Out of memory, or a fault of ours: this session alone is lost.
        if (thrown) spdlog::error("mailbox: a session was given up");
        self->remove(session);
      });
}

// Its few octets always fit into the buffer of a new socket.
void server::core::turn_away(tcp::socket socket, link_security link) const {
  if (link == link_security::tls) return;
  error_code ignored;
  socket.non_blocking(true, ignored);
  const std::string words = "421 4.3.2 " + options_.host_name + " Too many connections, try again later\r\n";
  socket.write_some(asio::buffer(words), ignored);
  socket.shutdown(tcp::socket::shutdown_both, ignored);
}

bool server::core::admit() {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || admitted_ >= options_.max_connections) return false;
  ++admitted_;
  return true;
}

// One of those that are counted in `of` has ended.
void server::core::leave(unsigned& of) {
  const std::scoped_lock lock(mutex_);
  --of;
  if (stopping_ && admitted_ + accepting_ == 0)
    asio::post(control(), [self = shared_from_this()] { self->gone_.cancel(); });
}

void server::core::remove(const session_ptr& session) {
  {
    const std::scoped_lock lock(mutex_);
    sessions_.erase(session);
  }
  leave(admitted_);
}

std::set<server::core::session_ptr> server::core::all_sessions() const {
  const std::scoped_lock lock(mutex_);
  return sessions_;
}

std::size_t server::core::connections() const {
  const std::scoped_lock lock(mutex_);
  return admitted_;
}

bool server::core::all_gone() const {
  const std::scoped_lock lock(mutex_);
  return admitted_ + accepting_ == 0;
}

void server::core::stop_listening() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  for (listener& l : listeners_)
    asio::dispatch(l.acceptor.get_executor(), [self = shared_from_this(), &l] {
      error_code ignored;
      l.acceptor.close(ignored);
    });
}

awaitable<void> server::core::wait_until_gone(milliseconds at_most) {
  gone_.expires_after(at_most);
  // leave() posts to this thread, so it cannot slip between the question and the wait.
  if (!all_gone()) co_await gone_.async_wait(net::use_tuple);
}

awaitable<void> server::core::stop(milliseconds grace) {
  stop_listening();
  for (const session_ptr& s : all_sessions()) asio::post(s->executor(), [s] { s->end(); });
  co_await wait_until_gone(grace);
  for (const session_ptr& s : all_sessions()) asio::post(s->executor(), [s] { s->cut(); });
  co_await wait_until_gone(grace);
}

session::server_profile own_profile(const server_options& options) {
  session::server_profile p;
  p.policy = options.policy;
  session::server_options& s = p.options;
  s.host_name = options.host_name;
  s.extensions = session::all_extensions();
  s.extensions.remove(session::extension::dsn);  // who takes NOTIFY=SUCCESS has to send a notification
  s.auth_on_plain_link = options.auth_on_plain_link;
  s.mechanisms = options.mechanisms;
  s.hello_after_tls = session::requirement::no;
  // Programs under test send bare LF, and whoever looks into the mailbox wants to see it.
  s.content = {session::bare_newlines::accept, session::odd_content::accept, session::odd_content::accept};
  s.max_message_octets = options.max_message_octets;
  return p;
}

result<server> server::start(std::vector<asio::any_io_executor> threads, server_options options,
                             const net::server_identity& identity, message_store& store) {
  std::vector<asio::ssl::context> tls;
  for (const auto shown : {session::certificate_choice::own, session::certificate_choice::expired,
                           session::certificate_choice::wrong_name, session::certificate_choice::self_signed}) {
    auto context = net::make_server_context(identity, shown);
    if (!context) return context.why();
    tls.push_back(std::move(*context));
  }
  auto made = std::make_shared<core>(std::move(threads), std::move(options), std::move(tls), store);
  if (const status listening = made->listen(); !listening) return listening.why();
  made->serve();
  return server(std::move(made));
}

server::server(std::shared_ptr<core> c) noexcept : core_(std::move(c)) {}
server::server(server&&) noexcept = default;

server::~server() {
  if (core_ == nullptr) return;
  try {
    asio::post(core_->control(), [c = core_] { c->stop_listening(); });
  } catch (...) {  // out of memory: the ports stay open until the executor ends
  }
}

tcp::endpoint server::smtp() const { return core_->at(link_security::plain); }
tcp::endpoint server::smtps() const { return core_->at(link_security::tls); }
std::size_t server::connections() const { return core_->connections(); }

awaitable<void> server::stop(milliseconds grace) {
  // Where it is controlled, whichever executor the caller runs on. Only a plain pointer is captured:
  // g++ 12 destroys what a temporary in a co_await expression holds twice.
  core* const c = core_.get();
  co_await asio::co_spawn(
      core_->control(), [c, grace] { return c->stop(grace); }, asio::use_awaitable);
}

}  // namespace smtpscope::mailbox
