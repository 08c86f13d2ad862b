#pragma once
// Encoded words of RFC 2047: text outside ASCII in header fields.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtpscope::text {

// Where the words will stand: in unstructured text, or in a display name, where fewer characters
// may stand for themselves (RFC 2047 §5).
enum class word_place : std::uint8_t { text, phrase };

// Room that the first word needs at least to hold any character.
inline constexpr std::size_t smallest_encoded_word = 24;

// Encoded words for `utf8`, each at most 75 characters, the first at most `first_room` (not less
// than smallest_encoded_word); no character is cut in two. B or Q, whichever is shorter. The words
// are to be joined by folding or single spaces, which vanish again when they are decoded.
[[nodiscard]] std::vector<std::string> encode_words(std::string_view utf8, std::size_t first_room, word_place place);

// The text of a header field with its encoded words decoded, as UTF-8. What is not a legal encoded
// word, or has a charset we do not know, stays as it is.
[[nodiscard]] std::string decode_words(std::string_view text);

}  // namespace smtpscope::text
