#pragma once
// What a server said it can do: the lines of its EHLO reply (RFC 5321 §4.1.1.1).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/wire/reply.hpp"

namespace smtpscope::wire {

// LIMITS (RFC 9422): what the server means to allow in this session. Each counts commands, whether
// they succeed or not; absent when it was not said, or not said legally.
struct server_limits {
  std::optional<std::uint32_t> mailmax;        // MAIL commands in a session, 1…999999
  std::optional<std::uint32_t> rcptmax;        // RCPT commands in a transaction
  std::optional<std::uint32_t> rcptdomainmax;  // different domains of recipients in a session
};

struct capabilities {
  std::vector<std::string> lines;       // each as sent, without the first (the domain)
  bool starttls = false;                // RFC 3207
  bool eight_bit_mime = false;          // RFC 6152
  bool pipelining = false;              // RFC 2920
  bool enhanced_status_codes = false;   // RFC 2034
  bool smtputf8 = false;                // RFC 6531
  bool chunking = false;                // RFC 3030
  bool binarymime = false;              // RFC 3030; false without CHUNKING, which it needs
  bool dsn = false;                     // RFC 3461
  bool requiretls = false;              // RFC 8689
  std::optional<server_limits> limits;  // RFC 9422; absent when not offered, or its line is no legal list
  std::optional<std::uint64_t> size;    // RFC 1870; 0 = offered without a fixed limit
  std::vector<std::string> auth;        // mechanisms, upper case, in the server's order (RFC 4954)

  // Keywords compare without case. The old form "AUTH=LOGIN" is understood as well. A new EHLO gives
  // new capabilities: the caller forgets the old ones (RFC 3207 §4.2, RFC 9422 §3). Keywords in `without` count as
  // not said, but for `lines`.
  [[nodiscard]] static capabilities parse(const reply& ehlo, const std::vector<std::string>& without = {});
  [[nodiscard]] bool offers_mechanism(std::string_view mechanism) const noexcept;
};

}  // namespace smtpscope::wire
