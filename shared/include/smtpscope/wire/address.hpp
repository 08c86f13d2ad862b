#pragma once
// Mailbox and Path of RFC 5321 §4.1.2, with UTF-8 where RFC 6531 §3.3 allows it. Once one of these
// exists it is legal and holds no CR, LF, NUL or other control character (C0, DEL, C1).

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/domain.hpp"

namespace smtpscope::wire {

// Local-part "@" ( Domain / address-literal ).
class mailbox {
 public:
  // Parses "local@domain" without angle brackets: dot-string or quoted-string local part (at most
  // 64 octets), domain of letters, digits, hyphens (at most 255 octets) or an IPv4, IPv6 or
  // general address literal in brackets. With utf8::allowed UTF-8 may stand in the local part, and
  // U-labels in the domain.
  // Error: invalid_address; forbidden_character (controls, what is not UTF-8); unsupported (UTF-8,
  // but utf8::refused: RFC 6531 §3.5 has 553 5.6.7 for it). `detail` names the part that is wrong.
  [[nodiscard]] static result<mailbox> parse(std::string_view text, utf8 beyond_ascii = utf8::refused);

  [[nodiscard]] const std::string& local_part() const noexcept { return local_part_; }  // as written, quotes kept
  [[nodiscard]] const std::string& domain() const noexcept { return domain_; }          // as written, composed (NFKC)
  // "local@domain".
  [[nodiscard]] std::string text() const { return local_part_ + "@" + domain_; }
  // Same mailbox: domains compare without case and by their A-labels, local parts exactly
  // (RFC 5321 §2.4), with needless quoting removed.
  [[nodiscard]] bool same_as(const mailbox& other) const;
  // Holds UTF-8, so that it can be sent only where SMTPUTF8 is in use.
  [[nodiscard]] bool needs_smtputf8() const noexcept;
  // The same mailbox for a server without SMTPUTF8: the domain in A-labels (RFC 6531 §3.2 leaves
  // only that). Error: unsupported (the local part holds UTF-8, and nothing else can stand for it).
  [[nodiscard]] result<mailbox> to_ascii() const;

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
  // Errors: those of mailbox::parse.
  [[nodiscard]] static result<reverse_path> parse(std::string_view text, utf8 beyond_ascii = utf8::refused);
  [[nodiscard]] bool needs_smtputf8() const noexcept;
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
  // Parses "<…>" with its brackets. Errors: those of mailbox::parse.
  [[nodiscard]] static result<forward_path> parse(std::string_view text, utf8 beyond_ascii = utf8::refused);
  [[nodiscard]] bool needs_smtputf8() const noexcept;
  [[nodiscard]] const std::string& mailbox_text() const noexcept { return text_; }
  [[nodiscard]] std::string text() const { return "<" + text_ + ">"; }

 private:
  explicit forward_path(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace smtpscope::wire
