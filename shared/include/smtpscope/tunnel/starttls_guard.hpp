#pragma once
// Notices plaintext that follows the server's answer to STARTTLS (RFC 3207 §6, CVE-2011-0411).
//
// The relay knows no SMTP, so this is the one place that looks at what the server says, and it
// looks at line ends only: since the page spoke last, one reply may have come, and nothing after
// its last line (RFC 5321 §4.2: a line goes on when a hyphen follows its three digits).
// It costs nothing in bulk: after the first line behind the reply it does not look any more.

#include <cstddef>
#include <cstdint>
#include <span>

namespace smtpscope::tunnel {

class starttls_guard {
 public:
  // The page sent octets: what comes next is the answer to them.
  void page_spoke() noexcept { *this = {}; }
  // The server sent octets, in order.
  void server_spoke(std::span<const std::byte> octets) noexcept;
  // Whether TLS may start: nothing came after the one reply, and no part of a line waits.
  [[nodiscard]] bool clean() const noexcept { return !in_line() && !extra_; }

 private:
  [[nodiscard]] bool in_line() const noexcept { return column_ != 0; }

  std::uint32_t column_ = 0;  // octets of the present line
  bool continues_ = false;    // the present line has a hyphen at its fourth place
  bool complete_ = false;     // a reply's last line has ended
  bool extra_ = false;        // and something came after it
};

}  // namespace smtpscope::tunnel
