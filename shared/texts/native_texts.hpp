#pragma once
// The words of en.json, built into native programs.

#include "smtpscope/trace/texts.hpp"

namespace smtpscope::trace {

// Read at the first call; lives as long as the program.
[[nodiscard]] const texts& native_texts();

}  // namespace smtpscope::trace
