#pragma once
// Time is an argument. The core never asks a clock.

#include <chrono>

namespace smtpscope {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Time since the session started, never decreasing.
using session_time = microseconds;

}  // namespace smtpscope
