#pragma once
// Why a session failed and what to do: from its entries alone, so it serves live, simulated and
// opened traces alike. Keyed by stage, reply code, enhanced code, provider, the "?p=" token of
// Google's replies and transport error, never by prose.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/trace/entry.hpp"
#include "smtpscope/trace/texts.hpp"

namespace smtpscope::trace {

struct diagnosis {
  std::string key;                      // stable, "auth.535.gmail"
  std::string title;                    // what happened
  std::string cause;                    // why
  std::vector<std::string> fix;         // what to do, step by step
  std::vector<std::uint64_t> evidence;  // sequence numbers of entries
  trace::retry again = trace::retry::no;
};

// Nothing where the session delivered to all, or has no `result` entry yet.
[[nodiscard]] std::optional<diagnosis> diagnose(const std::vector<entry>& entries, const texts& words);

// "gmail", "microsoft", … by the server's name; "" when unknown.
[[nodiscard]] std::string_view provider_of(std::string_view host) noexcept;

}  // namespace smtpscope::trace
