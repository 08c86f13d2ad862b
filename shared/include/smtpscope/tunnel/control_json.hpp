#pragma once
// Parts of control frames that the relay's HTTP API shows too, as JSON.

#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::tunnel {

// {"open_ms":…,"connect_ms":…,…,"bytes_up":…,"data_frame":…}: every limit a page can meet.
[[nodiscard]] json to_json(const limits& bounds);
// [{"host","port"}…], those of the embedded mailbox with "mailbox":true.
[[nodiscard]] json to_json(const std::vector<destination>& destinations);

}  // namespace smtpscope::tunnel
