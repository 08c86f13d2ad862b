#pragma once
// Where a password or token comes from: never from the command line, where every user of the machine can
// read it.

#include <string>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"

namespace smtpscope::cli {

struct secret_source {
  std::string file;         // its first line; "-": standard input
  std::string environment;  // name of a variable
  [[nodiscard]] bool named() const noexcept { return !file.empty() || !environment.empty(); }
};

// From the one that is named; `option` is "--password" or "--token", before "-file" and "-env".
// Errors: invalid_argument; the text names the option, the file or the variable, never the secret.
[[nodiscard]] result<secret> read_secret(const secret_source& from, const std::string& option);
// From the terminal, without echo. Error: invalid_argument when standard input is none.
[[nodiscard]] result<secret> ask_password(const std::string& user);

}  // namespace smtpscope::cli
