#pragma once
// A server made of a script: it accepts one connection after another and runs the script for each,
// with blocking calls on a thread of its own. Each wait has a deadline of 20 s, after which the
// call fails; failures show in what the test sees.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "relay/net/x509.hpp"

namespace smtpscope::testing {

// What a TLS server shows: its certificate and key, and the chain's rest.
struct tls_identity {
  net::key_pair own;
  std::string authority_pem;                    // to be trusted by whoever shall trust it
  int highest_version = 0;                      // of TLS, as in TLS1_2_VERSION; 0: any
  std::vector<net::certificate_ptr> more = {};  // shown after its own
};

// One side of one connection.
class peer {
 public:
  explicit peer(int socket) : socket_(socket) {}
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer();

  bool send(std::string_view octets);
  // Until so many octets have come; fewer when the other side ended or time ran out.
  std::string read(std::size_t octets);
  // Until the text has come, inclusive.
  std::string read_until(std::string_view text);
  std::string read_to_end();
  // The server's handshake. False when the client broke it off.
  bool start_tls(const tls_identity& shown);
  void end_sending();
  void reset();  // hangs up by RST
  // Sends the same octet over and over until nobody has taken any for a second, or `most` are sent.
  // Returns how many were taken.
  std::uint64_t send_until_stalled(std::uint64_t most);

 private:
  bool wait(short events, int milliseconds) const;
  std::size_t read_some(char* into, std::size_t most);

  int socket_;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
};

class scripted_server {
 public:
  using script = std::function<void(peer&)>;
  explicit scripted_server(script play);
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;
  ~scripted_server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  std::uint16_t port_ = 0;  // before listener_, which sets it
  int listener_;
  std::atomic<int> connections_{0};
  int ending_;  // readable when it is to end
  std::thread thread_;
};

// A port on which nothing listens.
[[nodiscard]] std::uint16_t closed_port();

// A port that is listened on by somebody who never answers: connecting takes forever.
class silent_port {
 public:
  silent_port();
  silent_port(const silent_port&) = delete;
  silent_port& operator=(const silent_port&) = delete;
  ~silent_port();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  std::uint16_t port_ = 0;  // before listener_, which sets it
  int listener_;
  std::vector<int> fillers_;
};

// For mail.test and 127.0.0.1, by an authority of its own, valid now.
[[nodiscard]] tls_identity good_identity();
[[nodiscard]] tls_identity expired_identity();
[[nodiscard]] tls_identity future_identity();
[[nodiscard]] tls_identity other_name_identity();  // for other.test
[[nodiscard]] tls_identity self_signed_identity();
[[nodiscard]] tls_identity other_address_identity();
// Issued by an intermediate authority, whose certificate is shown too, or is not.
[[nodiscard]] tls_identity intermediate_identity();
[[nodiscard]] tls_identity without_intermediate_identity();
[[nodiscard]] tls_identity expired_intermediate_identity();
[[nodiscard]] tls_identity clients_identity();  // may prove who a client is, and nothing else
// The host stands in the subject's common name alone.
[[nodiscard]] tls_identity common_name_identity();

}  // namespace smtpscope::testing
