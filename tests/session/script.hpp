#pragma once
// Dialogues as text, for the tests of both sessions:
//
//   S: 220 mail.example ESMTP
//   C: EHLO client.example
//   S: 250-mail.example
//   S: 250 STARTTLS
//   --- TLS ---
//   --- server closes ---
//
// "C:" and "S:" lines end in CRLF on the wire; "C-" and "S-" lines have no line end added. Escapes:
// \r \n \t \0 \\ \xHH. Neighbouring lines of one side are one chunk: they travel together. Lines
// that are empty or begin with "#" are skipped.

#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::test {

struct step {
  enum class what { client, server, tls, tls_fails, client_closes, server_closes, timer, cancel, shut_down } kind;
  std::string bytes;  // of `client` and `server`; the text of `shut_down`
  int line = 0;       // in the script, from 1
};

// Aborts the test program with a message when the script itself is wrong.
[[nodiscard]] std::vector<step> parse_script(std::string_view text);

// Bytes as one line for messages: \r\n and what cannot be shown are escaped.
[[nodiscard]] std::string printable(std::string_view bytes);

// "line 7 (C: EHLO…)", for messages.
[[nodiscard]] std::string describe(const step& s);

}  // namespace smtpscope::test
