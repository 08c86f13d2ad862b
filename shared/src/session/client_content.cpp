#include "smtpscope/session/client_content.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"

namespace smtpscope::session {

std::uint64_t octets_of(std::string_view content, last_line end) noexcept {
  const bool ends_line = content.empty() || content.back() == '\n';
  return content.size() + (ends_line || end == last_line::as_it_is ? 0U : 2U);
}

void client_content::begin_data() noexcept {
  state_ = state::data;
  stuffer_ = {};
  sent_ = 0;
}

void client_content::begin_chunks(last_line end) noexcept {
  state_ = state::at_chunk;
  end_ = end;
  sent_ = 0;
}

std::string client_content::piece(std::string_view content) {
  if (state_ == state::in_chunk) return chunk_piece(content);
  // Three quarters: the worst content, lines of one dot, grows by a third (RFC 5321 §4.5.2).
  constexpr std::size_t piece_octets = limits::content_chunk_octets / 4 * 3;
  const std::string_view next = content.substr(static_cast<std::size_t>(sent_), piece_octets);
  sent_ += next.size();
  std::string stuffed = stuffer_.stuff(next);
  if (sent_ < content.size()) return stuffed;
  state_ = state::end_mark;
  stuffed += stuffer_.finish();
  return stuffed;
}

client_content::chunk client_content::announce(std::string_view content, std::size_t most) noexcept {
  const std::uint64_t left = octets_of(content, end_) - sent_;
  chunk_left_ = std::min<std::uint64_t>(left, std::max<std::size_t>(most, 1));
  last_chunk_ = chunk_left_ == left;
  state_ = chunk_left_ > 0 ? state::in_chunk : state::idle;
  return {chunk_left_, last_chunk_};
}

std::string client_content::chunk_piece(std::string_view content) {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, limits::content_chunk_octets));
  std::string out;
  if (sent_ < content.size()) out = content.substr(static_cast<std::size_t>(sent_), want);
  // The CRLF that completes the last line may itself be cut by the end of a chunk.
  for (std::uint64_t at = sent_ + out.size(); out.size() < want; ++at) out += at == content.size() ? '\r' : '\n';
  sent_ += out.size();
  chunk_left_ -= out.size();
  if (chunk_left_ == 0) state_ = last_chunk_ ? state::idle : state::at_chunk;
  return out;
}

}  // namespace smtpscope::session
