#include "smtpscope/text/concat.hpp"

namespace smtpscope::text {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

}  // namespace smtpscope::text
