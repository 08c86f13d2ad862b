#include "integration/tunnel_raw_page.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace smtpscope::testing {
namespace {

constexpr int patience = 20'000;  // milliseconds

bool wait(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

std::string frame_header(int opcode, std::uint64_t size) {
  std::string header(1, static_cast<char>(0x80 | opcode));
  const int octets = size < 126 ? 0 : size < 65536 ? 2 : 8;
  header += static_cast<char>(0x80 | (octets == 0 ? static_cast<int>(size) : octets == 2 ? 126 : 127));
  for (int i = octets - 1; i >= 0; --i) header += static_cast<char>(size >> (8 * i) & 0xff);
  return header + std::string(4, '\0');  // mask
}

}  // namespace

int connect_to_loopback(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (::connect(made, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) return made;
  ::close(made);
  throw std::runtime_error("cannot connect to the relay");
}

raw_page::raw_page(std::uint16_t port) : relay_(port), socket_(connect_to_loopback(port)) {}

raw_page::~raw_page() { ::close(socket_); }

bool raw_page::send(std::string_view octets) {
  while (!octets.empty()) {
    if (!wait(socket_, POLLOUT, patience)) return false;
    const ssize_t n = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) return false;
    if (n > 0) octets.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string raw_page::read(std::size_t octets) {
  std::string got;
  std::array<char, 65536> piece;
  while (got.size() < octets && wait(socket_, POLLIN, patience)) {
    const ssize_t n = ::recv(socket_, piece.data(), std::min(piece.size(), octets - got.size()), 0);
    if (n <= 0) break;
    got.append(piece.data(), static_cast<std::size_t>(n));
  }
  return got;
}

std::string raw_page::read_now() {
  std::array<char, 65536> piece;
  const ssize_t n = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
  return {piece.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

std::string raw_page::read_until(std::string_view text) {
  std::string got;
  while (got.find(text) == std::string::npos) {
    const std::string one = read(1);
    if (one.empty()) break;
    got += one;
  }
  return got;
}

std::string raw_page::read_to_end() { return read(std::string::npos); }

bool raw_page::ended() {
  char octet = 0;
  return wait(socket_, POLLIN, patience) && ::recv(socket_, &octet, 1, 0) <= 0;
}

std::string raw_page::upgrade(const header_list& extra) {
  std::string request =
      "GET /tunnel HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: smtpscope.tunnel.v1\r\n";
  for (const auto& [name, value] : extra) request.append(name).append(": ").append(value).append("\r\n");
  send(request + "\r\n");
  return read_until("\r\n\r\n");
}

void raw_page::connect(std::uint16_t server) {
  const auto must_say = [this](std::string_view what) {
    if (const std::string said = read_text(); said.find(what) == std::string::npos)
      throw std::runtime_error("the relay says no " + std::string(what) + " but: " + said);
  };
  const std::string host = "127.0.0.1:" + std::to_string(relay_);
  upgrade({{"Host", host}, {"Origin", "http://" + host}});
  must_say("hello");
  send_frame(1, R"({"op":"open","host":"127.0.0.1","tls":"none","port":)" + std::to_string(server) + "}");
  must_say("resolved");
  must_say("connected");
}

bool raw_page::send_frame(int opcode, std::string_view payload) {
  return send(frame_header(opcode, payload.size()).append(payload));
}

raw_page::frame raw_page::read_frame() {
  const std::string start = read(2);
  if (start.size() < 2) return {};
  std::uint64_t size = static_cast<unsigned char>(start[1]) & 0x7f;
  if (size >= 126) {
    const std::string length = read(size == 126 ? 2 : 8);
    size = 0;
    for (const char c : length) size = size << 8 | static_cast<unsigned char>(c);
  }
  return {start[0] & 0x0f, read(size)};
}

std::string raw_page::read_text() {
  for (;;) {
    frame f = read_frame();
    if (f.opcode == 1 || f.opcode == -1) return std::move(f.payload);
  }
}

std::uint64_t raw_page::send_until_stalled(std::uint64_t most) {
  constexpr int silence = 1'000;  // milliseconds
  const std::string whole = frame_header(2, 65536) + std::string(65536, 'p');
  std::uint64_t begun = 0;
  while (begun < most) {
    rest_ = whole;
    begun += 65536;
    while (!rest_.empty()) {
      if (!wait(socket_, POLLOUT, silence)) return begun;
      const ssize_t n = ::send(socket_, rest_.data(), rest_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno != EAGAIN) return begun;
      if (n > 0) rest_.erase(0, static_cast<std::size_t>(n));
    }
  }
  return begun;
}

bool raw_page::send_rest() { return send(std::exchange(rest_, {})); }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
std::uint64_t allocated_octets() { return __sanitizer_get_current_allocated_bytes(); }
// A sanitizer keeps freed memory back, to find its use.
std::uint64_t resident_octets() { return allocated_octets(); }
#else
std::uint64_t allocated_octets() { return mallinfo2().uordblks; }
std::uint64_t resident_octets() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}
#endif

}  // namespace smtpscope::testing
