#pragma once
// What the exports of the core's modules share: the one core_api.

#include "api/core_api.hpp"
#include "octets.hpp"

namespace smtpscope::exports {

// Lives as long as the module.
api::core_api& the_api();

}  // namespace smtpscope::exports
