#pragma once
// From the bytes of any message to its tree of parts (RFC 5322, RFC 2045, RFC 2046). What is not
// legal is read as well as it can be: a message from elsewhere is to be shown, not judged.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/mime/part.hpp"

namespace smtpscope::mime {

// One header field at [begin, end) of the message, with its line end.
struct header_field {
  std::string name;   // as written; control characters and octets over 127 become U+FFFD
  std::string value;  // unfolded, encoded words decoded, UTF-8 without control characters
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct read_part : part_range {
  std::vector<header_field> headers;
  std::string charset;  // of text, lower case; "us-ascii" when not given

  // Value of the first field of that name, compared without case; "" when there is none. The view
  // lives as long as the part.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

struct message_tree {
  std::vector<read_part> parts;  // the first is the message itself
};

inline constexpr int read_depth = 16;              // parts nested deeper are not taken apart
inline constexpr std::size_t read_parts = 1000;    // further parts are not listed
inline constexpr std::size_t read_headers = 1000;  // a part's further headers are not listed

// What read() finds as the value of the message's first field of that name (compared without case), without
// taking anything else apart; "" when there is none.
[[nodiscard]] std::string first_header(std::string_view message, std::string_view name);

// Never fails; an empty message has one empty part. Lines may end in CRLF or LF.
[[nodiscard]] message_tree read(std::string_view message);

// The body of one part with its transfer encoding taken off; octets that cannot be decoded are
// left out. `part` must come from the same message.
[[nodiscard]] std::string decoded_body(std::string_view message, const part_range& part);

// The same as UTF-8, for parts of type text.
[[nodiscard]] std::string decoded_text(std::string_view message, const read_part& part);

}  // namespace smtpscope::mime
