#pragma once
// An invariant that must hold whatever the input; a fuzzer sees the trap.

#include <cstdint>
#include <string_view>

namespace smtpscope::fuzz {

inline void check(bool holds) {
  if (!holds) __builtin_trap();
}

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

// Fields lie within `size` octets, and each parent stands before its child and encloses it.
template <class Fields>
void check_fields(const Fields& fields, std::size_t size) {
  int index = 0;
  for (const auto& f : fields) {
    check(f.begin <= f.end && f.end <= size);
    check(f.parent >= -1 && f.parent < index);
    if (f.parent >= 0) {
      const auto& parent = fields[static_cast<std::size_t>(f.parent)];
      check(parent.begin <= f.begin && f.end <= parent.end);
    }
    ++index;
  }
}

}  // namespace smtpscope::fuzz
