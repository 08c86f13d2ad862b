#pragma once
// What the header of a part says about its body, read so that no two readers can differ about it.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"
#include "smtpscope/mime/reader.hpp"

namespace smtpscope::mime {

struct part_labels {
  std::string encoding;  // Content-Transfer-Encoding as written: 7bit, 8bit or binary in any case; "" when not given
  std::string boundary;  // of Content-Type; "" when there is none, or none that RFC 2046 §5.1.1 allows
  bool has_type = false;
  bool has_version = false;
};

// Of a part whose header can be copied field by field: all of it ASCII, closed by an empty line, the
// fields of MIME there once at most and well formed.
// Errors: invalid_header and unsupported, as of downgrade(); invalid_argument (more fields than are read).
[[nodiscard]] result<part_labels> read_labels(std::string_view message, const read_part& part);

}  // namespace smtpscope::mime
