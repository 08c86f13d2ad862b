#pragma once
// The subcommand `send`: one message through one server, every step shown.

#include <CLI/CLI.hpp>

namespace smtpscope::cli {

// Adds it to the program. When it was chosen, `exit_status` is set by its callback: 0 delivered to
// every recipient, 1 refused, failed or unknown, 2 wrong use.
void add_send(CLI::App& program, int& exit_status);

}  // namespace smtpscope::cli
