#include "relay/app/options.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

namespace smtpscope::app {

std::optional<std::filesystem::path> default_state_dir() {
  // systemd.exec(5): set by StateDirectory=, several with colons.
  const char* given = std::getenv("STATE_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (given != nullptr && *given == '/')
    return std::filesystem::path(std::string_view(given, std::strcspn(given, ":")));
  // XDG Base Directory Specification: a relative path is to be ignored.
  const char* state = std::getenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe)
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "smtpscope";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home == nullptr || *home != '/') return std::nullopt;
  return std::filesystem::path(home) / ".local" / "state" / "smtpscope";
}

std::filesystem::path default_web_dir() {
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  const auto beside = program.parent_path() / "..";
  // Installed, /usr/bin/smtpscope has its page in /usr/share/smtpscope; built, build/native/ in build/web.
  const auto installed = beside / "share" / "smtpscope";
  return (std::filesystem::exists(installed / "index.html", ec) ? installed : beside / "web").lexically_normal();
}

}  // namespace smtpscope::app
