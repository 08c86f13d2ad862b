#include "smtpscope/tunnel/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smtpscope::tunnel {
namespace {

using testing::HasSubstr;

template <class Frame>
Frame page(std::string_view text) {
  const auto parsed = parse_page_frame(text);
  EXPECT_TRUE(parsed) << text;
  EXPECT_TRUE(std::holds_alternative<Frame>(*parsed)) << text;
  return std::get<Frame>(*parsed);
}

TEST(PageFrame, OpenIsRead) {
  const auto frame = page<open>(R"({"op":"open","host":"smtp.gmail.com","port":587,"tls":"none"})");
  EXPECT_EQ(frame.host, "smtp.gmail.com");
  EXPECT_EQ(frame.port, 587);
  EXPECT_EQ(frame.tls, tls_mode::none);
  EXPECT_EQ(page<open>(R"({"tls":"implicit","port":465,"host":"h","op":"open"})").tls, tls_mode::implicit);
  EXPECT_EQ(page<open>(R"({"op":"open","host":"h","port":-1,"tls":"none"})").port, -1)
      << "the range is policy's to judge";
}

TEST(PageFrame, OthersAreRead) {
  page<start_tls>(R"({"op":"start_tls"})");
  page<page_eof>(R"({"op":"eof"})");
  EXPECT_EQ(page<credit>(R"({"op":"credit","bytes":65536})").bytes, 65536U);
  EXPECT_EQ(page<credit>(R"({"op":"credit","bytes":4294967296})").bytes, std::uint64_t{1} << 32);
  EXPECT_EQ(page<auth>(R"({"op":"auth","token":"t"})").token.reveal(), "t");
  page<start_tls>(R"({"op":"start_tls","later":{"than":[1]}})");
}

TEST(PageFrame, IsWhatItsFormatSays) {
  for (const char* text :
       {R"({"op":"open","host":"smtp.gmail.com","port":465,"tls":"implicit"})", R"({"op":"start_tls"})",
        R"({"op":"credit","bytes":1})", R"({"op":"eof"})", R"({"op":"auth","token":"a\"b"})"}) {
    const auto parsed = parse_page_frame(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(format(*parsed), text);
  }
}

struct bad_case {
  const char* name;
  std::string text;
};
class BadPageFrame : public testing::TestWithParam<bad_case> {};

TEST_P(BadPageFrame, IsRefused) {
  const auto parsed = parse_page_frame(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.why().code, errc::malformed_frame);
}

INSTANTIATE_TEST_SUITE_P(
    Frames, BadPageFrame,
    testing::Values(
        bad_case{"empty", ""}, bad_case{"no_json", "hello"}, bad_case{"array", R"(["op","open"])"},
        bad_case{"text", R"("open")"}, bad_case{"null", "null"}, bad_case{"no_op", R"({"host":"h"})"},
        bad_case{"unknown_op", R"({"op":"reopen"})"}, bad_case{"op_of_other_kind", R"({"op":1})"},
        bad_case{"op_in_capitals", R"({"op":"OPEN"})"},
        bad_case{"open_without_host", R"({"op":"open","port":1,"tls":"none"})"},
        bad_case{"open_with_text_port", R"({"op":"open","host":"h","port":"587","tls":"none"})"},
        bad_case{"open_with_broken_port", R"({"op":"open","host":"h","port":587.5,"tls":"none"})"},
        bad_case{"open_with_huge_port", R"({"op":"open","host":"h","port":18446744073709551615,"tls":"none"})"},
        bad_case{"open_without_tls", R"({"op":"open","host":"h","port":1})"},
        bad_case{"open_with_other_tls", R"({"op":"open","host":"h","port":1,"tls":"page"})"},
        bad_case{"credit_of_none", R"({"op":"credit","bytes":0})"},
        bad_case{"credit_negative", R"({"op":"credit","bytes":-1})"},
        bad_case{"credit_too_large", R"({"op":"credit","bytes":4294967297})"},
        bad_case{"credit_without_bytes", R"({"op":"credit"})"}, bad_case{"auth_without_token", R"({"op":"auth"})"},
        bad_case{"two_frames", R"({"op":"eof"}{"op":"eof"})"}, bad_case{"trailing_text", R"({"op":"eof"} x)"},
        bad_case{"too_deep", R"({"op":"eof","a":[[[[1]]]]})"},
        bad_case{"too_large", R"({"op":"eof","a":")" + std::string(4096, 'x') + "\"}"},
        bad_case{"very_deep", std::string(4000, '[')}),
    [](const auto& i) { return i.param.name; });

TEST(PageFrame, MayHave4096Octets) {
  const std::string frame = R"({"op":"eof","a":""})";
  const std::string full = R"({"op":"eof","a":")" + std::string(4096 - frame.size(), 'x') + "\"}";
  ASSERT_EQ(full.size(), 4096U);
  EXPECT_TRUE(parse_page_frame(full));
}

TEST(RelayFrame, EachIsWhatItsFormatSays) {
  const certificate shown{"CN=mail.example",
                          "CN=An authority",
                          {"mail.example", "192.0.2.1"},
                          "2026-01-01T00:00:00Z",
                          "2027-01-01T00:00:00Z"};
  hello h;
  h.destinations = {{"smtp.gmail.com", 465, destination_kind::remote}, {"127.0.0.1", 2525, destination_kind::mailbox}};
  h.destinations.push_back({"mail.example", 465, destination_kind::remote, payload::ciphertext});
  h.token = token_demand::required;
  h.bounds.frames_per_second = 7;
  h.bounds.new_per_minute = 8;
  handshake_message hello_message{"client_hello", direction::client_to_server, tls::content_type::handshake,
                                  tls::protection::encrypted, std::string("\x01\0\0\xff", 4)};
  hello_message.at = microseconds(1234);
  hello_message.fields = {{0, 4, "handshake_header", -1}, {0, 1, "msg_type", 0}};
  hello_message.data = {{"server_name", "mail.example"}, {"suites", json::array({"TLS_AES_128_GCM_SHA256"})}};
  const tls_report report{
      "TLSv1.3",
      "TLS_AES_256_GCM_SHA384",
      "X25519",
      true,
      {"AAAA", "BBBB"},
      {shown},
      "CN=An authority",
      microseconds(41022),
      {hello_message, {"change_cipher_spec", direction::server_to_client, tls::content_type::change_cipher_spec}}};
  const failure refused{stage::tls,          code::tls_verify, "No.",           retry::no,
                        tls_reason::expired, {shown},          {hello_message}, 0};
  const failure plain{stage::connect, code::refused, "Nobody is there.", retry::yes, std::nullopt, {}, {}};
  for (const relay_frame& frame : std::vector<relay_frame>{
           h, resolved{{"192.0.2.1", "2001:db8::1"}, microseconds(8)}, connected{"192.0.2.1", 587, microseconds(9)},
           report, tls_messages{{hello_message}}, server_eof{}, closed{party::server, 1, 2}, closed{party::page, 0, 0},
           closed{party::relay, 3, 4}, draining{milliseconds(5000)}, refused, plain}) {
    const std::string text = format(frame);
    const auto parsed = parse_relay_frame(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->index(), frame.index());
    EXPECT_EQ(format(*parsed), text);
  }
}

TEST(RelayFrame, HasTheMembersThatThePageReads) {
  EXPECT_EQ(format(relay_frame{server_eof{}}), R"({"ev":"eof"})");
  EXPECT_EQ(format(relay_frame{closed{party::server, 812, 2011}}),
            R"({"ev":"closed","by":"server","bytes_up":812,"bytes_down":2011})");
  EXPECT_EQ(format(relay_frame{resolved{{"192.0.2.1"}, microseconds(7)}}),
            R"({"ev":"resolved","addresses":["192.0.2.1"],"us":7})");
  EXPECT_EQ(format(relay_frame{failure{stage::resolve, code::name_not_found, "No.", retry::no, std::nullopt, {}}}),
            R"({"ev":"error","stage":"resolve","code":"name_not_found","message":"No.","retryable":false})");
  EXPECT_EQ(format(relay_frame{draining{milliseconds(5)}}), R"({"ev":"draining","deadline_ms":5})");
  hello h;
  h.destinations = {{"h", 1, destination_kind::mailbox}};
  EXPECT_THAT(format(relay_frame{h}),
              testing::AllOf(HasSubstr(R"("version":1,"limits":{"handshake_ms":5000,"open_ms":10000)"),
                             HasSubstr(R"("idle_ms":660000)"), HasSubstr(R"("bytes_up":62914560,"bytes_down":4194304)"),
                             HasSubstr(R"("destinations":[{"host":"h","port":1,"mailbox":true}],"auth":false)")));
}

TEST(RelayFrame, HostileTextStaysOneFrame) {
  const failure odd{stage::policy, code::not_allowed, "a\"\n\xff\x80 b", retry::no, std::nullopt, {}};
  EXPECT_TRUE(parse_relay_frame(format(relay_frame{odd})));
}

class BadRelayFrame : public testing::TestWithParam<bad_case> {};
TEST_P(BadRelayFrame, IsRefused) { EXPECT_FALSE(parse_relay_frame(GetParam().text)); }
INSTANTIATE_TEST_SUITE_P(
    Frames, BadRelayFrame,
    testing::Values(
        bad_case{"empty", ""}, bad_case{"unknown", R"({"ev":"x"})"},
        bad_case{"hello_without_limits", R"({"ev":"hello","version":1,"destinations":[],"auth":false})"},
        bad_case{"hello_with_empty_limits", R"({"ev":"hello","version":1,"limits":{},"destinations":[],"auth":false})"},
        bad_case{"resolved_numbers", R"({"ev":"resolved","addresses":[1],"us":1})"},
        bad_case{"resolved_negative", R"({"ev":"resolved","addresses":[],"us":-1})"},
        bad_case{"connected_port", R"({"ev":"connected","address":"a","port":0,"us":1})"},
        bad_case{"closed_by_nobody", R"({"ev":"closed","by":"x","bytes_up":1,"bytes_down":1})"},
        bad_case{"error_code", R"({"ev":"error","stage":"tls","code":"x","message":"m","retryable":false})"},
        bad_case{"error_reason",
                 R"({"ev":"error","stage":"tls","code":"tls_verify","message":"m","retryable":false,"reason":"x"})"},
        bad_case{"tls_without_chain", R"({"ev":"tls","version":"TLSv1.3"})"},
        bad_case{"draining", R"({"ev":"draining"})"}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::tunnel
