#pragma once
// Where a tunnel may go. Two questions, asked at every `open`:
//   1. authorise(): is host:port, written properly, on the list? The list is exact, no wildcards.
//   2. check():     after resolving, is every address of the name one that may be reached?
// The caller then connects to one of the checked addresses and resolves nothing a second time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/tunnel/codes.hpp"
#include "smtpscope/tunnel/control.hpp"
#include "smtpscope/tunnel/host_name.hpp"

namespace smtpscope::tunnel {

// Whether a destination that is on the list may lie at a private or loopback address.
enum class private_addresses : std::uint8_t { refused, allowed };

struct refusal {
  code what = code::not_allowed;
  std::string message;
};

// A destination that policy lets through.
struct authorised {
  host_name host;
  std::uint16_t port;
  destination_kind kind;
  // The embedded mailbox's: known without resolving, exempt from check().
  std::optional<ip_address> pinned;
  payload carries = payload::any;
};

class address_policy {
 public:
  explicit address_policy(private_addresses p) noexcept : private_(p) {}

  // Adds a destination; a second time changes nothing.
  void allow(host_name host, std::uint16_t port);
  // From now on a tunnel carries nothing but the page's own TLS there, under whatever name the mailbox has; adds the
  // destination where it is not yet. After allow_mailbox, which forgets what was said of its names before.
  void seal(const host_name& host, std::uint16_t port);
  // Adds the embedded mailbox under that name; `at` is where it listens.
  void allow_mailbox(host_name host, std::uint16_t port, ip_address at);

  // not_allowed, with a sentence that says what is wrong with host or port or how to allow it.
  [[nodiscard]] std::variant<authorised, refusal> authorise(std::string_view host, std::int64_t port) const;

  // blocked_address if any of the addresses may not be reached: a name that stands for both a public
  // and a private address is an attack or a mistake.
  [[nodiscard]] std::optional<refusal> check(const authorised& to, const std::vector<ip_address>& addresses) const;

  // In the order in which they were allowed.
  [[nodiscard]] std::vector<destination> destinations() const;

 private:
  std::vector<authorised> list_;
  private_addresses private_;
};

}  // namespace smtpscope::tunnel
