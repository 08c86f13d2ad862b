#pragma once
// A page at the level of octets: says anything, also what no WebSocket client would, and can refuse
// to read. Blocking calls; each wait has a deadline of 20 s.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smtpscope::testing {

using header_list = std::vector<std::pair<std::string, std::string>>;

// A fresh socket, which the caller closes. Throws when nobody listens there.
[[nodiscard]] int connect_to_loopback(std::uint16_t port);

class raw_page {
 public:
  explicit raw_page(std::uint16_t port);
  raw_page(const raw_page&) = delete;
  raw_page& operator=(const raw_page&) = delete;
  ~raw_page();

  bool send(std::string_view octets);
  // Until so many octets have come; fewer when the relay ended or time ran out.
  std::string read(std::size_t octets);
  // What has come already, without waiting.
  std::string read_now();
  std::string read_until(std::string_view text);
  std::string read_to_end();
  // True when the relay has ended the connection and said nothing more.
  bool ended();

  // The upgrade to a tunnel; returns the answer's header.
  std::string upgrade(const header_list& extra);
  // All that the relay's own page does until it is connected to that port of 127.0.0.1. Throws what the relay said
  // where that was something else.
  void connect(std::uint16_t server);
  // One frame; opcode as in RFC 6455 §5.2. The mask is zero, so the payload is sent as it is.
  bool send_frame(int opcode, std::string_view payload);
  struct frame {
    int opcode = -1;  // -1: the connection ended
    std::string payload;
  };
  frame read_frame();
  // The next text frame.
  std::string read_text();

  // Sends binary frames until the relay has taken none for a second, or `most` octets of payload.
  // Returns how many octets of payload were begun.
  std::uint64_t send_until_stalled(std::uint64_t most);
  // The rest of a frame that a stall has cut.
  bool send_rest();

 private:
  std::uint16_t relay_;
  int socket_;
  std::string rest_;
};

// What this process has allocated, in octets.
[[nodiscard]] std::uint64_t allocated_octets();
// Its resident memory; under a sanitizer, what is allocated.
[[nodiscard]] std::uint64_t resident_octets();

}  // namespace smtpscope::testing
