#pragma once
// What must hold for every trace, whatever happened in its session.

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/trace/entry.hpp"

namespace smtpscope::test {

// Sequence numbers without gaps, time that never runs back, fields and masked ranges inside the
// bytes, children inside their parents, an explanation for every entry, the state before each
// entry being the one after the last, evidence that exists. Reports by EXPECT.
void check_trace(const std::vector<trace::entry>& entries);

// `secret` occurs nowhere in the trace as it would be saved: neither as it is nor in base64, alone
// or behind the NULs of PLAIN.
void check_hidden(const std::vector<trace::entry>& entries, std::string_view identity, std::string_view secret);

// Whether both traces say the same, entry for entry.
[[nodiscard]] bool same_trace(const std::vector<trace::entry>& a, const std::vector<trace::entry>& b);

// The last entry of that kind, or nullptr.
[[nodiscard]] const trace::entry* last_of(const std::vector<trace::entry>& entries, trace::kind kind);

// Key of the trace's diagnosis, "" when it has none.
[[nodiscard]] std::string diagnosis_key(const std::vector<trace::entry>& entries);

}  // namespace smtpscope::test
