#include "smtpscope/tunnel/admission.hpp"

#include <algorithm>

namespace smtpscope::tunnel {
namespace {

constexpr double minute = 60e6;                                // microseconds
constexpr auto look_every = microseconds(10'000'000);          // for addresses to forget
constexpr std::size_t most_remembered = std::size_t{1} << 16;  // about 8 MiB

// An IPv4 address, or the network of 64 bits that one customer has.
std::string key_of(const ip_address& from) {
  constexpr std::size_t network_octets = 8;
  const std::size_t octets = from.is_v4() ? from.octets.size() : network_octets;
  return {reinterpret_cast<const char*>(from.octets.data()), octets};
}

}  // namespace

void admission::refill(visits& v, microseconds now) const {
  const auto most = static_cast<double>(bounds_.new_per_minute);
  v.left = std::min(most, v.left + static_cast<double>((now - v.since).count()) * most / minute);
  v.since = now;
}

admitted admission::enter(const std::optional<ip_address>& from, microseconds now) {
  if (standing_ >= bounds_.connections) return admitted::full;
  if (from) {
    forget(now);
    const auto [place, fresh] = by_address_.try_emplace(key_of(*from));
    visits& v = place->second;
    if (fresh) v = {0, static_cast<double>(bounds_.new_per_minute), now};
    refill(v, now);
    if (v.standing >= bounds_.connections_per_address) return admitted::address_full;
    if (v.left < 1) return admitted::too_often;
    v.left -= 1;
    ++v.standing;
  }
  ++standing_;
  return admitted::yes;
}

void admission::leave(const std::optional<ip_address>& from) {
  --standing_;
  if (!from) return;
  const auto place = by_address_.find(key_of(*from));
  if (place != by_address_.end()) --place->second.standing;
}

// Whoever has none standing and all of his minute left is as good as new. Under a flood of addresses those
// without any standing are forgotten earlier: memory is bounded.
void admission::forget(microseconds now) {
  const bool crowded = by_address_.size() >= most_remembered;
  if (now < next_look_ && !crowded) return;
  next_look_ = now + look_every;
  for (auto place = by_address_.begin(); place != by_address_.end();) {
    visits& v = place->second;
    refill(v, now);
    const bool idle = v.standing == 0 && (crowded || v.left >= static_cast<double>(bounds_.new_per_minute));
    place = idle ? by_address_.erase(place) : std::next(place);
  }
}

bool admission::enter_destination(const std::string& to) {
  std::uint64_t& standing = by_destination_[to];
  if (standing >= bounds_.connections_per_destination) return false;
  ++standing;
  return true;
}

void admission::leave_destination(const std::string& to) {
  const auto place = by_destination_.find(to);
  if (place != by_destination_.end() && --place->second == 0) by_destination_.erase(place);
}

}  // namespace smtpscope::tunnel
