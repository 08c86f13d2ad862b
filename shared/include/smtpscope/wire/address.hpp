#pragma once
// Mailbox and Path of RFC 5321 §4.1.2. Once one of these exists it is legal and holds no CR, LF,
// NUL or other control character.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::wire {

// Local-part "@" ( Domain / address-literal ).
class mailbox {
 public:
  // Parses "local@domain" without angle brackets: dot-string or quoted-string local part (at most
  // 64 octets), domain of letters, digits, hyphens (at most 255 octets) or an IPv4, IPv6 or
  // general address literal in brackets. Octets over 127 are refused (SMTPUTF8 is not offered).
  // Error: invalid_address, forbidden_character; `detail` names the part that is wrong.
  [[nodiscard]] static result<mailbox> parse(std::string_view text);

  [[nodiscard]] const std::string& local_part() const noexcept { return local_part_; }  // as written, quotes kept
  [[nodiscard]] const std::string& domain() const noexcept { return domain_; }          // as written
  // "local@domain".
  [[nodiscard]] std::string text() const { return local_part_ + "@" + domain_; }
  // Same mailbox: domains compare without case, local parts exactly (RFC 5321 §2.4), with
  // needless quoting removed.
  [[nodiscard]] bool same_as(const mailbox& other) const;

 private:
  mailbox(std::string local_part, std::string domain) noexcept
      : local_part_(std::move(local_part)), domain_(std::move(domain)) {}
  std::string local_part_;
  std::string domain_;
};

// What stands in MAIL FROM:<…>: a mailbox or the null reverse-path <> of notifications.
class reverse_path {
 public:
  reverse_path() = default;  // <>
  explicit reverse_path(const mailbox& m) : text_(m.text()) {}
  // Parses "<…>" with its brackets; a source route before the mailbox is dropped (Appendix C).
  // Error: invalid_address, forbidden_character.
  [[nodiscard]] static result<reverse_path> parse(std::string_view text);
  [[nodiscard]] bool is_null() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& mailbox_text() const noexcept { return text_; }  // "" for <>
  [[nodiscard]] std::string text() const { return "<" + text_ + ">"; }

 private:
  std::string text_;
};

// What stands in RCPT TO:<…>: a mailbox, or "Postmaster" without a domain (§4.5.1).
class forward_path {
 public:
  explicit forward_path(const mailbox& m) : text_(m.text()) {}
  // Parses "<…>" with its brackets. Error: invalid_address, forbidden_character.
  [[nodiscard]] static result<forward_path> parse(std::string_view text);
  [[nodiscard]] const std::string& mailbox_text() const noexcept { return text_; }
  [[nodiscard]] std::string text() const { return "<" + text_ + ">"; }

 private:
  explicit forward_path(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// True for a Domain or address-literal fit for EHLO (RFC 5321 §4.1.1.1).
[[nodiscard]] bool is_domain_or_literal(std::string_view text) noexcept;

// Domain to A-labels is not done here: a domain with octets over 127 is not a Domain.
[[nodiscard]] bool is_domain(std::string_view text) noexcept;

}  // namespace smtpscope::wire
