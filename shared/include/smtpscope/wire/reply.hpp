#pragma once
// Replies of RFC 5321 §4.2 with the enhanced codes of RFC 3463.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/domain.hpp"
#include "smtpscope/wire/field.hpp"

namespace smtpscope::wire {

// First digit of a reply code (RFC 5321 §4.2.1).
enum class reply_class : std::uint8_t { positive = 2, intermediate = 3, transient = 4, permanent = 5 };

// class.subject.detail (RFC 3463 §2): class 2, 4 or 5; the others 0…999.
struct enhanced_code {
  std::uint16_t klass = 0;
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool operator==(const enhanced_code& o) const noexcept {
    return klass == o.klass && subject == o.subject && detail == o.detail;
  }
};

struct reply {
  int code = 0;                           // 200…559, as received
  std::optional<enhanced_code> enhanced;  // only where its class equals the code's first digit
  std::vector<std::string> lines;         // text of each line: no code, no separator, no enhanced code, no CRLF

  [[nodiscard]] reply_class kind() const noexcept { return static_cast<reply_class>(code / 100); }
  [[nodiscard]] bool positive() const noexcept { return kind() == reply_class::positive; }
  // All lines joined by one space.
  [[nodiscard]] std::string text() const;
};

// A reply as it came: the value, its exact bytes, and the place of each part in them. Fields per
// line: "line" → "code", "separator", "enhanced_code", "text", "crlf"; in an EHLO reply the text
// of lines after the first is "extension" → "keyword", "argument".
struct received_reply {
  reply value;
  std::string bytes;
  std::vector<field> fields;
};

// Positive greetings and replies to EHLO carry no enhanced codes (RFC 2034 §4); refusals there do.
enum class reply_context : std::uint8_t { ordinary, greeting, ehlo };

// Collects the lines of one reply.
class reply_parser {
 public:
  // One line with its CRLF. Returns nothing while the reply goes on.
  // Errors: malformed_reply (not three digits, code outside 200…559, other separator than SP or
  // hyphen, lines with different codes, a control character other than HTAB), reply_too_long.
  // After an error or a reply the parser is ready for the next one.
  [[nodiscard]] std::optional<result<received_reply>> feed(std::string_view line, reply_context context);
  // True between the first and last line of a reply.
  [[nodiscard]] bool inside() const noexcept { return !bytes_.empty(); }
  // Octets of the lines taken so far.
  [[nodiscard]] const std::string& partial() const noexcept { return bytes_; }

 private:
  reply value_;
  std::string bytes_;
  std::vector<field> fields_;
};

// Writes a reply with CRLFs: "250-…" lines, then "250 …". Text lines are cut at 512 octets by
// starting a further line; octets that may not be sent are replaced by "?". UTF-8 may only where the
// command allowed it (RFC 6531 §3.7.4).
// A reply without lines is written with empty text. Precondition: code within 200…559.
[[nodiscard]] std::string format_reply(const reply& value, utf8 beyond_ascii = utf8::refused);

// Parts of a reply's bytes, for a reply that we wrote ourselves.
[[nodiscard]] std::vector<field> reply_fields(std::string_view bytes, reply_context context);

}  // namespace smtpscope::wire
