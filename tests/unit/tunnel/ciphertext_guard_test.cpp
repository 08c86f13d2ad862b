#include "smtpscope/tunnel/ciphertext_guard.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::tunnel {
namespace {

using namespace std::string_literals;

std::span<const std::byte> octets(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

std::string record(int type, std::size_t size) {
  return std::string{static_cast<char>(type), 3, 1, static_cast<char>(size >> 8), static_cast<char>(size & 0xff)} +
         std::string(size, 'e');
}

struct stream_case {
  const char* name;
  std::string text;
  bool allowed;
};
class FromTheFirstOctet : public testing::TestWithParam<stream_case> {};

TEST_P(FromTheFirstOctet, OnlyRecordsPass) {
  ciphertext_guard whole(tls_start::at_once);
  EXPECT_EQ(whole.page_may_say(octets(GetParam().text)), GetParam().allowed);
  ciphertext_guard other(tls_start::at_once);
  EXPECT_EQ(other.server_may_say(octets(GetParam().text)), GetParam().allowed);
  ciphertext_guard pieces(tls_start::at_once);
  bool good = true;
  for (const char c : GetParam().text) good = good && pieces.page_may_say(octets(std::string_view(&c, 1)));
  EXPECT_EQ(good, GetParam().allowed) << "octet by octet";
}

INSTANTIATE_TEST_SUITE_P(
    Streams, FromTheFirstOctet,
    testing::Values(stream_case{"handshake", record(22, 300), true},
                    stream_case{"several", record(22, 300) + record(20, 1) + record(23, 16384) + record(21, 2), true},
                    stream_case{"largest", record(23, 16384 + 2048), true},
                    stream_case{"begun", record(22, 300).substr(0, 7), true}, stream_case{"nothing", "", true},
                    stream_case{"too_large", record(23, 16384 + 2049), false},
                    stream_case{"empty_record", record(23, 0), false}, stream_case{"type_below", record(19, 1), false},
                    stream_case{"type_above", record(25, 1), false},
                    stream_case{"other_version", "\x16\x02\x01\x00\x01x"s, false},
                    stream_case{"ehlo", "EHLO mail.example\r\n", false}, stream_case{"greeting", "220 hi\r\n", false},
                    stream_case{"http", "GET / HTTP/1.1\r\n\r\n", false}, stream_case{"ssh", "SSH-2.0-x\r\n", false},
                    stream_case{"plain_behind_a_record", record(22, 10) + "MAIL FROM:<>\r\n", false}),
    [](const auto& i) { return i.param.name; });

// "C:" is the page, "S:" the server; what is not allowed is the last step.
struct dialogue {
  const char* name;
  std::vector<std::string> steps;
  bool allowed;
};
class AfterStarttls : public testing::TestWithParam<dialogue> {};

TEST_P(AfterStarttls, OnlyWhatLeadsToTlsPasses) {
  ciphertext_guard guard(tls_start::after_starttls);
  for (const std::string& step : GetParam().steps) {
    const bool last = &step == &GetParam().steps.back();
    const auto said = octets(std::string_view(step).substr(2));
    const bool allowed = step.front() == 'C' ? guard.page_may_say(said) : guard.server_may_say(said);
    EXPECT_EQ(allowed, !last || GetParam().allowed) << step;
  }
}

const std::string hello = "S:220 mail.example ESMTP\r\n";
const std::string ehlo = "C:EHLO page\r\n";
const std::string features = "S:250-mail.example\r\n250 STARTTLS\r\n";

INSTANTIATE_TEST_SUITE_P(
    Dialogues, AfterStarttls,
    testing::Values(
        dialogue{"whole",
                 {hello, ehlo, features, "C:starttls\r\n", "S:220 go\r\n", "C:" + record(22, 50), "S:" + record(22, 70),
                  "C:" + record(23, 50)},
                 true},
        dialogue{"refused_then_quit",
                 {hello, ehlo, features, "C:STARTTLS\r\n", "S:454 not now\r\n", "C:QUIT\r\n", "S:221 bye\r\n"},
                 true},
        dialogue{"helo_noop_rset",
                 {hello, "C:HELO page\r\n", "S:250 hi\r\n", "C:NOOP\r\n", "S:250\r\n", "C:RSET\r\n"},
                 true},
        dialogue{"records_first", {"C:" + record(22, 300), "S:" + record(22, 70), "C:" + record(23, 50)}, true},
        dialogue{"records_first_and_a_server_without_tls", {"C:" + record(22, 300), hello}, false},
        dialogue{"plain_behind_first_records", {"C:" + record(22, 300), "C:EHLO page\r\n"}, false},
        dialogue{"server_bytes_in_records_too",
                 {hello, ehlo, features, "C:STARTTLS\r\n", "S:220 go\r\n" + record(22, 5)},
                 true},
        dialogue{"login", {hello, ehlo, features, "C:AUTH PLAIN AGEAYg==\r\n"}, false},
        dialogue{"mail", {hello, ehlo, features, "C:MAIL FROM:<a@b.example>\r\n"}, false},
        dialogue{"records_before_starttls", {hello, "C:" + record(22, 300) + "\n"}, false},
        dialogue{"behind_starttls", {hello, ehlo, features, "C:STARTTLS\r\nEHLO again\r\n"}, false},
        dialogue{"before_the_answer", {hello, ehlo, features, "C:STARTTLS\r\n", "C:" + record(22, 50)}, false},
        dialogue{"plain_after_the_answer",
                 {hello, ehlo, features, "C:STARTTLS\r\n", "S:220 go\r\n", "C:EHLO page\r\n"},
                 false},
        dialogue{"server_plain_after_its_answer",
                 {hello, ehlo, features, "C:STARTTLS\r\n", "S:220 go\r\n250 injected\r\n"},
                 false},
        dialogue{"bare_newline", {hello, "C:EHLO page\n"}, false},
        dialogue{"endless_line", {hello, "C:EHLO " + std::string(600, 'x')}, false},
        dialogue{"starttls_with_words", {hello, ehlo, features, "C:STARTTLS now\r\n"}, false},
        dialogue{"ssh_server", {"S:SSH-2.0-OpenSSH\r\n"}, false},
        dialogue{"pipelined_commands", {hello, "C:EHLO page\r\nNOOP\r\nQUIT\r\n"}, true}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::tunnel
