#pragma once
// Commands that were said and whose replies are awaited: replies come in the order of the commands
// (RFC 2920 §3.2), so a first-in-first-out list tells which reply belongs to what.

#include <cstddef>
#include <optional>
#include <vector>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/session/state.hpp"
#include "smtpscope/wire/command.hpp"

namespace smtpscope::session {

struct awaited_reply {
  client_phase phase = client_phase::expect_other_reply;
  wire::verb verb = wire::verb::unknown;
  std::optional<std::size_t> transaction = {};  // index of the session's transactions
  std::optional<std::size_t> recipient = {};    // RCPT: index of the message's recipients
  std::size_t octets = 0;                       // of the command
  bool by_hand = false;                         // out of plan
};

class client_awaited {
 public:
  void add(awaited_reply a) {
    octets_ += a.octets;
    all_.push_back(a);
  }
  // The oldest one that had not left has left: its bytes were handed to the host.
  void left() noexcept { ++left_; }
  // Precondition: not empty().
  [[nodiscard]] const awaited_reply& oldest() const noexcept { return all_.front(); }
  [[nodiscard]] const awaited_reply& newest() const noexcept { return all_.back(); }
  [[nodiscard]] bool oldest_left() const noexcept { return left_ > 0; }
  awaited_reply take() {
    const awaited_reply a = all_.front();
    all_.erase(all_.begin());  // there are few: limits::pipelined_commands
    octets_ -= a.octets;
    if (left_ > 0) --left_;
    return a;
  }
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  // Another command, of any length, keeps within both bounds of limits.hpp.
  [[nodiscard]] bool has_room(std::size_t most_octets) const noexcept {
    return all_.size() < limits::pipelined_commands && octets_ + limits::extended_command_line_octets <= most_octets;
  }

 private:
  std::vector<awaited_reply> all_;
  std::size_t left_ = 0;
  std::size_t octets_ = 0;
};

}  // namespace smtpscope::session
