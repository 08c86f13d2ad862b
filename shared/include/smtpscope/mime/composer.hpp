#pragma once
// From what a person wrote to a message (RFC 5322, RFC 2045…2049) and its envelope. The same draft
// always gives the same bytes: date, Message-ID and the seed of the boundaries are arguments.

#include <cstdint>
#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/mime/address_list.hpp"
#include "smtpscope/mime/part.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::mime {

enum class disposition : std::uint8_t { attached, inlined };

struct attachment {
  std::string file_name;   // UTF-8, at most 255 octets
  std::string media_type;  // "image/png"; what is not type/subtype counts as application/octet-stream
  std::string bytes;
  disposition place = disposition::attached;  // inlined: shown below the text, when it is an image
};

struct draft {
  named_mailbox from;
  std::vector<named_mailbox> to;
  std::vector<named_mailbox> cc;
  std::vector<named_mailbox> bcc;  // in the envelope, never in the message
  std::string subject;             // UTF-8
  std::string text;                // UTF-8, with any line ends
  std::vector<attachment> attachments;
  std::int64_t date_unix_seconds = 0;
  int utc_offset_minutes = 0;  // -1439…1439
  std::string message_id;      // "left@right", without angle brackets
  std::string boundary_seed;   // any text; letters and digits of it are used
};

struct envelope {
  wire::reverse_path reverse_path;
  std::vector<wire::forward_path> forward_paths;  // to, cc, bcc, in that order, each mailbox once
};

// A message whose lines all end in CRLF, hold ASCII only and are at most 998 octets long (76 where
// encoded). No dot is doubled yet: that is the wire's business.
struct composed {
  std::string bytes;
  std::vector<part_range> parts;  // the first is the message itself
  envelope addressing;
};

// Text alone makes text/plain; inline images make multipart/related around the text in two forms;
// attachments make multipart/mixed around all that.
// Error: invalid_argument (no recipient, date, file name too long), forbidden_character,
// invalid_encoding (text that is not UTF-8), invalid_header (Message-ID); `detail` names the field.
[[nodiscard]] result<composed> compose(const draft& d);

}  // namespace smtpscope::mime
