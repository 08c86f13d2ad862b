#pragma once
// How many tunnels may stand at once and how many may begin in a minute: in all, from one address, to one
// destination. Counts only; whoever asks makes it one call at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "smtpscope/base/time.hpp"
#include "smtpscope/tunnel/ip_address.hpp"
#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::tunnel {

enum class admitted : std::uint8_t {
  yes,
  full,          // limits::connections stand
  address_full,  // limits::connections_per_address stand from there
  too_often,     // limits::new_per_minute have begun there
};

class admission {
 public:
  // `bounds` outlives it.
  explicit admission(const limits& bounds) noexcept : bounds_(bounds) {}

  // Someone comes from there; nothing: from where nobody is counted (this machine). `now` never decreases.
  // Whoever was let in leaves once.
  [[nodiscard]] admitted enter(const std::optional<ip_address>& from, microseconds now);
  void leave(const std::optional<ip_address>& from);

  // A connection to "host:port" is wanted: false when connections_per_destination stand. As above.
  [[nodiscard]] bool enter_destination(const std::string& to);
  void leave_destination(const std::string& to);

  [[nodiscard]] std::uint64_t standing() const noexcept { return standing_; }
  // Addresses that are remembered: those that stand, and those that came within the last minute.
  [[nodiscard]] std::size_t remembered() const noexcept { return by_address_.size(); }

 private:
  struct visits {
    std::uint64_t standing = 0;
    double left = 0;  // of new_per_minute
    microseconds since{0};
  };
  void refill(visits& v, microseconds now) const;
  void forget(microseconds now);

  const limits& bounds_;
  std::uint64_t standing_ = 0;
  std::unordered_map<std::string, visits> by_address_;
  std::unordered_map<std::string, std::uint64_t> by_destination_;
  microseconds next_look_{0};
};

}  // namespace smtpscope::tunnel
