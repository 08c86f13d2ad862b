#pragma once
// Words that both tables and both sessions use.

#include <cstdint>

namespace smtpscope::session {

enum class verdict : std::uint8_t { accept, reject };
enum class offer : std::uint8_t { no, yes };
enum class requirement : std::uint8_t { no, yes };
enum class link_security : std::uint8_t { plain, tls };

}  // namespace smtpscope::session
