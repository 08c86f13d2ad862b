#pragma once
// What a server can offer in its EHLO reply. The list is data: its order is the order of the lines,
// and what is not in it is refused when a client uses it all the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace smtpscope::session {

enum class extension : std::uint8_t {
  pipelining,             // RFC 2920
  size,                   // RFC 1870
  eight_bit_mime,         // RFC 6152
  enhanced_status_codes,  // RFC 2034
  starttls,               // RFC 3207; listed while the link is plain
  auth,                   // RFC 4954; listed where logins are taken
  chunking,               // RFC 3030
  binarymime,             // RFC 3030; needs chunking
  smtputf8,               // RFC 6531
  dsn,                    // RFC 3461
  requiretls,             // RFC 8689; listed inside TLS
  limits,                 // RFC 9422; needs a limit
  vrfy,                   // RFC 5321 §3.5.2; only names it, see server_options::vrfy
  expn,                   // RFC 5321 §3.5.2
  help,                   // RFC 5321 §4.1.1.8
};
inline constexpr std::size_t extension_count = 15;

// The keyword of the EHLO reply: "PIPELINING", "8BITMIME", …
[[nodiscard]] std::string_view name(extension e) noexcept;
// The extension with this keyword, in any letter case.
[[nodiscard]] std::optional<extension> extension_named(std::string_view keyword) noexcept;

// Extensions in the order of their lines, each at most once.
class extension_list {
 public:
  extension_list() = default;
  extension_list(std::initializer_list<extension> in_order) {
    for (const extension e : in_order) add(e);
  }
  void add(extension e) {
    if (!offers(e)) order_.push_back(e);
  }
  void remove(extension e) { order_.erase(std::remove(order_.begin(), order_.end(), e), order_.end()); }
  [[nodiscard]] bool offers(extension e) const noexcept {
    return std::find(order_.begin(), order_.end(), e) != order_.end();
  }
  [[nodiscard]] const std::vector<extension>& in_order() const noexcept { return order_; }

 private:
  std::vector<extension> order_;
};

// Everything that a server of ours can do without being told more.
[[nodiscard]] extension_list all_extensions();

}  // namespace smtpscope::session
