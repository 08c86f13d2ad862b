#pragma once
// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) without sockets: octets and time go in by calls, events come
// out of next(). One engine is one connection.
//
//   engine.start(now);                       // client: the ClientHello is ready to be sent
//   engine.receive(ciphertext, now);         // or write(), close(), peer_closed()
//   while (auto event = engine.next()) …     // until it gives none, after every call
//
// Order: events come in the order in which they happened, and what is to be sent comes after the
// messages that it carries. After `failed` nothing follows. There is no renegotiation: a server's
// hello_request is refused with an alert (RFC 5746 §4.5), and the session goes on.
//
// Secrets: nothing that leaves an engine holds keys but `key_log` and `session_given`, and the first
// comes only where it was asked for.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tls/event.hpp"
#include "smtpscope/tls/failure_text.hpp"
#include "smtpscope/tls/trust.hpp"

namespace smtpscope::tls {

enum class version : std::uint16_t { tls_1_2 = 0x0303, tls_1_3 = 0x0304 };

// ChaCha20-Poly1305 takes constant time without help of the processor.
enum class suite_order : std::uint8_t { usual, chacha20_first };
enum class key_logging : std::uint8_t { none, wanted };

struct client_options {
  std::string host;        // a DNS name or an IP address: who the certificate must be for; names are sent too (SNI)
  std::uint16_t port = 0;  // for texts only
  beginning begun = beginning::at_once;  // for texts only
  place where = place::program;          // for texts only
  trust roots;
  verification verify = verification::demanded;
  version least = version::tls_1_2;
  version most = version::tls_1_3;
  std::vector<std::string> alpn;  // RFC 7301, in order of preference; 1 to 255 octets each
  std::string groups;             // "X25519:P-256", in order of preference; "" for the library's own
  suite_order suites = suite_order::usual;
  // What `session_given` gave for this host, with these roots: its certificate is not judged anew, so where others
  // are trusted now, or time has passed it, leave it out. One that does not fit the host is not offered:
  // `established` tells whether it was resumed.
  std::optional<secret> resume;
  key_logging keys = key_logging::none;
};

struct server_options {
  secret identity;  // PEM: private key, own certificate, then those of its issuers
  version least = version::tls_1_2;
  version most = version::tls_1_3;
  std::vector<std::string> alpn;  // the first that the client offers too is agreed on; none in common: none
  std::string groups;             // a client whose key share is of none of them gets a HelloRetryRequest
  // What tickets are sealed with: engines with the same octets resume each other's sessions. None: no tickets.
  std::optional<secret> ticket_key;
  key_logging keys = key_logging::none;
};

// Octets of `server_options::ticket_key`.
inline constexpr std::size_t ticket_key_octets = 80;

class engine {
 public:
  // Error: invalid_argument; the text names the option and what is wrong with it.
  [[nodiscard]] static result<engine> client(client_options options);
  [[nodiscard]] static result<engine> server(server_options options);

  engine(engine&&) noexcept;
  engine& operator=(engine&&) noexcept;
  ~engine();

  // `now` is the time since 1970-01-01T00:00:00Z, by which certificates are judged.
  void start(seconds now);
  // Octets from the network, any number of them. After the end they are ignored.
  void receive(std::string_view ciphertext, seconds now);
  // Octets to be sent encrypted, any number of them. Error: misuse before `established`, after close()
  // and after the end.
  [[nodiscard]] status write(std::string_view plaintext);
  // Says that nothing more will be written (close_notify). Octets are still received. Before
  // `established` it gives up; no event follows but what is to be sent.
  void close();
  // The network's connection was closed by the peer: `failed` during the handshake, `truncated` where no
  // close_notify came, nothing else.
  void peer_closed();

  // The next event, or nothing.
  [[nodiscard]] std::optional<event> next();

  struct state;

 private:
  explicit engine(std::unique_ptr<state> own);
  std::unique_ptr<state> state_;
};

}  // namespace smtpscope::tls
