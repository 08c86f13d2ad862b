#include "smtpscope/tunnel/starttls_guard.hpp"

#include <cstddef>
#include <cstring>

namespace smtpscope::tunnel {

void starttls_guard::server_spoke(std::span<const std::byte> octets) noexcept {
  constexpr std::uint32_t code_digits = 3;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (complete_) extra_ = true;
    if (extra_) return;
    if (column_ > code_digits) {  // the rest of a line does not matter, and may be long
      const void* const end = std::memchr(octets.data() + i, '\n', octets.size() - i);
      if (end == nullptr) return;
      i = static_cast<std::size_t>(static_cast<const std::byte*>(end) - octets.data());
    }
    if (octets[i] == std::byte{'\n'}) {
      complete_ = !continues_;
      column_ = 0;
      continues_ = false;
      continue;
    }
    if (column_ == code_digits) continues_ = octets[i] == std::byte{'-'};
    ++column_;  // beyond code_digits, the column no longer matters
  }
}

}  // namespace smtpscope::tunnel
