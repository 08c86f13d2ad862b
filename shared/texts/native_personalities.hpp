#pragma once
// The policy documents of shared/personalities, built into native programs.

#include <string_view>
#include <vector>

namespace smtpscope::texts {

struct personality {
  std::string_view name;      // as the file's, without ".json"
  std::string_view document;  // JSON, see session/server_profile.hpp
};

// By the names of their files; they live as long as the program.
[[nodiscard]] const std::vector<personality>& personalities();

}  // namespace smtpscope::texts
