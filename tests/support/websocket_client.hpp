#pragma once
// An independent WebSocket client (websocketpp), so that the relay's framing is not checked against
// its own library. Includes nothing of the core: it is compiled as C++17.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smtpscope::test {

// Exported from a library of its own: its copy of Boost.Asio is configured otherwise than the
// relay's, and the two must not meet.
class __attribute__((visibility("default"))) websocket_client {
 public:
  struct message {
    enum class kind { text, binary };
    kind what = kind::text;
    std::string octets;
  };
  struct wish {
    std::string url;  // ws://127.0.0.1:PORT/tunnel, or wss:
    std::vector<std::string> subprotocols;
    std::vector<std::pair<std::string, std::string>> headers;  // replace the client's own
    std::string ca_file = {};                                  // for wss: the authority to trust
  };

  // Begins to connect; opened() tells how it went.
  explicit websocket_client(const wish& wanted);
  websocket_client(const websocket_client&) = delete;
  websocket_client& operator=(const websocket_client&) = delete;
  ~websocket_client();

  // Waits for the handshake. False when it was refused: see status().
  [[nodiscard]] bool opened(std::chrono::milliseconds within = std::chrono::seconds(20));
  // Of the handshake's answer; 0 when there was none.
  [[nodiscard]] int status() const;
  [[nodiscard]] std::string response_header(const std::string& name) const;
  [[nodiscard]] std::string response_body() const;

  void send_text(const std::string& text);
  void send_binary(const std::string& octets);
  // Octets handed to send_…() that the system has not taken yet.
  [[nodiscard]] std::size_t unsent() const;

  // The next message, or nothing when the WebSocket ended or time ran out.
  [[nodiscard]] std::optional<message> receive(std::chrono::milliseconds within = std::chrono::seconds(20));
  // Stops reading from the socket, and goes on.
  void pause();
  void resume();

  void close(int code = 1000);
  // Hangs up without a word.
  void vanish();
  // Waits for the end; the peer's close code, 1006 when it hung up without one.
  [[nodiscard]] std::optional<int> close_code(std::chrono::milliseconds within = std::chrono::seconds(20));

 private:
  struct state;
  template <class Config>
  struct state_of;
  std::unique_ptr<state> state_;
};

}  // namespace smtpscope::test
