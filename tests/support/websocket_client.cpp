#include "support/websocket_client.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_client.hpp>

namespace smtpscope::test {

namespace {

constexpr std::size_t largest_message = std::size_t{1} << 30;

struct plain_config : websocketpp::config::asio_client {
  static const std::size_t max_message_size = largest_message;
};
struct tls_config : websocketpp::config::asio_tls_client {
  static const std::size_t max_message_size = largest_message;
};
using opcode = websocketpp::frame::opcode::value;

void set_up_tls(websocketpp::client<plain_config>&, const std::string&) {}
void set_up_tls(websocketpp::client<tls_config>& client, const std::string& ca_file) {
  namespace ssl = websocketpp::lib::asio::ssl;
  client.set_tls_init_handler([ca_file](websocketpp::connection_hdl) {
    auto context = websocketpp::lib::make_shared<ssl::context>(ssl::context::tls_client);
    context->set_verify_mode(ssl::verify_peer);
    context->load_verify_file(ca_file);
    return context;
  });
}

}  // namespace

struct websocket_client::state {
  std::thread thread;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<message> received;
  enum class phase { connecting, open, refused, closed } now = phase::connecting;
  int remote_code = 0;

  virtual ~state() = default;
  virtual void stop() = 0;
  virtual int status() const = 0;
  virtual std::string header(const std::string& name) const = 0;
  virtual std::string body() const = 0;
  virtual void send(const std::string& octets, opcode what) = 0;
  virtual std::size_t unsent() = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void close(int code) = 0;
  virtual void vanish() = 0;

  void become(phase p) {
    const std::lock_guard<std::mutex> lock(mutex);
    now = p;
    changed.notify_all();
  }
};

template <class Config>
struct websocket_client::state_of final : websocket_client::state {
  using endpoint = websocketpp::client<Config>;
  endpoint client;
  typename endpoint::connection_ptr connection;

  explicit state_of(const wish& wanted) {
    client.clear_access_channels(websocketpp::log::alevel::all);
    client.clear_error_channels(websocketpp::log::elevel::all);
    client.init_asio();
    client.start_perpetual();  // there() is answered also after the connection's end
    client.set_max_message_size(largest_message);
    set_up_tls(client, wanted.ca_file);
    client.set_open_handler([this](websocketpp::connection_hdl) { become(phase::open); });
    client.set_fail_handler([this](websocketpp::connection_hdl) { become(phase::refused); });
    client.set_close_handler([this](websocketpp::connection_hdl) {
      {
        const std::lock_guard<std::mutex> lock(mutex);
        remote_code = connection->get_remote_close_code();
      }
      become(phase::closed);
    });
    client.set_message_handler([this](websocketpp::connection_hdl, typename endpoint::message_ptr m) {
      const std::lock_guard<std::mutex> lock(mutex);
      const auto kind = m->get_opcode() == opcode::text ? message::kind::text : message::kind::binary;
      received.push_back({kind, m->get_payload()});
      changed.notify_all();
    });
    websocketpp::lib::error_code ec;
    connection = client.get_connection(wanted.url, ec);
    for (const std::string& name : wanted.subprotocols) connection->add_subprotocol(name, ec);
    for (const auto& [name, value] : wanted.headers) connection->replace_header(name, value);
    client.connect(connection);
    thread = std::thread([this] { client.run(); });
  }
  void stop() override {
    vanish();
    client.stop();
    thread.join();
  }
  int status() const override { return static_cast<int>(connection->get_response_code()); }
  std::string header(const std::string& name) const override { return connection->get_response_header(name); }
  std::string body() const override { return connection->get_response().get_body(); }
  // What `asks` returns, on the client's thread: websocketpp looks at a connection's state without its lock.
  template <class Asks>
  auto there(Asks asks) {
    const auto task = std::make_shared<std::packaged_task<decltype(asks())()>>(std::move(asks));
    auto answer = task->get_future();
    client.get_io_service().post([task] { (*task)(); });
    return answer.get();
  }
  void send(const std::string& octets, opcode what) override {
    there([&] { return connection->send(octets, what); });
  }
  std::size_t unsent() override {
    return there([this] { return connection->get_buffered_amount(); });
  }
  void pause() override {
    there([this] { return connection->pause_reading(); });
  }
  void resume() override {
    there([this] { return connection->resume_reading(); });
  }
  void close(int code) override {
    there([this, code] {
      websocketpp::lib::error_code ec;
      connection->close(static_cast<websocketpp::close::status::value>(code), "", ec);
    });
  }
  void vanish() override {
    client.get_io_service().post([c = connection] {
      websocketpp::lib::asio::error_code ec;
      c->get_raw_socket().close(ec);
    });
  }
};

websocket_client::websocket_client(const wish& wanted) {
  if (wanted.url.rfind("wss:", 0) == 0)
    state_.reset(new state_of<tls_config>(wanted));
  else
    state_.reset(new state_of<plain_config>(wanted));
}

websocket_client::~websocket_client() { state_->stop(); }

bool websocket_client::opened(std::chrono::milliseconds within) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait_for(lock, within, [&] { return state_->now != state::phase::connecting; });
  return state_->now == state::phase::open || (state_->now == state::phase::closed && status() == 101);
}

int websocket_client::status() const { return state_->status(); }
std::string websocket_client::response_header(const std::string& name) const { return state_->header(name); }
std::string websocket_client::response_body() const { return state_->body(); }
void websocket_client::send_text(const std::string& text) { state_->send(text, opcode::text); }
void websocket_client::send_binary(const std::string& octets) { state_->send(octets, opcode::binary); }
std::size_t websocket_client::unsent() const { return state_->unsent(); }

std::optional<websocket_client::message> websocket_client::receive(std::chrono::milliseconds within) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait_for(lock, within, [&] {
    return !state_->received.empty() || state_->now == state::phase::closed || state_->now == state::phase::refused;
  });
  if (state_->received.empty()) return std::nullopt;
  message first = std::move(state_->received.front());
  state_->received.pop_front();
  return first;
}

void websocket_client::pause() { state_->pause(); }
void websocket_client::resume() { state_->resume(); }
void websocket_client::close(int code) { state_->close(code); }
void websocket_client::vanish() { state_->vanish(); }

std::optional<int> websocket_client::close_code(std::chrono::milliseconds within) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  const bool ended = state_->changed.wait_for(
      lock, within, [&] { return state_->now == state::phase::closed || state_->now == state::phase::refused; });
  if (!ended) return std::nullopt;
  return state_->remote_code;
}

}  // namespace smtpscope::test
