#pragma once
// What a server said it can do: the lines of its EHLO reply (RFC 5321 §4.1.1.1).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/wire/reply.hpp"

namespace smtpscope::wire {

struct capabilities {
  std::vector<std::string> lines;      // each as sent, without the first (the domain)
  bool starttls = false;               // RFC 3207
  bool eight_bit_mime = false;         // RFC 6152
  bool pipelining = false;             // RFC 2920
  bool enhanced_status_codes = false;  // RFC 2034
  bool smtputf8 = false;               // RFC 6531
  bool chunking = false;               // RFC 3030
  bool dsn = false;                    // RFC 3461
  std::optional<std::uint64_t> size;   // RFC 1870; 0 = offered without a fixed limit
  std::vector<std::string> auth;       // mechanisms, upper case, in the server's order (RFC 4954)

  // Keywords compare without case. The old form "AUTH=LOGIN" is understood as well.
  [[nodiscard]] static capabilities parse(const reply& ehlo);
  [[nodiscard]] bool offers_mechanism(std::string_view mechanism) const noexcept;
};

}  // namespace smtpscope::wire
