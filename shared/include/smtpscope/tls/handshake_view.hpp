#pragma once
// What a message of a handshake says: its name, its parts as ranges of octets, and their meaning for
// people. Pure: no OpenSSL, no keys, and no input is too hostile.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// The name of a handshake message by its first octet (RFC 8446 §4, RFC 5246 §7.4); "handshake_99" for
// one that is not known. A server_hello that is a hello_retry_request is known by more than that.
[[nodiscard]] std::string message_name(std::uint8_t handshake_type);

struct reading;

// Reads the messages of one connection. Some have another form in TLS 1.2 than in 1.3, or by the
// suite, so the viewer remembers what the server_hello said: show it all messages, in order.
class handshake_viewer {
 public:
  // A message as it was before encryption: of a handshake with its header of four octets, of an
  // alert both octets. Fields are in the order of the octets, at most `most_fields`, three levels
  // deep, each inside its parent; where the octets stop making sense, so do the fields, and `data`
  // has "damaged":true.
  [[nodiscard]] message view(direction dir, content_type content, protection cover, std::string_view octets);

  static constexpr std::size_t most_fields = 1000;

 private:
  void read_handshake(reading& of);
  void read_body(reading& of, std::uint8_t type);

  std::uint16_t version_ = 0;  // as the server_hello chose it; 0 before
  std::uint16_t suite_ = 0;
};

}  // namespace smtpscope::tls
