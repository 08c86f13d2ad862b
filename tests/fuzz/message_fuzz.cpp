// Invariant: any octets are a message: its parts and header fields lie in it, each part inside its
// parent, and every part can be decoded. Address lists are taken apart or refused.

#include "check.hpp"
#include "smtpscope/mime/address_list.hpp"
#include "smtpscope/mime/reader.hpp"

using namespace smtpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message = fuzz::view(data, size);
  const mime::message_tree tree = mime::read(message);
  fuzz::check(!tree.parts.empty() && tree.parts.size() <= mime::read_parts);
  if (tree.parts.front().headers.size() < mime::read_headers)
    fuzz::check(mime::first_header(message, "Subject") == tree.parts.front().header("Subject"));
  for (std::size_t i = 0; i < tree.parts.size(); ++i) {
    const mime::read_part& part = tree.parts[i];
    fuzz::check(part.begin <= part.body_begin && part.body_begin <= part.end && part.end <= message.size());
    fuzz::check(part.parent < static_cast<int>(i));
    if (part.parent >= 0) {
      const mime::read_part& parent = tree.parts[static_cast<std::size_t>(part.parent)];
      fuzz::check(parent.body_begin <= part.begin && part.end <= parent.end);
    }
    for (const mime::header_field& h : part.headers) fuzz::check(h.begin <= h.end && h.end <= part.body_begin);
    static_cast<void>(mime::decoded_body(message, part));
    static_cast<void>(mime::decoded_text(message, part));
  }
  static_cast<void>(mime::parse_address_list(message.substr(0, 4096)));
  return 0;
}
