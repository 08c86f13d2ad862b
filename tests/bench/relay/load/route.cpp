#include "route.hpp"

#include <algorithm>
#include <cstring>

namespace load {
namespace {

constexpr std::size_t buffer_octets = 1 << 20;
constexpr std::size_t wisp_header = 5;  // type, stream
constexpr std::string_view mask = "\x37\xfa\x21\x3d";
constexpr int forever = -1;

enum wisp_type : char { wisp_connect = 1, wisp_data = 2, wisp_continue = 3 };

std::string little_endian(std::uint64_t value, int octets) {
  std::string text;
  for (int i = 0; i < octets; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string wisp_packet(wisp_type type, std::string_view payload) {
  return std::string(1, type).append(little_endian(1, 4)).append(payload);
}

std::string masked(int opcode, std::string_view payload) {
  const std::uint64_t size = payload.size();
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const int octets = size < 126 ? 0 : size < 65536 ? 2 : 8;
  frame += static_cast<char>(0x80 | (octets == 0 ? static_cast<int>(size) : octets == 2 ? 126 : 127));
  for (int i = octets - 1; i >= 0; --i) frame += static_cast<char>(size >> (8 * i) & 0xff);
  frame += mask;
  const std::size_t header = frame.size();
  frame += payload;
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame[header + i] = static_cast<char>(frame[header + i] ^ mask[i % 4]);
  return frame;
}

}  // namespace

route::route(const target& to, unsigned source, const std::function<void()>& connected)
    : to_(to), link_(to.port, to.how, source), buffer_(new char[buffer_octets]) {
  if (connected) connected();
  switch (to.what) {
    case kind::raw: break;
    case kind::websocket: upgrade(); break;
    case kind::tunnel: open_tunnel(); break;
    case kind::wisp: open_wisp(); break;
  }
}

void route::upgrade() {
  const char* path = to_.what == kind::tunnel ? "/tunnel" : "/";
  const char* subprotocol = to_.what == kind::tunnel      ? "Sec-WebSocket-Protocol: smtpscope.tunnel.v1\r\n"
                            : to_.what == kind::websocket ? "Sec-WebSocket-Protocol: binary\r\n"
                                                          : "";  // wisp: none asks for version 1
  link_.write_all(std::string("GET ") + path +
                  " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(to_.served_port != 0 ? to_.served_port : to_.port) +
                  "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
                  subprotocol + "\r\n");
  for (;;) {
    const std::string_view unread(buffer_.get(), end_);
    if (const auto at = unread.find("\r\n\r\n"); at != std::string_view::npos) {
      if (unread.substr(0, 12) != "HTTP/1.1 101") fail("the upgrade was refused: " + std::string(unread));
      begin_ = at + 4;
      return;
    }
    if (!fill(end_ + 1)) fail("the relay hung up during the upgrade");
  }
}

void route::say(std::string_view json) { link_.write_all(masked(1, json)); }

std::string_view route::text(std::string_view expected) {
  const frame f = next();
  // These are short and come whole, or as good as.
  if (f.opcode != 1 || f.payload.find(expected) == std::string_view::npos)
    fail(std::string(expected) + " was expected, not " + std::string(f.payload));
  return f.payload;
}

void route::open_tunnel() {
  upgrade();
  static_cast<void>(text("hello"));
  if (to_.credit > 0) say(R"({"op":"credit","bytes":)" + std::to_string(to_.credit) + "}");
  say(R"({"op":"open","host":"127.0.0.1","tls":"none","port":)" + std::to_string(to_.backend_port) + "}");
  static_cast<void>(text("resolved"));
  static_cast<void>(text("connected"));
}

void route::open_wisp() {
  upgrade();
  take_wisp_continue(next().payload);
  link_.write_all(masked(2, wisp_packet(wisp_connect, "\x01" + little_endian(to_.backend_port, 2) + "127.0.0.1")));
}

void route::take_wisp_continue(std::string_view payload) {
  if (payload.size() < wisp_header + 4 || payload[0] != wisp_continue) fail("a wisp CONTINUE was expected");
  wisp_allowance_ = 0;
  for (int i = 3; i >= 0; --i)
    wisp_allowance_ =
        wisp_allowance_ << 8 | static_cast<unsigned char>(payload[wisp_header + static_cast<std::size_t>(i)]);
}

bool route::fill(std::size_t octets) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ + octets > buffer_octets) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ - begin_ < octets) {
    const std::size_t n = link_.read_some(buffer_.get() + end_, buffer_octets - end_);
    if (n == 0) return false;
    end_ += n;
  }
  return true;
}

route::frame route::next() {
  if (left_ == 0) {
    if (!fill(2)) return {};
    const auto octet = [this](std::size_t i) { return static_cast<unsigned char>(buffer_[begin_ + i]); };
    const std::size_t more = (octet(1) & 0x7f) == 126 ? 2 : (octet(1) & 0x7f) == 127 ? 8 : 0;
    if (!fill(2 + more)) return {};
    if (const int opcode = octet(0) & 0x0f; opcode != 0) opcode_ = opcode;
    left_ = octet(1) & 0x7f;
    for (std::size_t i = 0; i < more; ++i) left_ = (i == 0 ? 0 : left_ << 8) | octet(2 + i);
    begin_ += 2 + more;
    // Small frames whole, and of the others their beginning.
    if (!fill(std::min<std::uint64_t>(left_, 4096))) return {};
  }
  if (!fill(left_ > 0 ? 1 : 0)) return {};
  const std::size_t n = std::min<std::uint64_t>(left_, end_ - begin_);
  const frame f{opcode_, {buffer_.get() + begin_, n}};
  begin_ += n;
  left_ -= n;
  return f;
}

std::string route::framed(std::string_view octets) {
  if (to_.what == kind::raw) return std::string(octets);
  return masked(2, to_.what == kind::wisp ? wisp_packet(wisp_data, octets) : std::string(octets));
}

std::string_view route::receive() {
  if (to_.what == kind::raw) {
    const std::size_t n = link_.read_some(buffer_.get(), buffer_octets);
    return {buffer_.get(), n};
  }
  for (;;) {
    const bool beginning = left_ == 0;
    frame f = next();
    if (f.opcode < 0 || f.opcode == 8) return {};
    if (f.opcode != 2) continue;
    if (to_.what == kind::wisp && beginning) {
      if (f.payload.size() < wisp_header || f.payload[0] != wisp_data) {
        if (!f.payload.empty() && f.payload[0] == wisp_continue) take_wisp_continue(f.payload);
        continue;
      }
      f.payload.remove_prefix(wisp_header);
    }
    if (!f.payload.empty()) return f.payload;
  }
}

std::string route::receive(std::size_t octets) {
  std::string got;
  while (got.size() < octets) {
    const std::string_view piece = receive();
    if (piece.empty()) fail("the relay ended early");
    got += piece;
  }
  return got;
}

std::uint64_t route::pump(std::string_view message, std::uint64_t octets, int patience) {
  const std::string whole = framed(message);
  std::uint64_t begun = 0;
  while (begun < octets) {
    if (to_.what == kind::wisp && wisp_allowance_ == 0) {
      if (!link_.readable_within(patience)) break;
      take_wisp_continue(next().payload);
      continue;
    }
    if (wisp_allowance_ > 0) --wisp_allowance_;
    begun += message.size();
    if (patience == forever) {
      link_.write_all(whole);
      continue;
    }
    for (std::string_view rest = whole; !rest.empty();) {
      const std::size_t n = link_.write_within(rest, patience);
      if (n == 0) return begun;
      rest.remove_prefix(n);
    }
  }
  return begun;
}

}  // namespace load
