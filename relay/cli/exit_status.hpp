#pragma once
// Exit statuses of the program, whatever the subcommand.

namespace smtpscope::cli {

inline constexpr int all_well = 0;
inline constexpr int could_not_start = 1;  // serve
inline constexpr int not_delivered = 1;    // send
inline constexpr int wrong_usage = 2;

}  // namespace smtpscope::cli
