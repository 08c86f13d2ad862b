#pragma once
// Who may have a tunnel now: the counts of shared/tunnel/admission behind a lock and with a clock, and the
// file of tokens, which can be read again while the relay runs. All calls from any thread.

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "relay/base/reloadable.hpp"
#include "smtpscope/tunnel/access_tokens.hpp"
#include "smtpscope/tunnel/admission.hpp"

namespace smtpscope::tunnel {

class door {
 public:
  // `bounds` outlives it.
  explicit door(const limits& bounds) : counts_(bounds) {}

  [[nodiscard]] admitted enter(const std::optional<ip_address>& from) {
    const auto now = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begun_);
    const std::lock_guard lock(mutex_);
    return counts_.enter(from, now);
  }
  void leave(const std::optional<ip_address>& from) {
    const std::lock_guard lock(mutex_);
    counts_.leave(from);
  }
  [[nodiscard]] bool enter_destination(const std::string& to) {
    const std::lock_guard lock(mutex_);
    return counts_.enter_destination(to);
  }
  void leave_destination(const std::string& to) {
    const std::lock_guard lock(mutex_);
    counts_.leave_destination(to);
  }

 private:
  std::mutex mutex_;
  admission counts_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

class token_file {
 public:
  // Error: invalid_argument; the text names the file, the line and what is wrong.
  [[nodiscard]] static result<std::unique_ptr<token_file>> load(std::filesystem::path file);
  // Reads the file again. On an error, which is as of load(), the old tokens stay. Tunnels that stand stay too.
  [[nodiscard]] status reload();
  [[nodiscard]] std::shared_ptr<const access_tokens> now() const { return tokens_.now(); }

 private:
  token_file(std::filesystem::path file, access_tokens first) : file_(std::move(file)), tokens_(std::move(first)) {}
  [[nodiscard]] static result<access_tokens> read(const std::filesystem::path& file);

  const std::filesystem::path file_;
  reloadable<access_tokens> tokens_;
};

// Seconds since 1970, now.
[[nodiscard]] unix_seconds wall_clock();

}  // namespace smtpscope::tunnel
