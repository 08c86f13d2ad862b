#pragma once
// Octets as the page hands them over.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace smtpscope::exports {

// What does not lie in the module's memory counts as no octets: reading it would be a trap.
inline std::string_view view(const char* ptr, std::size_t len) {
  const std::size_t memory = __builtin_wasm_memory_size(0) * 65536;  // pages of 64 KiB
  const auto begin = reinterpret_cast<std::uintptr_t>(ptr);
  if (ptr == nullptr || begin > memory || len > memory - begin) return {};
  return {ptr, len};
}

}  // namespace smtpscope::exports
