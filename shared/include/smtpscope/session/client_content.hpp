#pragma once
// A message's content on its way out, one bounded piece at a time: dot-stuffed for DATA (RFC 5321
// §4.5.2), or cut into chunks for BDAT (RFC 3030). It holds no content: each call is given it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "smtpscope/wire/dot_codec.hpp"

namespace smtpscope::session {

enum class last_line : std::uint8_t { completed, as_it_is };  // a missing CRLF at the end is added, or not

// Octets as SIZE and BDAT count them (RFC 1870 §6): line ends as two, dots not stuffed.
[[nodiscard]] std::uint64_t octets_of(std::string_view content, last_line end) noexcept;

class client_content {
 public:
  enum class state : std::uint8_t {
    idle,      // nothing is being sent
    data,      // pieces, then the end mark
    end_mark,  // only the end mark is left
    in_chunk,  // octets of the chunk announced last
    at_chunk,  // between chunks: the next must be announced
  };
  [[nodiscard]] state now() const noexcept { return state_; }
  // Octets have been promised or begun, so that no command may stand between.
  [[nodiscard]] bool busy() const noexcept {
    return state_ == state::data || state_ == state::end_mark || state_ == state::in_chunk;
  }

  void begin_data() noexcept;
  void begin_end_mark() noexcept { state_ = state::end_mark; }
  void begin_chunks(last_line end) noexcept;
  void stop() noexcept { state_ = state::idle; }

  // data: the next piece, at most limits::content_chunk_octets, "" for empty content; after the
  // last one the state is end_mark. in_chunk: the next piece of the chunk; after its last one the
  // state is at_chunk, or idle behind the last chunk.
  [[nodiscard]] std::string piece(std::string_view content);
  // The argument of the next BDAT, at most `most` octets. Precondition: at_chunk.
  struct chunk {
    std::uint64_t octets = 0;
    bool last = false;
  };
  [[nodiscard]] chunk announce(std::string_view content, std::size_t most) noexcept;

 private:
  [[nodiscard]] std::string chunk_piece(std::string_view content);

  state state_ = state::idle;
  wire::dot_stuffer stuffer_;
  last_line end_ = last_line::completed;
  std::uint64_t sent_ = 0;
  std::uint64_t chunk_left_ = 0;
  bool last_chunk_ = false;
};

}  // namespace smtpscope::session
