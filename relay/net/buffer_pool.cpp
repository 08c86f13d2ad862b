#include "relay/net/buffer_pool.hpp"

#include <utility>

namespace smtpscope::net {
namespace {

// As many as sessions are usually moving octets on one thread at a time: 1 MiB a thread.
constexpr std::size_t kept_per_thread = 16;

std::vector<std::unique_ptr<frame_buffer>>& idle_buffers() {
  thread_local std::vector<std::unique_ptr<frame_buffer>> idle;
  return idle;
}

}  // namespace

buffer_lease::buffer_lease() {
  auto& idle = idle_buffers();
  if (idle.empty()) {
    buffer_.reset(new frame_buffer);  // without zeroing 64 KiB
  } else {
    buffer_ = std::move(idle.back());
    idle.pop_back();
  }
}

buffer_lease::~buffer_lease() {
  if (!buffer_) return;
  auto& idle = idle_buffers();
  if (idle.size() < kept_per_thread) idle.push_back(std::move(buffer_));
}

}  // namespace smtpscope::net
