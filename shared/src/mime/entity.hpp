#pragma once
// A message while it is being composed: a tree of parts, then its bytes.

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/mime/composer.hpp"
#include "smtpscope/mime/part.hpp"

namespace smtpscope::mime {

// One part. Exactly one of these holds its content: `children` for a multipart, `octets` for what
// is to be written in base64, else `body`, encoded already.
struct entity {
  std::string fields;  // header fields with their CRLFs
  std::string body;
  std::string_view octets;  // not owned: attachments are large
  std::vector<entity> children;
  std::string boundary;
  part_range about;  // its offsets are set when it is written
};

// The bytes of the whole tree and where each part lies in them.
[[nodiscard]] composed write_entity(const entity& root);

// A stem for boundaries, "=_" and letters and digits of `seed`, that stands in no body of `root`.
// No encoded body can hold "=_"; only text sent as it is can.
[[nodiscard]] std::string free_boundary(const entity& root, std::string_view seed);

}  // namespace smtpscope::mime
