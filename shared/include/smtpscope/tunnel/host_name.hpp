#pragma once
// The host of a destination: a DNS name or an IP address, in one spelling.
//
// Resolvers read many spellings of an address (127.1, 0x7f000001, 2130706433, a final dot) that a
// list of names does not foresee. None of them becomes a host_name, so none reaches a resolver.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::tunnel {

class host_name {
 public:
  // A name of letters, digits, hyphens and underscores in labels, made lower case; or an address,
  // IPv6 with or without brackets. Error: invalid_argument with what is wrong and what to write.
  [[nodiscard]] static result<host_name> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }  // without brackets
  [[nodiscard]] const std::optional<ip_address>& address() const noexcept { return address_; }

  friend bool operator==(const host_name& a, const host_name& b) noexcept { return a.text_ == b.text_; }

 private:
  host_name(std::string text, std::optional<ip_address> address) : text_(std::move(text)), address_(address) {}

  std::string text_;
  std::optional<ip_address> address_;
};

// "name:port" or "[2001:db8::1]:25", as destinations and listeners are written.
struct host_and_port {
  host_name host;
  std::uint16_t port;
};
enum class port_zero : std::uint8_t { refused, allowed };  // allowed: a listener that takes any free port
[[nodiscard]] result<host_and_port> parse_host_and_port(std::string_view text, port_zero zero);

// The other way: IPv6 in brackets.
[[nodiscard]] std::string format_host_and_port(std::string_view host, std::uint16_t port);

}  // namespace smtpscope::tunnel
