// Invariant: a message in seven bits has the parts of the one it was made of, each with the same
// decoded octets, and is not changed by making it so again; none is refused that fits already.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/mime/downgrade.hpp"
#include "smtpscope/mime/reader.hpp"

using namespace smtpscope;

namespace {

// Lines of at most 998 octets of 1 to 127, ended by CRLF: told here in another way than in the core.
bool fits(std::string_view message) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const auto c = static_cast<unsigned char>(message[i]);
    const bool begins_end = message.substr(i, 2) == "\r\n";
    if (c == 0 || c > 127 || (c == '\r' && !begins_end) || (c == '\n' && (i == 0 || message[i - 1] != '\r')))
      return false;
    line = c == '\n' ? 0 : begins_end ? line : line + 1;
    if (line > 998) return false;
  }
  return true;
}

bool is_label(const mime::header_field& h) {
  for (const std::string_view name : {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"})
    if (h.name.size() == name.size() &&
        std::equal(name.begin(), name.end(), h.name.begin(), [](char a, char b) { return (a | 32) == (b | 32); }))
      return true;
  return false;
}

// Fields that say nothing of the body stay as they are.
std::string other_fields(const mime::read_part& part) {
  std::string all;
  for (const mime::header_field& h : part.headers)
    if (!is_label(h)) all += h.name + ":" + h.value + "\n";
  return all;
}

void check_same(std::string_view before, std::string_view after) {
  const mime::message_tree one = mime::read(before);
  const mime::message_tree two = mime::read(after);
  fuzz::check(one.parts.size() == two.parts.size());
  for (std::size_t i = 0; i < one.parts.size(); ++i) {
    const mime::read_part& a = one.parts[i];
    const mime::read_part& b = two.parts[i];
    fuzz::check(a.media_type == b.media_type && a.parent == b.parent && a.file_name == b.file_name);
    fuzz::check(other_fields(a) == other_fields(b));
    const bool holds_parts = i + 1 < one.parts.size() && one.parts[i + 1].parent == static_cast<int>(i);
    fuzz::check(holds_parts || mime::decoded_body(before, a) == mime::decoded_body(after, b));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message = fuzz::view(data, size);
  fuzz::check(mime::is_seven_bit(message) == fits(message));
  const auto narrow = mime::downgrade(message);
  if (!narrow) {
    fuzz::check(!fits(message) && !narrow.why().detail.empty());
    return 0;
  }
  fuzz::check(fits(*narrow));
  fuzz::check(*mime::downgrade(*narrow) == *narrow);
  check_same(message, *narrow);
  return 0;
}
