#pragma once
// A line to a far away server: takes one connection and hands its octets on some time later, each way.

#include <cstdint>
#include <thread>

namespace load {

class delay_line {
 public:
  // To 127.0.0.1:port. `one_way` in milliseconds. The server sees the connection when the third segment of a
  // TCP handshake would arrive: after three times one_way.
  delay_line(std::uint16_t port, int one_way);
  delay_line(const delay_line&) = delete;
  delay_line& operator=(const delay_line&) = delete;
  ~delay_line();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void run(std::uint16_t to, int one_way) const;

  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace load
