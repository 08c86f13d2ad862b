#pragma once
// The subcommand `serve`.

#include <CLI/CLI.hpp>

namespace smtpscope::cli {

// Adds it to the program. When it was chosen, `exit_status` is set by its callback.
void add_serve(CLI::App& program, int& exit_status);

// Exit statuses of the program.
inline constexpr int could_not_start = 1;
inline constexpr int wrong_usage = 2;

}  // namespace smtpscope::cli
