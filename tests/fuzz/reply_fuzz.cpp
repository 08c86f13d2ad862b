// Invariant: whatever a server sends, a reply has a code from 200 to 559, keeps its bytes exactly and
// within bounds, its fields lie in them, and what we write of it parses to the same again.

#include "check.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/line_reader.hpp"
#include "smtpscope/wire/reply.hpp"

using namespace smtpscope;

namespace {

void check_round_trip(const wire::reply& value) {
  wire::reply_parser parser;
  wire::line_reader lines{limits::accepted_reply_line_octets};
  lines.append(wire::format_reply(value));
  while (auto line = lines.next()) {
    fuzz::check(line->has_value());
    const auto again = parser.feed(**line, wire::reply_context::ordinary);
    if (!again) continue;
    // Only a reply of more lines than we accept from others may be refused here.
    if (!again->has_value()) return;
    fuzz::check((*again)->value.code == value.code);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto context = static_cast<wire::reply_context>(data[0] % 3);
  wire::line_reader lines{limits::accepted_reply_line_octets};
  wire::reply_parser parser;
  lines.append(fuzz::view(data + 1, size - 1));
  while (auto line = lines.next()) {
    if (!*line) continue;
    const auto reply = parser.feed(**line, context);
    if (!reply || !*reply) continue;
    const wire::received_reply& r = **reply;
    fuzz::check(r.value.code >= 200 && r.value.code <= 559);
    fuzz::check(!r.value.lines.empty() && r.value.lines.size() <= limits::accepted_reply_lines);
    fuzz::check(r.bytes.size() <= limits::accepted_reply_octets);
    fuzz::check_fields(r.fields, r.bytes.size());
    static_cast<void>(wire::capabilities::parse(r.value));
    check_round_trip(r.value);
  }
  return 0;
}
