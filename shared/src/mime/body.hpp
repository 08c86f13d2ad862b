#pragma once
// Bodies of parts: line ends, transfer encodings, and the HTML form of a text with pictures.

#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::mime {

// Every CR, LF and CRLF becomes CRLF, so that no line end can mean different things to different
// programs (SMTP smuggling lives on that difference).
[[nodiscard]] std::string with_crlf(std::string_view text);

struct encoded_text {
  std::string_view encoding;  // "7bit", "quoted-printable" or "base64"
  std::string body;
};

// `crlf_text` in the first of these that can carry it: as it is, when it is ASCII in lines of at
// most 78 octets; else quoted-printable or base64, whichever is shorter.
[[nodiscard]] encoded_text encode_text(std::string_view crlf_text);

// A picture below the text.
struct picture {
  std::string content_id;  // letters, digits, ".", "-", "_" and one "@"
  std::string alternative_text;
};

// An HTML page that shows `crlf_text` as it was typed, and then each picture.
[[nodiscard]] std::string to_html(std::string_view crlf_text, const std::vector<picture>& pictures);

}  // namespace smtpscope::mime
