#pragma once
// For destinations to which a tunnel carries nothing but TLS: judges one direction's octets by the headers
// of their records (RFC 8446 §5.1), and before them what SMTP needs to come to STARTTLS (RFC 3207).
//
// It is no proof that the content is encrypted; it makes a tunnel useless for anything that is not TLS.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace smtpscope::tunnel {

// TLS from the first octet, or SMTP in lines until both sides have agreed on STARTTLS: there too TLS may be the
// first that is said, as some servers speak it at ports of their own.
enum class tls_start : std::uint8_t { at_once, after_starttls };

class ciphertext_guard {
 public:
  explicit ciphertext_guard(tls_start start) noexcept : in_records_(start == tls_start::at_once) {}

  // Octets of the page, in order. False when they are neither records of TLS nor, before these, whole
  // commands EHLO, HELO, NOOP, RSET, QUIT and STARTTLS, the last with nothing behind it.
  [[nodiscard]] bool page_may_say(std::span<const std::byte> octets);
  // Octets of the server. False when they are neither records nor, before these, lines of replies.
  [[nodiscard]] bool server_may_say(std::span<const std::byte> octets);

 private:
  // Goes through records from header to header.
  struct records {
    std::uint32_t left = 0;  // octets of the present record
    std::uint8_t column = 0;
    std::uint32_t length = 0;
    [[nodiscard]] bool take(std::span<const std::byte> octets) noexcept;
  };
  [[nodiscard]] bool take_command();

  bool in_records_;
  bool begun_ = false;  // somebody has said something
  bool starttls_sent_ = false;
  std::string command_;  // a line of the page
  std::string reply_;    // the beginning of a line of the server
  records page_;
  records server_;
};

}  // namespace smtpscope::tunnel
