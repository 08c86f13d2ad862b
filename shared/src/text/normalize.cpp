#include "smtpscope/text/normalize.hpp"

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

#ifdef __EMSCRIPTEN__
// wasm/host.cpp. `out` has room for nfkc_growth times `octets`; gives the octets written.
extern "C" int smtpscope_host_nfkc(const char* text, int octets, char* out);
#else
#include <uninorm.h>

#include <cstdlib>
#include <memory>
#endif

namespace smtpscope::text {

namespace {

#ifdef __EMSCRIPTEN__
// U+FDFA, three octets, becomes 33; nothing grows by more (UAX 15 §4).
constexpr std::size_t nfkc_growth = 11;

result<std::string> by_host(std::string_view text) {
  std::string out(text.size() * nfkc_growth, '\0');
  out.resize(static_cast<std::size_t>(smtpscope_host_nfkc(text.data(), static_cast<int>(text.size()), out.data())));
  return out;
}
#else
result<std::string> by_host(std::string_view text) {
  std::size_t octets = 0;
  const std::unique_ptr<uint8_t, decltype(&std::free)> made{
      u8_normalize(UNINORM_NFKC, reinterpret_cast<const uint8_t*>(text.data()), text.size(), nullptr, &octets),
      &std::free};
  if (!made) return error{errc::invalid_encoding, "the text could not be normalized"};
  return std::string{reinterpret_cast<const char*>(made.get()), octets};
}
#endif

}  // namespace

result<std::string> nfkc(std::string_view text) {
  if (all_ascii(text)) return std::string{text};
  if (!is_utf8(text)) return error{errc::invalid_encoding, "the text is not UTF-8"};
  return by_host(text);
}

}  // namespace smtpscope::text
