#pragma once

#include <CLI/CLI.hpp>

namespace smtpscope::cli {

// `smtpscope policy`: checks policy documents, lists and shows the built-in personalities.
void add_policy(CLI::App& program, int& exit_status);

}  // namespace smtpscope::cli
