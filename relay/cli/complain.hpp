#pragma once
// What is wrong, said on stderr, whatever the subcommand.

#include "smtpscope/base/result.hpp"

namespace smtpscope::cli {

// Prints one line, in which nothing can command the terminal, and gives `exit_status` back.
int complain(const error& why, int exit_status);

}  // namespace smtpscope::cli
