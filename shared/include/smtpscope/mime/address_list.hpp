#pragma once
// Mailboxes with display names, and the list of them that a person types (RFC 5322 §3.4).

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::mime {

struct named_mailbox {
  std::string display_name;  // UTF-8 without control characters, or ""
  wire::mailbox address;
};

// Reads what stands in a To or Cc field: `a@b`, `<a@b>`, `Name <a@b>`, `"Name, with comma" <a@b>`,
// separated by commas or semicolons; empty entries are skipped and no entry at all is an empty
// list. Comments and groups are refused.
// Error: invalid_address, forbidden_character, invalid_encoding (not UTF-8); `detail` begins with
// "address 2:" to say which entry is wrong, and holds nothing of the text itself.
[[nodiscard]] result<std::vector<named_mailbox>> parse_address_list(std::string_view text);

// Reads exactly one entry of such a list. Errors as above, without the number.
[[nodiscard]] result<named_mailbox> parse_named_mailbox(std::string_view text);

}  // namespace smtpscope::mime
