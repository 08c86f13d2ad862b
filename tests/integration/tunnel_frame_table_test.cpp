// RFC 6455 frame by frame: what a tunnel that stands does with every kind of frame, right or wrong.

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

constexpr int fin = 0x80, rsv1 = 0x40, rsv2 = 0x20, rsv3 = 0x10;
constexpr int continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;
enum class masked : std::uint8_t { yes, no };
constexpr int shortest = -1;

// A frame with its length in 0, 2 or 8 further octets.
std::string frame(int first, const std::string& payload, int length_octets = shortest, masked how = masked::yes,
                  const std::string& key = "\x12\x34\x56\x78") {
  const std::uint64_t size = payload.size();
  if (length_octets == shortest) length_octets = size < 126 ? 0 : size < 65536 ? 2 : 8;
  const int short_length = length_octets == 0 ? static_cast<int>(size) : length_octets == 2 ? 126 : 127;
  std::string wire{static_cast<char>(first), static_cast<char>((how == masked::yes ? 0x80 : 0) | short_length)};
  for (int i = length_octets - 1; i >= 0; --i) wire += static_cast<char>(size >> (8 * i) & 0xff);
  if (how == masked::no) return wire + payload;
  wire += key;
  for (std::size_t i = 0; i < size; ++i) wire += static_cast<char>(payload[i] ^ key[i % 4]);
  return wire;
}
std::string data(const std::string& payload) { return frame(fin | binary, payload); }
std::string unmasked(int first, const std::string& payload) { return frame(first, payload, shortest, masked::no); }
std::string bye(int code, const std::string& reason = "") {
  return frame(fin | close, std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason);
}
std::string repeated(const std::string& what, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += what;
  return all;
}

struct frame_case {
  const char* section;  // of RFC 6455
  std::string what;
  std::string wire;
  std::string carried;  // what reaches the server
  std::string pongs = {};
  int closed = 0;  // with this code; 0: the tunnel stands, and carries what follows
};

frame_case carries(const char* section, std::string what, std::string wire, std::string carried,
                   std::string pongs = "") {
  return {section, std::move(what), std::move(wire), std::move(carried), std::move(pongs)};
}
frame_case ends(const char* section, std::string what, std::string wire, int code, std::string carried = "",
                std::string pongs = "") {
  return {section, std::move(what), std::move(wire), std::move(carried), std::move(pongs), code};
}

constexpr int protocol_error = 1002;
constexpr int no_utf8 = 1007;
constexpr int too_large = 1009;

void add_lengths(std::vector<frame_case>& all) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U})
    all.push_back(
        carries("5.2", std::to_string(size) + " octets", data(std::string(size, 'x')), std::string(size, 'x')));
  all.push_back(ends("5.2", "more than a message may have", data(std::string(65537, 'x')), too_large));
  all.push_back(ends("5.2", "a short length in 16 bits", frame(fin | binary, "x", 2), protocol_error));
  all.push_back(ends("5.2", "125 in 16 bits", frame(fin | binary, std::string(125, 'x'), 2), protocol_error));
  all.push_back(ends("5.2", "a short length in 64 bits", frame(fin | binary, "x", 8), protocol_error));
  all.push_back(ends("5.2", "65535 in 64 bits", frame(fin | binary, std::string(65535, 'x'), 8), protocol_error));
  all.push_back(ends("5.2", "the highest bit of 64", "\x82\xff\x80\0\0\0\0\0\0\1mask"s, protocol_error));
  all.push_back(ends("5.2", "all 64 bits", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask"s, protocol_error));
  all.push_back(ends("5.2", "all of 63 bits", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask"s, too_large));
  all.push_back(ends("5.2", "a length of 2^32", "\x82\xff\0\0\0\1\0\0\0\0mask"s, too_large));
  all.push_back(
      ends("5.2", "a text larger than a control frame may be", frame(fin | text, std::string(4097, ' ')), too_large));
}

void add_headers(std::vector<frame_case>& all) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    all.push_back(ends("5.2", "opcode " + std::to_string(opcode), frame(fin | opcode, "x"), protocol_error));
  for (const int bit : {rsv1, rsv2, rsv3, rsv1 | rsv2 | rsv3})
    for (const int opcode : {binary, text, ping, close})
      all.push_back(ends("5.2", "reserved bits " + std::to_string(bit) + " of " + std::to_string(opcode),
                         frame(fin | bit | opcode, ""), protocol_error));
  for (const int opcode : {continuation, text, binary, close, ping, pong})
    all.push_back(ends("5.1", "no mask for " + std::to_string(opcode), unmasked(fin | opcode, ""), protocol_error));
  for (const std::string& key : {"\0\0\0\0"s, "\xff\xff\xff\xff"s, "\0\xff\0\xff"s})
    all.push_back(carries("5.3", "masks", frame(fin | binary, "masked", shortest, masked::yes, key), "masked"));
}

void add_control(std::vector<frame_case>& all) {
  const std::string longest(125, 'p');
  all.push_back(carries("5.5.2", "an empty ping", frame(fin | ping, ""), "", "<>"));
  all.push_back(carries("5.5.2", "a ping", frame(fin | ping, "here?"), "", "<here?>"));
  all.push_back(carries("5.5.2", "the longest ping", frame(fin | ping, longest), "", "<" + longest + ">"));
  all.push_back(carries("5.5.2", "a ping of any octets", frame(fin | ping, "\0\xff\x80"s), "", "<\0\xff\x80>"s));
  all.push_back(ends("5.5", "a ping too long", frame(fin | ping, longest + "p"), protocol_error));
  all.push_back(ends("5.5", "a ping with 64 bits of length", frame(fin | ping, longest, 8), protocol_error));
  all.push_back(ends("5.5", "a pong too long", frame(fin | pong, longest + "p"), protocol_error));
  all.push_back(ends("5.5", "a close too long", frame(fin | close, "\x03\xe8"s + longest), protocol_error));
  for (const int opcode : {close, ping, pong})
    all.push_back(ends("5.5", "a fragmented " + std::to_string(opcode), frame(opcode, ""), protocol_error));
  all.push_back(carries("5.5.3", "a pong nobody asked for", frame(fin | pong, "") + data("a"), "a"));
  all.push_back(carries("5.5.3", "the longest pong", frame(fin | pong, longest) + data("a"), "a"));
}

void add_fragments(std::vector<frame_case>& all) {
  const auto first = [](const std::string& s) { return frame(binary, s); };
  const auto next = [](const std::string& s) { return frame(continuation, s); };
  const auto last = [](const std::string& s) { return frame(fin | continuation, s); };
  all.push_back(carries("5.4", "two fragments", first("ab") + last("cd"), "abcd"));
  all.push_back(carries("5.4", "three fragments", first("ab") + next("cd") + last("ef"), "abcdef"));
  all.push_back(carries("5.4", "an empty first fragment", first("") + last("ab"), "ab"));
  all.push_back(carries("5.4", "an empty fragment between", first("a") + next("") + last("b"), "ab"));
  all.push_back(carries("5.4", "an empty last fragment", first("ab") + last(""), "ab"));
  all.push_back(carries("5.4", "nothing but empty fragments", first("") + next("") + last(""), ""));
  all.push_back(carries("5.4", "fragments of one octet", first("x") + repeated(next("x"), 98) + last("x"),
                        std::string(100, 'x')));
  all.push_back(carries("5.4", "a message at its limit in two", first(std::string(65535, 'x')) + last("x"),
                        std::string(65536, 'x')));
  all.push_back(ends("5.4", "a message over its limit in two", first(std::string(65535, 'x')) + last("xx"), too_large));
  all.push_back(
      carries("5.4", "a ping between fragments", first("ab") + frame(fin | ping, "?") + last("cd"), "abcd", "<?>"));
  all.push_back(carries("5.4", "a pong between fragments", first("ab") + frame(fin | pong, "") + last("cd"), "abcd"));
  all.push_back(ends("5.4", "a close between fragments", first("ab") + bye(1000), 1000));
  all.push_back(ends("5.4", "a text between fragments", first("ab") + frame(fin | text, "{}"), protocol_error));
  all.push_back(ends("5.4", "another message between fragments", first("ab") + data("cd"), protocol_error));
  all.push_back(ends("5.4", "another first fragment", first("ab") + first("cd"), protocol_error));
  all.push_back(ends("5.4", "a last fragment without a first", last("ab"), protocol_error));
  all.push_back(ends("5.4", "a fragment without a first", next("ab"), protocol_error));
  all.push_back(ends("5.4", "a fragment after the last", first("a") + last("b") + last("c"), protocol_error, "ab"));
  all.push_back(carries("5.4", "a control frame of the tunnel in fragments",
                        frame(text, "{\"op\":") + frame(continuation, "\"credit\"") +
                            frame(fin | continuation, ",\"bytes\":1}") + data("a"),
                        "a"));
}

void add_texts(std::vector<frame_case>& all) {
  const std::pair<const char*, std::string> wrong[] = {{"a continuation octet alone", "\x80"},
                                                       {"an octet that is never there", "\xff"},
                                                       {"an overlong slash", "\xc0\xaf"},
                                                       {"an overlong NUL", "\xe0\x80\x80"},
                                                       {"a surrogate", "\xed\xa0\x80"},
                                                       {"beyond U+10FFFF", "\xf4\x90\x80\x80"},
                                                       {"a character cut at the end", "\xe2\x82"},
                                                       {"a character broken off", "\xe2\x82!"}};
  for (const auto& [what, octets] : wrong) all.push_back(ends("8.1", what, frame(fin | text, octets), no_utf8));
  all.push_back(ends("8.1", "bad UTF-8 in a fragment", frame(text, "{") + frame(fin | continuation, "\xff"), no_utf8));
}

void add_closes(std::vector<frame_case>& all) {
  all.push_back(ends("5.5.1", "a close without a code", frame(fin | close, ""), 1000));
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999})
    all.push_back(ends("7.4", "close " + std::to_string(code), bye(code), code));
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999})
    all.push_back(ends("7.4", "close " + std::to_string(code), bye(code), protocol_error));
  for (const int code : {5000, 65535})  // of which the standard says nothing
    all.push_back(ends("7.4", "close " + std::to_string(code), bye(code), code));
  all.push_back(ends("5.5.1", "half a code", frame(fin | close, "\x03"), protocol_error));
  all.push_back(ends("5.5.1", "a reason", bye(1000, "enough for today"), 1000));
  all.push_back(ends("5.5.1", "the longest reason", bye(1000, std::string(123, 'r')), 1000));
  all.push_back(ends("5.5.1", "a reason that is no UTF-8", bye(1000, "\xff"), protocol_error));
  all.push_back(ends("5.5.1", "what follows a close is not looked at", bye(1000) + data("late"), 1000));
  all.push_back(ends("5.5.1", "what came before a close is carried", data("early") + bye(1001), 1001, "early"));
}

std::vector<frame_case> all_frames() {
  std::vector<frame_case> all;
  add_lengths(all);
  add_headers(all);
  add_control(all);
  add_fragments(all);
  add_texts(all);
  add_closes(all);
  return all;
}

// A tunnel to a server that says everything back.
class FrameTable : public ::testing::Test {
 protected:
  scripted_server server_{[](peer& p) {
    for (std::string octet = p.read(1); !octet.empty(); octet = p.read(1)) p.send(octet);
  }};
  running_relay relay_{{server_.port()}, [](app::serve_options& o) { o.tunnel_limits.closing = milliseconds(300); }};

  void connect(raw_page& page) {
    ASSERT_THAT(page.upgrade({{"Host", relay_.host()}, {"Origin", relay_.origin()}}), HasSubstr("101 Switching"));
    ASSERT_THAT(page.read_text(), HasSubstr("hello"));
    page.send(frame(fin | text,
                    R"({"op":"open","host":"mail.test","tls":"none","port":)" + std::to_string(server_.port()) + "}"));
    ASSERT_THAT(page.read_text(), HasSubstr("resolved"));
    ASSERT_THAT(page.read_text(), HasSubstr("connected"));
  }

  // What comes of the case: what the server said back, and pongs, until the mark or the end.
  frame_case play(const frame_case& c) {
    raw_page page(relay_.port());
    connect(page);
    page.send(c.wire);
    if (c.closed == 0) page.send(data("|"));
    frame_case seen = c;
    seen.carried.clear();
    seen.pongs.clear();
    seen.closed = 0;
    for (;;) {
      const raw_page::frame f = page.read_frame();
      if (f.opcode == binary) seen.carried += f.payload;
      if (f.opcode == pong) seen.pongs += "<" + f.payload + ">";
      if (f.opcode == close)
        seen.closed = f.payload.size() < 2
                          ? 1000
                          : static_cast<unsigned char>(f.payload[0]) << 8 | static_cast<unsigned char>(f.payload[1]);
      if (f.opcode == -1 || f.opcode == close) break;
      if (seen.carried.size() > c.carried.size() && c.closed == 0) break;
    }
    return seen;
  }
};

TEST_F(FrameTable, EveryFrameHasItsOutcome) {
  const std::vector<frame_case> all = all_frames();
  EXPECT_GE(all.size(), 80U);
  for (const frame_case& c : all) {
    SCOPED_TRACE("RFC 6455 §" + std::string(c.section) + ": " + c.what);
    const frame_case seen = play(c);
    EXPECT_EQ(seen.closed, c.closed);
    EXPECT_EQ(seen.pongs, c.pongs);
    // A tunnel that ends may do so before the server's last octets are back.
    if (c.closed == 0)
      EXPECT_TRUE(seen.carried == c.carried + "|") << seen.carried.size() << " octets";
    else
      EXPECT_TRUE(c.carried.compare(0, seen.carried.size(), seen.carried) == 0) << seen.carried;
  }
}

}  // namespace
}  // namespace smtpscope::testing
