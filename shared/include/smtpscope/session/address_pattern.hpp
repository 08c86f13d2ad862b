#pragma once
// "*@slow.example", "b?b@*", "bob": which mailboxes a fault means.

#include <string_view>

namespace smtpscope::session {

// Whether `pattern` means `mailbox` ("local@domain"; "" for <>, "postmaster" alone). "*" stands for any
// octets, "?" for one. Local parts compare exactly, domains without case (RFC 5321 §2.4). A pattern
// without "@" is one of the local part; "<>" means the null reverse-path, "" anything.
// Time: at most the product of the lengths.
[[nodiscard]] bool means(std::string_view pattern, std::string_view mailbox) noexcept;

}  // namespace smtpscope::session
