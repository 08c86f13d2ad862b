#pragma once
// The configuration file of `smtpscope serve`: TOML, a key for each option of the command line, in sections.

#include <string>
#include <vector>

#include "relay/cli/serve_input.hpp"

namespace smtpscope::cli {

struct config_file {
  given_values values;                // right in TOML's types, no more
  std::vector<complaint> complaints;  // "FILE:LINE: KEY: what is wrong and what is right"
};

// Reads all of it, whatever is wrong in between; what is wrong gives no value.
[[nodiscard]] config_file read_config_file(const std::string& name);

}  // namespace smtpscope::cli
