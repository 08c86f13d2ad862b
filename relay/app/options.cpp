#include "relay/app/options.hpp"

#include <cstdlib>
#include <system_error>

namespace smtpscope::app {

std::optional<std::filesystem::path> default_state_dir() {
  // XDG Base Directory Specification: a relative path is to be ignored.
  const char* state = std::getenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "smtpscope";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home == nullptr || *home != '/') return std::nullopt;
  return std::filesystem::path(home) / ".local" / "state" / "smtpscope";
}

std::filesystem::path default_web_dir() {
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  return (program.parent_path() / ".." / "web").lexically_normal();
}

}  // namespace smtpscope::app
