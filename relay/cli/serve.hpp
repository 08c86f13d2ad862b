#pragma once
// The subcommand `serve`.

#include <CLI/CLI.hpp>

#include "relay/cli/exit_status.hpp"

namespace smtpscope::cli {

// Adds it to the program. When it was chosen, `exit_status` is set by its callback.
void add_serve(CLI::App& program, int& exit_status);

}  // namespace smtpscope::cli
