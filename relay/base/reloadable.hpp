#pragma once
// A value that is replaced as a whole while others use it: who took it keeps what he took.

#include <memory>
#include <mutex>
#include <utility>

namespace smtpscope {

// All calls from any thread.
template <class T>
class reloadable {
 public:
  explicit reloadable(T first) : value_(std::make_shared<const T>(std::move(first))) {}

  [[nodiscard]] std::shared_ptr<const T> now() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void replace(T next) {
    auto fresh = std::make_shared<const T>(std::move(next));
    const std::lock_guard lock(mutex_);
    value_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace smtpscope
