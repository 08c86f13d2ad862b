#pragma once
// Two TLS engines and the network between them, in memory.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/tls/engine.hpp"
#include "support/tls_identity.hpp"

namespace smtpscope::test {

// How many of that many octets arrive together; at least 1.
using cutter = std::function<std::size_t(std::size_t)>;
[[nodiscard]] cutter whole();
[[nodiscard]] cutter octet_by_octet();
// Pieces of random sizes, the same for the same seed.
[[nodiscard]] cutter random_pieces(unsigned seed);

// One end: its engine, and what it has told so far.
struct tls_end {
  explicit tls_end(tls::engine made) : engine(std::move(made)) {}

  tls::engine engine;
  std::vector<tls::event> events{};
  std::string received{};  // plaintext
  std::string to_send{};   // ciphertext that has not left

  // Takes all events there are.
  void collect();
  // The first event of that kind, or nullptr.
  template <class Event>
  [[nodiscard]] const Event* first() const {
    for (const tls::event& e : events)
      if (const auto* found = std::get_if<Event>(&e)) return found;
    return nullptr;
  }
  template <class Event>
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const tls::event& e : events) n += std::holds_alternative<Event>(e) ? 1 : 0;
    return n;
  }
  // Types of the messages told, in order, each with its direction: "c2s client_hello".
  [[nodiscard]] std::vector<std::string> messages() const;
};

[[nodiscard]] tls::client_options client_of(const tls_identity& authority = test_authority());
[[nodiscard]] tls::server_options server_with(const tls_identity& identity = test_server());

class tls_pair {
 public:
  tls_pair(tls::client_options client, tls::server_options server, cutter cut = whole());

  tls_end client;
  tls_end server;

  // Starts the client and carries octets until nothing moves. `flights` bounds how often one side's octets
  // travel to the other.
  void run(std::optional<std::size_t> flights = std::nullopt);
  void write(tls_end& from, std::string_view plaintext);
  [[nodiscard]] std::size_t flights() const noexcept { return flights_; }

 private:
  bool carry(tls_end& from, tls_end& to);

  cutter cut_;
  std::size_t flights_ = 0;
};

}  // namespace smtpscope::test
