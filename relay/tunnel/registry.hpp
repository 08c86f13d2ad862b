#pragma once
// The tunnels that stand, so that the relay can end them in order.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "relay/tunnel/bridge.hpp"

namespace smtpscope::tunnel {

class registry {
 public:
  // A place in the registry, for as long as it lives.
  class entry {
   public:
    entry(registry& of, std::uint64_t key) noexcept : of_(of), key_(key) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { of_.remove(key_); }

   private:
    registry& of_;
    std::uint64_t key_;
  };

  // Any thread. While draining, a newcomer is drained at once.
  [[nodiscard]] std::unique_ptr<entry> add(const std::shared_ptr<bridge>& one) {
    const std::lock_guard lock(mutex_);
    all_.emplace(++last_key_, one);
    if (draining_) one->drain(deadline_);
    return std::make_unique<entry>(*this, last_key_);
  }

  // Asks every tunnel to end within `deadline`; `when_empty` is called once none is left, on any thread.
  void drain(milliseconds deadline, std::function<void()> when_empty) {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    deadline_ = deadline;
    for (const auto& [key, one] : all_)
      if (const auto alive = one.lock()) alive->drain(deadline);
    if (all_.empty())
      when_empty();
    else
      when_empty_ = std::move(when_empty);
  }

  // Tells nobody any more: the relay is going.
  void abandon() {
    const std::lock_guard lock(mutex_);
    when_empty_ = nullptr;
  }

 private:
  void remove(std::uint64_t key) {
    const std::lock_guard lock(mutex_);
    all_.erase(key);
    if (draining_ && all_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
  }

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::weak_ptr<bridge>> all_;
  std::uint64_t last_key_ = 0;
  bool draining_ = false;
  milliseconds deadline_{0};
  std::function<void()> when_empty_;
};

}  // namespace smtpscope::tunnel
