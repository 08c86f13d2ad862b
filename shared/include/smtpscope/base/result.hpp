#pragma once
// A value or the reason there is none. The core throws nothing across its API.

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "smtpscope/base/errc.hpp"

namespace smtpscope {

// Why an operation failed. `detail` is for people: what was wrong with what, in our words;
// text that came from a peer is never put into it.
struct error {
  errc code;
  std::string detail;
};

template <class T>
class [[nodiscard]] result {
 public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  result(error why) : state_(std::in_place_index<1>, std::move(why)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  // Precondition of value(), * and ->: has_value(). Of why(): !has_value().
  [[nodiscard]] T& value() & noexcept { return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& noexcept { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] T& operator*() & noexcept { return value(); }
  [[nodiscard]] const T& operator*() const& noexcept { return value(); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  [[nodiscard]] const error& why() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, error> state_;
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
