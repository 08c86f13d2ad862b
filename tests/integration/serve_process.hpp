#pragma once
// `smtpscope serve` as a process of its own, for what only a process can suffer.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace smtpscope::testing {

// A number from the environment, for proofs that are longer when asked for.
[[nodiscard]] int size_from_environment(const char* name, int usual);

class serve_process {
 public:
  // On free ports, with certificates in `state`. Throws when it does not start.
  serve_process(const std::filesystem::path& state, std::vector<std::string> more);
  serve_process(const serve_process&) = delete;
  serve_process& operator=(const serve_process&) = delete;
  ~serve_process();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t smtp_port() const noexcept { return smtp_port_; }
  // SIGKILL; returns when it has gone.
  void kill();

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::uint16_t smtp_port_ = 0;
};

}  // namespace smtpscope::testing
