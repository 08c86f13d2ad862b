#pragma once

#include <string>
#include <string_view>

namespace smtpscope::sasl {

// What ties a login to the TLS connection it travels on (RFC 5056); empty where not available.
struct channel_binding {
  std::string exporter;          // "tls-exporter" (RFC 9266): 32 octets of keying material
  std::string server_end_point;  // "tls-server-end-point" (RFC 5929 §4): digest of the server's certificate

  [[nodiscard]] bool available() const noexcept { return !exporter.empty() || !server_end_point.empty(); }
  // The stronger type that is available; "" without any.
  [[nodiscard]] std::string_view best_type() const noexcept;
  // Octets of a type by its IANA name; "" when unknown or not available.
  [[nodiscard]] std::string_view octets(std::string_view type) const noexcept;
};

}  // namespace smtpscope::sasl
