#include "integration/serve_command.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "relay/cli/serve.hpp"

namespace smtpscope::testing {

serve_outcome run_serve(std::vector<std::string> arguments) {
  CLI::App program("smtpscope", "smtpscope");
  serve_outcome out;
  cli::add_serve(program, out.status);
  arguments.insert(arguments.begin(), "serve");
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  program.parse(arguments);
  out.said = ::testing::internal::GetCapturedStderr();
  out.printed = ::testing::internal::GetCapturedStdout();
  return out;
}

}  // namespace smtpscope::testing
