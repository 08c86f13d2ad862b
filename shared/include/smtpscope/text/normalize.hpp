#pragma once
// Normalisation of Unicode. Its tables are the host's, as the digests are: libunistring's in native
// programs, String.prototype.normalize's in a page, whose module has no room for any.

#include <string>
#include <string_view>

namespace smtpscope::text {

// Normalization Form KC (Unicode Standard Annex 15): "e" and U+0301 become U+00E9, U+2168 becomes "IX".
// ASCII is given back as it is. Precondition: `text` is UTF-8.
[[nodiscard]] std::string nfkc(std::string_view text);

}  // namespace smtpscope::text
