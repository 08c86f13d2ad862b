// Invariant: what a relay looks at of a tunnel's octets is judged the same however it is cut: WebSocket frames
// by their headers, and what may pass to a destination for ciphertext. A control frame that is read is a
// whole one, and a file of tokens never lets anybody in without one of its tokens.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/tunnel/access_tokens.hpp"
#include "smtpscope/tunnel/ciphertext_guard.hpp"
#include "smtpscope/tunnel/control.hpp"
#include "smtpscope/tunnel/frame_meter.hpp"

using namespace smtpscope;

namespace {

using octets = std::span<const std::byte>;

// Calls `take` with pieces until it gives false; whether it never did.
template <class Take>
bool all_taken(octets input, std::size_t piece, Take take) {
  while (!input.empty()) {
    const octets now = input.first(std::min(piece, input.size()));
    input = input.subspan(now.size());
    if (!take(now)) return false;
  }
  return true;
}

bool frames_pass(octets input, std::size_t piece) {
  using verdict = tunnel::frame_meter::verdict;
  tunnel::frame_meter meter(8, 4);
  return all_taken(input, piece, [&](octets now) { return meter.take(now, microseconds{0}) == verdict::fine; });
}

// Of both sides: the server's answer comes after so many octets of the page.
bool ciphertext_passes(octets input, std::size_t piece, tunnel::tls_start start, std::size_t server_from) {
  tunnel::ciphertext_guard guard(start);
  const octets page = input.first(std::min(server_from, input.size()));
  return all_taken(page, piece, [&](octets now) { return guard.page_may_say(now); }) &&
         all_taken(input.subspan(page.size()), piece, [&](octets now) { return guard.server_may_say(now); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = data[0] % 32 + 1U;
  const std::size_t server_from = data[1];
  const std::string_view text = fuzz::view(data + 2, size - 2);
  const octets input = std::as_bytes(std::span(text));
  const std::size_t whole = std::max<std::size_t>(input.size(), 1);
  fuzz::check(frames_pass(input, whole) == frames_pass(input, piece));
  for (const auto start : {tunnel::tls_start::at_once, tunnel::tls_start::after_starttls})
    fuzz::check(ciphertext_passes(input, whole, start, server_from) ==
                ciphertext_passes(input, piece, start, server_from));
  if (tunnel::parse_page_frame(text)) fuzz::check(text.front() != ']' && text.size() <= tunnel::control_frame_octets);
  if (const auto tokens = tunnel::access_tokens::parse(text))
    fuzz::check(tokens->judge("never in it", "-", 0).what == tunnel::token_verdict::wrong);
  return 0;
}
