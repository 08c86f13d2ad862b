#pragma once

#include <cstddef>
#include <string>

namespace smtpscope {

// Octets of the system's cryptographic randomness; none where it fails.
[[nodiscard]] std::string random_octets(std::size_t count);

}  // namespace smtpscope
