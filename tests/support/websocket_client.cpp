#include "support/websocket_client.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>

namespace smtpscope::test {

namespace {

struct silent_config : websocketpp::config::asio_client {
  static const std::size_t max_message_size = std::size_t{1} << 30;
};
using endpoint = websocketpp::client<silent_config>;
using opcode = websocketpp::frame::opcode::value;

}  // namespace

struct websocket_client::state {
  endpoint client;
  endpoint::connection_ptr connection;
  std::thread thread;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<message> received;
  enum class phase { connecting, open, refused, closed } now = phase::connecting;
  int remote_code = 0;

  void become(phase p) {
    const std::lock_guard<std::mutex> lock(mutex);
    now = p;
    changed.notify_all();
  }
};

websocket_client::websocket_client(const wish& wanted) : state_(new state) {
  state& s = *state_;
  s.client.clear_access_channels(websocketpp::log::alevel::all);
  s.client.clear_error_channels(websocketpp::log::elevel::all);
  s.client.init_asio();
  s.client.set_max_message_size(std::size_t{1} << 30);
  s.client.set_open_handler([&s](websocketpp::connection_hdl) { s.become(state::phase::open); });
  s.client.set_fail_handler([&s](websocketpp::connection_hdl) { s.become(state::phase::refused); });
  s.client.set_close_handler([&s](websocketpp::connection_hdl) {
    {
      const std::lock_guard<std::mutex> lock(s.mutex);
      s.remote_code = s.connection->get_remote_close_code();
    }
    s.become(state::phase::closed);
  });
  s.client.set_message_handler([&s](websocketpp::connection_hdl, endpoint::message_ptr m) {
    const std::lock_guard<std::mutex> lock(s.mutex);
    const auto kind = m->get_opcode() == opcode::text ? message::kind::text : message::kind::binary;
    s.received.push_back({kind, m->get_payload()});
    s.changed.notify_all();
  });
  websocketpp::lib::error_code ec;
  s.connection = s.client.get_connection(wanted.url, ec);
  for (const std::string& name : wanted.subprotocols) s.connection->add_subprotocol(name, ec);
  for (const auto& [name, value] : wanted.headers) s.connection->replace_header(name, value);
  s.client.connect(s.connection);
  s.thread = std::thread([&s] { s.client.run(); });
}

websocket_client::~websocket_client() {
  vanish();
  state_->client.stop();
  state_->thread.join();
}

bool websocket_client::opened(std::chrono::milliseconds within) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait_for(lock, within, [&] { return state_->now != state::phase::connecting; });
  return state_->now == state::phase::open || (state_->now == state::phase::closed && status() == 101);
}

int websocket_client::status() const { return static_cast<int>(state_->connection->get_response_code()); }

std::string websocket_client::response_header(const std::string& name) const {
  return state_->connection->get_response_header(name);
}

std::string websocket_client::response_body() const { return state_->connection->get_response().get_body(); }

void websocket_client::send_text(const std::string& text) { state_->connection->send(text, opcode::text); }
void websocket_client::send_binary(const std::string& octets) { state_->connection->send(octets, opcode::binary); }
std::size_t websocket_client::unsent() const { return state_->connection->get_buffered_amount(); }

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

void websocket_client::pause() { state_->connection->pause_reading(); }
void websocket_client::resume() { state_->connection->resume_reading(); }

void websocket_client::close(int code) {
  websocketpp::lib::error_code ec;
  state_->connection->close(static_cast<websocketpp::close::status::value>(code), "", ec);
}

void websocket_client::vanish() {
  state_->client.get_io_service().post([c = state_->connection] {
    websocketpp::lib::asio::error_code ec;
    c->get_raw_socket().close(ec);
  });
}

std::optional<int> websocket_client::close_code(std::chrono::milliseconds within) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  const bool ended = state_->changed.wait_for(
      lock, within, [&] { return state_->now == state::phase::closed || state_->now == state::phase::refused; });
  if (!ended) return std::nullopt;
  return state_->remote_code;
}

}  // namespace smtpscope::test
