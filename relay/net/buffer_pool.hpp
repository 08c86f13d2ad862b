#pragma once
// Buffers of one data frame. A session leases one only while it has octets to move, so that idle
// sessions cost none. Each thread keeps a few for itself; no lock is ever taken.

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::net {

using frame_buffer = std::array<std::byte, tunnel::data_frame_octets>;

class buffer_lease {
 public:
  buffer_lease();
  buffer_lease(buffer_lease&&) noexcept = default;
  buffer_lease& operator=(buffer_lease&&) = delete;
  ~buffer_lease();

  [[nodiscard]] std::span<std::byte> octets() noexcept { return *buffer_; }

 private:
  std::unique_ptr<frame_buffer> buffer_;
};

}  // namespace smtpscope::net
