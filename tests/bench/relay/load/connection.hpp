#pragma once
// A TCP connection on loopback with blocking calls, plain or with TLS. Whatever fails ends the program
// with a word about it: a measurement of what failed means nothing.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace load {

enum class security : std::uint8_t { plain, tls };

[[noreturn]] void fail(const std::string& what);

// Listens on 127.0.0.1:port.
[[nodiscard]] int listen_on(std::uint16_t port);

class connection {
 public:
  // From 127.0.0.`source` to 127.0.0.1:port. The certificate is not looked at.
  connection(std::uint16_t port, security how, unsigned source = 1);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  // Returns 0 at the end.
  [[nodiscard]] std::size_t read_some(char* into, std::size_t most);
  void write_all(std::string_view octets);
  // Writes what goes without waiting longer than so many milliseconds; 0 when nothing does. Plain only.
  [[nodiscard]] std::size_t write_within(std::string_view octets, int milliseconds);
  // Whether something can be read within so many milliseconds.
  [[nodiscard]] bool readable_within(int milliseconds) const;
  [[nodiscard]] int socket() const noexcept { return socket_; }

 private:
  int socket_;
  SSL* tls_ = nullptr;
};

}  // namespace load
