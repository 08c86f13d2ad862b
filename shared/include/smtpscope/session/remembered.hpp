#pragma once
// A bounded memory of texts, each with a value and the time it was seen last: what greylisting and
// rates know about clients. When it is full, the one that was not seen for longest makes room.

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "smtpscope/base/time.hpp"

namespace smtpscope::session {

// Looking one up, adding one and forgetting one each take the same time, however many there are.
template <class Value>
class remembered {
 public:
  // `most`: at least 1.
  explicit remembered(std::size_t most) : most_(most) {}
  remembered(remembered&&) noexcept = default;  // the places point into the list, which moves with them
  remembered& operator=(remembered&&) noexcept = default;
  remembered(const remembered&) = delete;
  remembered& operator=(const remembered&) = delete;
  ~remembered() = default;

  // Nothing for what is not known.
  [[nodiscard]] std::optional<milliseconds> last_seen(std::string_view key) const {
    const auto place = places_.find(key);
    return place == places_.end() ? std::nullopt : std::optional{place->second->seen};
  }
  // `key` was seen at `now`, which never decreases; the value is kept where there is one. It lives until it
  // is forgotten.
  Value& see(std::string_view key, milliseconds now) {
    if (const auto place = places_.find(key); place != places_.end()) {
      entries_.splice(entries_.end(), entries_, place->second);
    } else {
      if (entries_.size() >= most_) forget_oldest();
      entries_.push_back({std::string{key}, now, {}});
      places_.emplace(entries_.back().key, std::prev(entries_.end()));
    }
    entries_.back().seen = now;
    return entries_.back().value;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    std::string key;
    milliseconds seen;
    Value value;
  };
  void forget_oldest() {
    places_.erase(entries_.front().key);
    entries_.pop_front();
  }

  std::size_t most_;
  std::list<entry> entries_;  // the one seen last stands last
  std::unordered_map<std::string_view, typename std::list<entry>::iterator> places_;
};

}  // namespace smtpscope::session
