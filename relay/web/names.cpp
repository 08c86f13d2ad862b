#include "relay/web/names.hpp"

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/tunnel/host_name.hpp"

namespace smtpscope::web {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

error wrong() {
  return {errc::invalid_argument,
          "an origin is a scheme, a host and perhaps a port, such as https://mail.example or http://localhost:5173"};
}

}  // namespace

result<origin> origin::parse(std::string_view text) {
  const bool http = text::istarts_with(text, "http://");
  if (!http && !text::istarts_with(text, "https://")) return wrong();
  const std::string_view scheme = http ? "http" : "https";
  std::string_view authority = text.substr(scheme.size() + 3);
  if (!authority.empty() && authority.back() == '/') authority.remove_suffix(1);  // as people copy it
  const std::uint16_t own_port = http ? http_port : https_port;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  const std::string full = has_port ? std::string(authority) : std::string(authority) + ":" + std::to_string(own_port);
  const auto parsed = tunnel::parse_host_and_port(full, tunnel::port_zero::refused);
  if (!parsed) return wrong();
  std::string host = tunnel::format_host_and_port(parsed->host.text(), parsed->port);
  if (parsed->port == own_port) host.resize(host.rfind(':'));
  return origin(std::string(scheme) + "://" + host);
}

void names::serve(std::string_view host, std::uint16_t port) {
  const std::string lower = text::to_lower(host);
  const std::string full = lower + ":" + std::to_string(port);
  const std::string before = own_ == scheme::http ? "http://" : "https://";
  hosts_.insert(full);
  origins_.insert(before + full);
  if (port != (own_ == scheme::http ? http_port : https_port)) return;
  hosts_.insert(lower);
  origins_.insert(before + lower);
}

void names::trust(const origin& from) {
  origins_.insert(from.text());
  hosts_.insert(from.host());
}

bool names::serves_host(std::string_view host) const { return hosts_.contains(text::to_lower(host)); }

bool names::trusts_origin(std::optional<std::string_view> from) const {
  if (!from) return absent_ == no_origin::allowed;
  return origins_.contains(*from);  // browsers write it in one way; "null" is never in the set
}

}  // namespace smtpscope::web
