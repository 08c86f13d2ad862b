#pragma once
// A bounded memory of texts, each with a value and the time it was seen last: what greylisting and
// rates know about clients. When it is full, the one that was not seen for longest makes room.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtpscope/base/time.hpp"

namespace smtpscope::session {

template <class Value>
class remembered {
 public:
  explicit remembered(std::size_t most) : most_(most) {}

  // Nothing for what is not known.
  [[nodiscard]] std::optional<milliseconds> last_seen(std::string_view key) noexcept {
    const auto it = place_of(key);
    return it == entries_.end() || it->key != key ? std::nullopt : std::optional{it->seen};
  }
  // `key` was seen at `now`; the value is kept where there is one.
  Value& see(std::string_view key, milliseconds now) {
    auto it = place_of(key);
    if (it == entries_.end() || it->key != key) {
      if (entries_.size() >= most_) forget_oldest();
      it = entries_.insert(place_of(key), entry{std::string{key}, now, {}});
    }
    it->seen = now;
    return it->value;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    std::string key;
    milliseconds seen;
    Value value;
  };
  auto place_of(std::string_view key) noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), key,
                            [](const entry& e, std::string_view k) { return std::string_view{e.key} < k; });
  }
  void forget_oldest() {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const entry& a, const entry& b) { return a.seen < b.seen; }));
  }

  std::size_t most_;
  std::vector<entry> entries_;  // by key
};

}  // namespace smtpscope::session
