// Invariant: xtext, the forms of RFC 6533, Punycode and A-labels give back what went in, and what
// their decoders accept, their encoders write again.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/idna.hpp"
#include "smtpscope/text/punycode.hpp"
#include "smtpscope/text/utf8.hpp"
#include "smtpscope/text/xtext.hpp"

using namespace smtpscope;

namespace {

void check_punycode(std::string_view text) {
  if (const auto encoded = text::punycode_encode(text); encoded && encoded->size() <= 255) {
    const auto decoded = text::punycode_decode(*encoded);
    fuzz::check(decoded && *decoded == text);
  }
  if (const auto decoded = text::punycode_decode(text)) fuzz::check(text::is_utf8(*decoded));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::view(data, size);
  const auto back = text::xtext_decode(text::xtext_encode(text));
  fuzz::check(back && *back == text);
  if (const auto decoded = text::xtext_decode(text)) {
    const auto again = text::xtext_decode(text::xtext_encode(*decoded));
    fuzz::check(again && *again == *decoded);
  }
  if (const auto decoded = text::unitext_decode(text)) {
    for (const auto form : {text::unitext::seven_bit, text::unitext::utf8}) {
      const auto again = text::unitext_decode(text::unitext_encode(*decoded, form));
      fuzz::check(again && *again == *decoded);
    }
  }
  check_punycode(text);
  if (const auto ascii = text::domain_to_ascii(text)) {
    fuzz::check(text::all_ascii(*ascii) && *text::domain_to_ascii(*ascii) == *ascii);
    const auto again = text::domain_to_ascii(text::domain_to_unicode(*ascii));
    fuzz::check(again && text::iequals(*again, *ascii));
  }
  return 0;
}
