#pragma once
// The secrets that were masked in a session, so that they can be found again where a server says back
// what it heard: some answer with the whole line that they did not understand.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/secret.hpp"

namespace smtpscope::trace {

class secret_words {
 public:
  // One of fewer octets would be found in texts that say nothing of it.
  static constexpr std::size_t shortest = 5;

  // Kept once, and not when it is shorter than that.
  void add(std::string_view word);

  struct place {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // The first of them in `text` from `begin` on; of two at one place the longer.
  [[nodiscard]] std::optional<place> find(std::string_view text, std::size_t begin = 0) const noexcept;
  // `text` with `mask` for each of them.
  [[nodiscard]] std::string without(std::string_view text, std::string_view mask) const;

 private:
  std::vector<secret> words_;
};

}  // namespace smtpscope::trace
