#pragma once
// Stands before a port of this machine, passes everything on both ways, and keeps it.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace smtpscope::testing {

class recording_proxy {
 public:
  // Towards 127.0.0.1:`to`; one connection after the other.
  explicit recording_proxy(std::uint16_t to);
  // Where it leads to is said later, before anybody connects.
  recording_proxy() : recording_proxy(0) {}
  void lead_to(std::uint16_t port) noexcept { to_ = port; }
  recording_proxy(const recording_proxy&) = delete;
  recording_proxy& operator=(const recording_proxy&) = delete;
  ~recording_proxy();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // What has passed so far, of all connections.
  [[nodiscard]] std::string up() const;    // from those who connected
  [[nodiscard]] std::string down() const;  // to them

 private:
  void carry(int client);
  // False at the end of `from`.
  bool pass(int from, int to, std::string& record);

  std::uint16_t port_ = 0;  // before listener_, which sets it
  std::atomic<std::uint16_t> to_;
  int listener_;
  std::atomic<bool> ending_{false};
  mutable std::mutex guard_;
  std::string up_;
  std::string down_;
  std::thread thread_;
};

// The payload of all frames that a WebSocket client has sent (RFC 6455 §5.2), unmasked, without
// what each connection asked for first; `frames` may end within one.
[[nodiscard]] std::string unmasked(std::string_view frames);

}  // namespace smtpscope::testing
