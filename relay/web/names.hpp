#pragma once
// By which names the relay may be addressed, and from which pages.
//
// A page anywhere on the Web can make a browser talk to a relay on loopback: by its address, then
// `Origin` gives the page away; or by a name of its own that it points at 127.0.0.1 (DNS
// rebinding), then `Host` does.

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::web {

enum class no_origin : std::uint8_t { refused, allowed };
enum class scheme : std::uint8_t { http, https };

// "https://mail.example", "http://localhost:5173": scheme and host in lower case, the scheme's own
// port left out. Error: invalid_argument, with what is wrong and what to write.
class origin {
 public:
  [[nodiscard]] static result<origin> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // As a Host header names it: "mail.example", "localhost:5173".
  [[nodiscard]] std::string host() const { return text_.substr(text_.find("//") + 2); }

 private:
  explicit origin(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

class names {
 public:
  // `own` is how the relay itself is reached.
  names(no_origin absent, scheme own) noexcept : absent_(absent), own_(own) {}

  // A host (IPv6 in brackets) and port under which the relay listens.
  void serve(std::string_view host, std::uint16_t port);
  // A page from there may use the relay, and its host is one of the relay's names (behind a proxy).
  void trust(const origin& from);

  // `host` as in the header, "" where that is missing.
  [[nodiscard]] bool serves_host(std::string_view host) const;
  // `from` as in the header, nothing where that is missing.
  [[nodiscard]] bool trusts_origin(std::optional<std::string_view> from) const;

 private:
  no_origin absent_;
  scheme own_;
  std::set<std::string, std::less<>> hosts_;
  std::set<std::string, std::less<>> origins_;
};

}  // namespace smtpscope::web
