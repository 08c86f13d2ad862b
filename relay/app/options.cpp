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

status check_exposure(const serve_options& options) {
  if (options.operations && !options.operations->address().is_loopback())
    return error{
        errc::invalid_argument,
        "--operations " +
            tunnel::format_host_and_port(options.operations->address().to_string(), options.operations->port()) +
            ": metrics are for this machine alone; write a loopback address, such as 127.0.0.1:9025"};
  const std::string at = tunnel::format_host_and_port(options.listen.address().to_string(), options.listen.port());
  const bool loopback = options.listen.address().is_loopback();
  if (loopback && options.behind == proxy::none) {
    if (options.shown_to == audience::this_machine) return {};
    return error{errc::invalid_argument, "--public: only this machine reaches " + at +
                                             ". Name another address with --listen, or say --behind-proxy"};
  }
  std::vector<std::string> missing;
  if (!options.tls && options.behind == proxy::none)
    missing.emplace_back("TLS: --tls-certificate and --tls-key, or --behind-proxy (a proxy that does TLS)");
  if (options.shown_to == audience::this_machine && !options.token_file)
    missing.emplace_back("--token-file (who may use it) or --public (anybody may)");
  if (missing.empty()) return {};
  std::string text = loopback ? "--behind-proxy: whoever reaches the proxy reaches this relay"
                              : "--listen " + at + ": other machines can reach this";
  text += "; it needs ";
  for (const std::string& one : missing) text += (&one == &missing.front() ? "" : "; and ") + one;
  if (!loopback) text += ". Or listen on a loopback address, such as 127.0.0.1:8025";
  return error{errc::invalid_argument, std::move(text)};
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
