#pragma once
// A session for people who read a terminal: a line for each thing that happened.

#include <string>
#include <string_view>

#include "smtpscope/trace/entry.hpp"

namespace smtpscope::cli {

// Text of a peer made harmless: what could command a terminal (C0, DEL, C1), turn or break a line (controls
// of direction, U+2028, U+2029), and octets that are not UTF-8 become \xNN. Line ends at its end are
// dropped, others are shown.
[[nodiscard]] std::string printable(std::string_view text);

// The lines of one entry, each with its time in seconds and a sign: `>` sent, `<` received, `*` all
// else. "" for what is told elsewhere: the pieces of a message, the result and its diagnosis.
[[nodiscard]] std::string lines_of(const trace::entry& e);

// What is to be said of the end, for stderr: the title, the cause and what to do. "" when there is
// no diagnosis.
[[nodiscard]] std::string diagnosis_text(const std::vector<trace::entry>& entries);

}  // namespace smtpscope::cli
