#pragma once
// What a server looks for in the content of a message, after its dots were taken off: CRs and LFs
// that stand alone, NULs, lines that are too long. Where the content ends is not decided here: the
// dot_unstuffer and BDAT's count know, whatever stands in it.

#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/session/server_event.hpp"
#include "smtpscope/session/server_options.hpp"

namespace smtpscope::session {

class content_filter {
 public:
  content_filter() = default;
  explicit content_filter(content_rules rules) noexcept : rules_(rules) {}

  // The next piece, cut anywhere; changed in place where newlines are to be normalised.
  void take(std::string& piece);
  // After the last piece: what is still to be added to the content ("" or "\n").
  [[nodiscard]] std::string_view finish();

  // The reply that the content has earned, when the rules refuse it.
  [[nodiscard]] std::optional<reply_key> problem() const noexcept;
  [[nodiscard]] const content_findings& findings() const noexcept { return found_; }

 private:
  void normalize(std::string& piece);
  void measure_lines(std::string_view piece) noexcept;

  content_rules rules_;
  content_findings found_;
  std::uint64_t line_ = 0;  // octets of the line so far
  bool after_cr_ = false;   // the last octet was a CR
};

}  // namespace smtpscope::session
