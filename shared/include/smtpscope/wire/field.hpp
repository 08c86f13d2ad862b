#pragma once
// A named part of some bytes, for showing them: line → argument → part.

#include <cstdint>
#include <string>
#include <vector>

namespace smtpscope::wire {

// Octets [begin, end) of the bytes it belongs to. `parent` is the index of the enclosing field in
// the same list, or -1; a parent stands before its children and encloses them. At most 3 levels.
// Names are lower_snake_case and stable: they are keys of explanations.
struct field {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string name;
  int parent = -1;
};

}  // namespace smtpscope::wire
