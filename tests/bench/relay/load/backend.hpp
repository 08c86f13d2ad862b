#pragma once
// The server behind the relay: one thread that accepts and does one thing with every connection.

#include <atomic>
#include <cstdint>
#include <thread>

namespace load {

enum class behaviour : std::uint8_t {
  hold,     // never reads, never writes
  discard,  // reads and forgets
  echo,
  greet,  // says four octets at once, then waits for the end
};

class backend {
 public:
  backend(std::uint16_t port, behaviour what);
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  ~backend();

  // Waits until so many octets have come in altogether.
  void await_received(std::uint64_t octets) const;
  // Waits until so many connections have been accepted altogether.
  void await_accepted(std::uint64_t connections) const;

 private:
  void run();
  void accept_all();
  void serve(int socket);

  int listener_;
  behaviour what_;
  int poll_;
  int wake_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::thread thread_;
};

// Accepts one connection from `listener` and writes zeros to it: `octets` altogether, or until nothing is
// taken for so many milliseconds (-1: for ever). Returns how many octets were taken.
struct poured {
  int socket;
  std::uint64_t octets;
};
[[nodiscard]] poured pour(int listener, std::uint64_t octets, int patience);

}  // namespace load
