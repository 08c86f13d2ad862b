#include "smtpscope/tunnel/host_name.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::tunnel {
namespace {

constexpr std::size_t name_octets = 253;  // RFC 1035 §2.3.4, as text without the final dot
constexpr std::size_t label_octets = 63;

error wrong(std::string detail) { return {errc::invalid_argument, std::move(detail)}; }

// What a resolver would read as a number: all digits, or 0x and hexadecimal digits (WHATWG URL,
// "ends in a number").
bool is_numeric(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), text::is_digit)) return true;
  return text::istarts_with(label, "0x") && std::all_of(label.begin() + 2, label.end(), [](char c) {
           return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'f');
         });
}

status check_characters(std::string_view name) {
  for (const char c : name) {
    if (text::is_alnum(c) || c == '-' || c == '_' || c == '.') continue;
    if (c == '@') return wrong("a host has no user name: write what follows the @ only");
    if (c == '%') return wrong("a host is written without percent signs");
    if (c == ':') return wrong("the port is not part of the host");
    if (c == '/') return wrong("write a host name, not a URL");
    if (!text::is_ascii(c)) return wrong("write an international host name in its ASCII form, which begins with xn--");
    return wrong("a host has letters, digits, hyphens and dots only");
  }
  return {};
}

status check_name(std::string_view name) {
  if (name.empty()) return wrong("the host is missing");
  if (const status ok = check_characters(name); !ok) return ok;
  if (name.back() == '.') return wrong("write the host without a final dot");
  if (name.size() > name_octets) return wrong("a host name has at most 253 characters");
  std::string_view rest = name;
  for (;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (label.empty()) return wrong("a host has no two dots in a row and none in front");
    if (label.size() > label_octets) return wrong("a part of a host name has at most 63 characters");
    if (label.front() == '-' || label.back() == '-')
      return wrong("a part of a host name does not begin or end with a hyphen");
    if (dot == std::string_view::npos) {
      if (is_numeric(label)) return wrong("write an IPv4 address as four decimal numbers, such as 192.0.2.1");
      return {};
    }
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

result<host_name> host_name::parse(std::string_view text) {
  std::string_view inner = text;
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) inner = text.substr(1, text.size() - 2);
  if (bracketed || inner.find(':') != std::string_view::npos) {
    if (inner.find('%') != std::string_view::npos) return wrong("an address is written without a zone");
    const auto address = parse_ip_address(inner);
    if (!address || (bracketed && inner.find(':') == std::string_view::npos))
      return wrong("this is neither a host name nor an IP address");
    return host_name(tunnel::format(*address), address);
  }
  if (const auto address = parse_ip_address(inner)) return host_name(tunnel::format(*address), address);
  if (const status ok = check_name(inner); !ok) return ok.why();
  return host_name(text::to_lower(inner), std::nullopt);
}

result<host_and_port> parse_host_and_port(std::string_view text, port_zero zero) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("the port is missing");
  const std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.find(':') != std::string_view::npos && host.front() != '[')
    return wrong("write an IPv6 address in brackets: [ADDRESS]:PORT");
  unsigned port = 0;
  const bool numeric =
      !digits.empty() && digits.size() <= 5 && std::all_of(digits.begin(), digits.end(), text::is_digit);
  for (const char c : digits) port = numeric ? port * 10 + static_cast<unsigned>(c - '0') : 0;
  if (!numeric || port > 65535 || (port == 0 && zero == port_zero::refused))
    return wrong(zero == port_zero::refused ? "a port is a number from 1 to 65535"
                                            : "a port is a number from 0 to 65535");
  result<host_name> name = host_name::parse(host);
  if (!name) return name.why();
  return host_and_port{std::move(*name), static_cast<std::uint16_t>(port)};
}

std::string format_host_and_port(std::string_view host, std::uint16_t port) {
  std::string out;
  if (host.find(':') != std::string_view::npos)
    out.append("[").append(host).append("]");
  else
    out.append(host);
  return out.append(":").append(std::to_string(port));
}

}  // namespace smtpscope::tunnel
