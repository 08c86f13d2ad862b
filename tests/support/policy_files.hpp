#pragma once
// Personalities and policy documents for tests.

#include <string_view>

#include "smtpscope/session/server_profile.hpp"

namespace smtpscope::test {

// The personality over `base`; a failed expectation where there is none, or it cannot be read.
[[nodiscard]] session::server_profile personality(std::string_view name, session::server_profile base = {});

// The policy document {"smtpscope":"policy","version":1,<members>} over `base`.
[[nodiscard]] session::server_profile policy_of(std::string_view members, session::server_profile base = {});

}  // namespace smtpscope::test
