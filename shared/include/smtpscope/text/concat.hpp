#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace smtpscope::text {

// The parts in one text. One call where operator+ makes one for each part, and unfolds at each place.
[[nodiscard]] std::string concat(std::initializer_list<std::string_view> parts);

}  // namespace smtpscope::text
