#pragma once
// `smtpscope serve` as the command line runs it, for what ends by itself.

#include <filesystem>
#include <string>
#include <vector>

namespace smtpscope::testing {

struct serve_outcome {
  int status = -1;
  std::string printed;  // stdout
  std::string said;     // stderr
};

// Only for what does not come to serve: that would not return.
[[nodiscard]] serve_outcome run_serve(std::vector<std::string> arguments);

}  // namespace smtpscope::testing
