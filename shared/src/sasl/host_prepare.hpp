#pragma once
// What SASLprep asks of the host: host_prepare.cpp in native programs, wasm/host.cpp in a page.

#include <cstddef>

// Prepares `octets` octets of what should be UTF-8, as what is stored where `stored` is not 0. Gives the
// octets written to `out`; a refusal is written there too, in words that follow the name of the text, and
// given as the negative number of its octets.
extern "C" int smtpscope_host_prepare(const char* text, int octets, int stored, char* out);

namespace smtpscope::sasl {

// The room that `out` must have: U+FDFA, three octets, becomes 33, and nothing grows by more (UAX 15 §4);
// no refusal is longer than 200.
constexpr std::size_t host_prepare_room(std::size_t octets) { return octets * 11 + 200; }

}  // namespace smtpscope::sasl
