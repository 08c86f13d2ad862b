#pragma once
// Transparency of message content (RFC 5321 §4.5.2): a line that begins with a dot gets another
// one; a line that is one dot ends the content. Only CRLF ends a line, on both sides.

#include <cstddef>
#include <string>
#include <string_view>

namespace smtpscope::wire {

// Makes content ready for DATA, piece by piece; pieces may be cut anywhere.
class dot_stuffer {
 public:
  // Stuffed octets of `piece`.
  [[nodiscard]] std::string stuff(std::string_view piece);
  // What must follow the last piece before the end mark: CRLF where the content did not end a
  // line, else nothing. The end mark itself is ".\r\n" (RFC 5321 §4.1.1.4).
  [[nodiscard]] std::string_view finish() noexcept;

 private:
  enum class at { line_start, middle, after_cr };
  at at_ = at::line_start;
};

inline constexpr std::string_view end_of_content = ".\r\n";

// Takes what follows the 354 and gives back the content. Ends only at CRLF "." CRLF, or "." CRLF
// at the very start; every other mixture of dots, CR and LF is content.
class dot_unstuffer {
 public:
  // Consumes octets of `input` up to and with the end mark, appends content to `out`, and
  // returns how many octets were consumed; fewer than all only when finished() became true.
  std::size_t consume(std::string_view input, std::string& out);
  [[nodiscard]] bool finished() const noexcept { return state_ == at::finished; }
  // True once a CR or LF stood alone in the content: a sign of SMTP smuggling (CVE-2023-51764).
  [[nodiscard]] bool saw_bare_cr_or_lf() const noexcept { return bare_; }
  // Length in octets of the longest content line so far, with CRLF, without a stuffed dot.
  [[nodiscard]] std::size_t longest_line() const noexcept { return longest_; }

 private:
  enum class at { line_start, dot, dot_cr, middle, after_cr, finished };
  at state_ = at::line_start;
  bool bare_ = false;
  std::size_t line_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace smtpscope::wire
