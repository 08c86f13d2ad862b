#pragma once
// A value or the reason there is none. The core throws nothing across its API.

#include <optional>
#include <string>
#include <utility>

#include "smtpscope/base/errc.hpp"

namespace smtpscope {

// Why an operation failed. `detail` is for people: what was wrong with what, in our words;
// text that came from a peer is never put into it.
struct error {
  error(errc why, std::string words);
  error(errc why, const char* words);
  error(const error& other);
  error(error&& other) noexcept;
  error& operator=(const error& other);
  error& operator=(error&& other) noexcept;
  ~error();

  errc code;
  std::string detail;
};

template <class T>
class [[nodiscard]] result {
 public:
  result(T value) : value_(std::move(value)) {}  // NOLINT: implicit by design
  result(error why) : why_(std::move(why)) {}    // NOLINT: implicit by design

  [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  // Precondition of value(), * and ->: has_value(). Of why(): !has_value().
  [[nodiscard]] T& value() & noexcept { return *value_; }
  [[nodiscard]] const T& value() const& noexcept { return *value_; }
  [[nodiscard]] T&& value() && noexcept { return *std::move(value_); }
  [[nodiscard]] T& operator*() & noexcept { return value(); }
  [[nodiscard]] const T& operator*() const& noexcept { return value(); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() noexcept { return &*value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &*value_; }
  [[nodiscard]] const error& why() const noexcept { return *why_; }

 private:
  // One of the two. A variant would be smaller in memory, and in the page several kB of code.
  std::optional<T> value_;
  std::optional<error> why_;
};

// Success, or the reason there was none.
class [[nodiscard]] status {
 public:
  status() = default;
  status(error why) : why_(std::move(why)) {}  // NOLINT: implicit by design
  [[nodiscard]] bool ok() const noexcept { return !why_.has_value(); }
  [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const error& why() const noexcept { return *why_; }

 private:
  std::optional<error> why_;
};

}  // namespace smtpscope
