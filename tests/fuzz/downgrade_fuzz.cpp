// Invariant: a message that was narrowed needs no more than was asked for, has the same parts with
// the same content, and is not changed by narrowing it again.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/mime/downgrade.hpp"
#include "smtpscope/mime/reader.hpp"

using namespace smtpscope;

namespace {

// Every line end as CRLF: in text they all mean the same.
std::string with_lines(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (text.substr(i, 2) == "\r\n") ++i;
    out += "\r\n";
  }
  return out;
}

void check_same(std::string_view before, std::string_view after) {
  const mime::message_tree one = mime::read(before);
  const mime::message_tree two = mime::read(after);
  fuzz::check(one.parts.size() == two.parts.size());
  for (std::size_t i = 0; i < one.parts.size(); ++i) {
    const mime::read_part& a = one.parts[i];
    const mime::read_part& b = two.parts[i];
    fuzz::check(a.media_type == b.media_type && a.parent == b.parent);
    const bool holds_parts = a.media_type.substr(0, 10) == "multipart/" || a.media_type.substr(0, 8) == "message/";
    if (holds_parts) continue;
    fuzz::check(with_lines(mime::decoded_body(before, a)) == with_lines(mime::decoded_body(after, b)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message = fuzz::view(data, size);
  for (const auto carries : {mime::transport_form::seven_bit, mime::transport_form::eight_bit}) {
    const auto narrow = mime::downgrade(message, carries);
    if (!narrow) {
      fuzz::check(mime::needed_form(message) > carries && !narrow.why().detail.empty());
      continue;
    }
    fuzz::check(mime::needed_form(*narrow) <= carries);
    fuzz::check(*mime::downgrade(*narrow, carries) == *narrow);
    check_same(message, *narrow);
  }
  return 0;
}
