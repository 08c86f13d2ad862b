#include "smtpscope/trace/secret_words.hpp"

namespace smtpscope::trace {

void secret_words::add(std::string_view word) {
  if (word.size() < shortest) return;
  for (const secret& known : words_)
    if (known.reveal() == word) return;
  words_.emplace_back(std::string{word});
}

std::optional<secret_words::place> secret_words::find(std::string_view text, std::size_t begin) const noexcept {
  std::optional<place> first;
  for (const secret& word : words_) {
    const std::size_t at = text.find(word.reveal(), begin);
    if (at == std::string_view::npos) continue;
    const std::size_t end = at + word.reveal().size();
    if (!first || at < first->begin || (at == first->begin && end > first->end)) first = place{at, end};
  }
  return first;
}

std::string secret_words::without(std::string_view text, std::string_view mask) const {
  std::string out;
  std::size_t behind = 0;
  for (auto found = find(text); found; found = find(text, behind)) {
    out += text.substr(behind, found->begin - behind);
    out += mask;
    behind = found->end;
  }
  out += text.substr(behind);
  return out;
}

}  // namespace smtpscope::trace
