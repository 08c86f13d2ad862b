#pragma once

#include <cstdint>
#include <string>

namespace smtpscope::tls {

// RFC 8446 §6, and what RFC 5246 §7.2 still knew; "alert_99" for what neither does.
[[nodiscard]] std::string alert_name(std::uint8_t description);
// "warning", "fatal", or "level_9".
[[nodiscard]] std::string alert_level(std::uint8_t level);

}  // namespace smtpscope::tls
