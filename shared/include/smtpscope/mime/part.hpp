#pragma once
// Where a part of a message lies in its bytes.

#include <cstdint>
#include <string>

namespace smtpscope::mime {

// Octets [begin, end) of the message: headers, the empty line, then the body from `body_begin`.
// The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1). `parent` is the
// index of the enclosing part in the same list, -1 for the message itself; a parent stands before
// its children.
struct part_range {
  std::uint32_t begin = 0;
  std::uint32_t body_begin = 0;
  std::uint32_t end = 0;
  int parent = -1;
  std::string media_type;  // "text/plain", lower case
  std::string encoding;    // "7bit", "quoted-printable", "base64", …, lower case
  std::string file_name;   // UTF-8, or ""
  std::string content_id;  // without angle brackets, or ""
};

}  // namespace smtpscope::mime
