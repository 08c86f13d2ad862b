// Invariant: whatever a message of TLS says, its fields lie inside it and inside their parents, have names that
// texts can key on, and are no more than promised; what it says can be written as JSON.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/tls/handshake_view.hpp"

using namespace smtpscope;

namespace {

void check_message(const tls::message& m, std::size_t size) {
  fuzz::check_fields(m.fields, size);
  fuzz::check(m.fields.size() <= tls::handshake_viewer::most_fields && !m.type.empty());
  for (const wire::field& f : m.fields)
    fuzz::check(std::all_of(f.name.begin(), f.name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }));
  fuzz::check(!to_string(m.data).empty());
}

}  // namespace

// Messages one after the other, each behind its content type and two octets of length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = fuzz::view(data, size);
  tls::handshake_viewer viewer;
  while (input.size() > 3) {
    const auto at = [input](std::size_t i) { return static_cast<std::uint8_t>(input[i]); };
    const auto content = static_cast<tls::content_type>(20 + at(0) % 4);
    const std::size_t length = std::min<std::size_t>(at(1) << 8 | at(2), input.size() - 3);
    const std::string octets(input.substr(3, length));
    check_message(viewer.view(tls::direction::server_to_client, content, tls::protection::clear, octets),
                  octets.size());
    input.remove_prefix(3 + length);
  }
  return 0;
}
