#pragma once
// Where a password comes from: never from the command line, where every user of the machine can
// read it.

#include <string>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"

namespace smtpscope::cli {

struct password_source {
  std::string file;         // its first line; "-": standard input
  std::string environment;  // name of a variable
};

// From the one that is named; from the terminal, without echo, when none is and there is one.
// Errors: invalid_argument; the text names the option, the file or the variable, never the secret.
[[nodiscard]] result<secret> read_password(const password_source& from, const std::string& user);

}  // namespace smtpscope::cli
