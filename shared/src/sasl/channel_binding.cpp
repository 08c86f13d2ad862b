#include "smtpscope/sasl/channel_binding.hpp"

namespace smtpscope::sasl {

namespace {
constexpr std::string_view exporter_type = "tls-exporter";
constexpr std::string_view end_point_type = "tls-server-end-point";
}  // namespace

std::string_view channel_binding::best_type() const noexcept {
  if (!exporter.empty()) return exporter_type;
  return server_end_point.empty() ? std::string_view{} : end_point_type;
}

std::string_view channel_binding::octets(std::string_view type) const noexcept {
  if (type == exporter_type) return exporter;
  return type == end_point_type ? std::string_view{server_end_point} : std::string_view{};
}

}  // namespace smtpscope::sasl
