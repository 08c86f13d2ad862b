#pragma once
// The date-time of RFC 5322 §3.3. Time is an argument: nothing here asks a clock.

#include <cstdint>
#include <string>

#include "smtpscope/base/result.hpp"

namespace smtpscope::mime {

// "Thu, 21 May 1998 05:33:29 -0700" for seconds since 1970-01-01T00:00:00Z, shown at an offset of
// -1439…1439 minutes east of UTC. The local year must lie in 1900…9999. Error: invalid_argument.
[[nodiscard]] result<std::string> format_date(std::int64_t unix_seconds, int utc_offset_minutes);

}  // namespace smtpscope::mime
