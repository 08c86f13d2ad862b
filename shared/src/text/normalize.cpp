#include "smtpscope/text/normalize.hpp"

#include "smtpscope/text/ascii.hpp"

#ifdef __EMSCRIPTEN__
// wasm/host.cpp. `out` has room; gives the octets written there.
extern "C" int smtpscope_host_nfkc(const char* text, int octets, char* out);
#else
#include <uninorm.h>

#include <cstdlib>
#include <memory>
#endif

namespace smtpscope::text {

#ifdef __EMSCRIPTEN__
std::string nfkc(std::string_view text) {
  if (all_ascii(text)) return std::string{text};
  // U+FDFA, three octets, becomes 33; nothing grows by more (UAX 15 §4).
  std::string out(text.size() * 11, '\0');
  out.resize(static_cast<std::size_t>(smtpscope_host_nfkc(text.data(), static_cast<int>(text.size()), out.data())));
  return out;
}
#else
std::string nfkc(std::string_view text) {
  if (all_ascii(text)) return std::string{text};
  std::size_t octets = 0;
  const std::unique_ptr<uint8_t, decltype(&std::free)> made{
      u8_normalize(UNINORM_NFKC, reinterpret_cast<const uint8_t*>(text.data()), text.size(), nullptr, &octets),
      &std::free};
  return made ? std::string{reinterpret_cast<const char*>(made.get()), octets} : std::string{text};
}
#endif

}  // namespace smtpscope::text
