#pragma once
// The log, on stderr: lines of text for people, or a JSON object a line for programs.

#include <cstdint>
#include <string>

#include "smtpscope/base/json.hpp"

namespace smtpscope::ops {

enum class log_format : std::uint8_t { text, json };

// `level` as spdlog names it. From here on, everything that is logged goes there.
void set_up_log(log_format format, const std::string& level);

// At level info: a message, and what it says as members of the JSON object, behind "message". Neither may hold
// what a peer has said.
void log_event(const std::string& message, const json& members);

}  // namespace smtpscope::ops
