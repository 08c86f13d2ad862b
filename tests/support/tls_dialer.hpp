#pragma once
// The TLS engine over a real socket, with blocking calls: for peers that are not ours. Each wait has a
// deadline of 20 s.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/tls/engine.hpp"

namespace smtpscope::test {

class tls_dialer {
 public:
  // Connects to 127.0.0.1. stands() is false where nobody listens.
  explicit tls_dialer(std::uint16_t port);
  tls_dialer(const tls_dialer&) = delete;
  tls_dialer& operator=(const tls_dialer&) = delete;
  ~tls_dialer();
  [[nodiscard]] bool stands() const noexcept { return socket_ >= 0; }

  // Does the handshake by the machine's clock. True when it is done.
  bool begin(tls::client_options options);
  // Octets, in the clear before begin().
  void send(std::string_view octets);
  // Until the text has come, inclusive; what there was, where it never came.
  std::string read_until(std::string_view text);
  // Until the peer has ended; false when time ran out.
  bool read_to_end();
  // close_notify, and the end of what is sent.
  void close();

  // All that was told since begin().
  [[nodiscard]] const std::vector<tls::event>& events() const noexcept { return events_; }
  template <class Event>
  [[nodiscard]] const Event* last() const {
    for (auto e = events_.rbegin(); e != events_.rend(); ++e)
      if (const auto* found = std::get_if<Event>(&*e)) return found;
    return nullptr;
  }
  // Until a message of that type has come.
  bool wait_for(std::string_view message_type);
  [[nodiscard]] bool saw(std::string_view message_type) const;
  [[nodiscard]] const std::string& received() const noexcept { return received_; }

 private:
  bool receive();
  void collect();
  void put(std::string_view octets);

  int socket_ = -1;
  bool ended_ = false;
  std::optional<tls::engine> engine_;
  std::vector<tls::event> events_;
  std::string received_;
  std::size_t read_ = 0;
};

}  // namespace smtpscope::test
