#include <cstddef>

#include "smtpscope/tunnel/starttls_guard.hpp"

namespace smtpscope::tunnel {

void starttls_guard::server_spoke(std::span<const std::byte> octets) noexcept {
  constexpr std::uint32_t code_digits = 3;
  for (const std::byte octet : octets) {
    if (complete_) extra_ = true;
    if (extra_) return;
    if (octet == std::byte{'\n'}) {
      complete_ = !continues_;
      column_ = 0;
      continues_ = false;
      continue;
    }
    if (column_ == code_digits) continues_ = octet == std::byte{'-'};
    if (column_ <= code_digits) ++column_;  // beyond, the column no longer matters
  }
}

}  // namespace smtpscope::tunnel
