#pragma once
// A way to the server behind a relay, in the relay's own protocol.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace load {

enum class kind : std::uint8_t {
  raw,        // TCP: no relay, or one that speaks nothing of its own
  websocket,  // binary messages are the bytes
  tunnel,     // smtpscope.tunnel.v1
  wisp,       // wisp v1, one stream
};

struct target {
  kind what = kind::raw;
  std::uint16_t port = 0;          // of the relay, or of what leads to it
  std::uint16_t served_port = 0;   // by which the relay knows itself; 0: port
  std::uint16_t backend_port = 0;  // of the server behind it
  security how = security::plain;
  std::uint64_t credit = 0;  // octets to be granted to the tunnel, where it needs more than it has by itself
};

class route {
 public:
  // Connects, and asks for the server where the protocol has a way to ask. Returns when the relay has
  // said that the server is reached, where the protocol has a way to say so.
  // `connected` is called when TCP stands.
  explicit route(const target& to, unsigned source = 1, const std::function<void()>& connected = {});

  void send(std::string_view octets) { link_.write_all(framed(octets)); }
  // As one message, ready to be written; of wisp, the flow control is the caller's.
  [[nodiscard]] std::string framed(std::string_view octets);
  // The next octets from the server, until the next call; empty at the end.
  [[nodiscard]] std::string_view receive();
  // Exactly so many.
  [[nodiscard]] std::string receive(std::size_t octets);
  // Sends a message again and again, `octets` altogether of what is in it. With a patience of -1 for ever,
  // else until nothing is taken for so many milliseconds. Returns how many octets of payload were begun.
  std::uint64_t pump(std::string_view message, std::uint64_t octets, int patience);
  // Frees what only receiving needs. Nothing can be received afterwards.
  void forget_buffer() { buffer_.reset(); }

 private:
  struct frame {
    int opcode = -1;           // -1: the end
    std::string_view payload;  // as much of it as has come
  };
  void upgrade();
  void open_tunnel();
  void open_wisp();
  void say(std::string_view json);
  [[nodiscard]] std::string_view text(std::string_view expected);
  // More of the frame that is being read, or of the next.
  [[nodiscard]] frame next();
  [[nodiscard]] bool fill(std::size_t octets);
  void take_wisp_continue(std::string_view payload);

  target to_;
  connection link_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  int opcode_ = 0;
  std::uint64_t left_ = 0;            // of the frame being read
  std::uint64_t wisp_allowance_ = 0;  // messages that the relay will take
};

}  // namespace load
