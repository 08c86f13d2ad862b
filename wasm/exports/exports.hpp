#pragma once
// What the exports of every module share: the one core_api, and octets as the page hands them over.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/core_api.hpp"

namespace smtpscope::exports {

// Lives as long as the module.
api::core_api& the_api();

// What does not lie in the module's memory counts as no octets: reading it would be a trap.
std::string_view view(const char* ptr, std::size_t len);

}  // namespace smtpscope::exports
