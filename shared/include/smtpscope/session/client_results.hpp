#pragma once
// What became of each message and each of its recipients, over all transactions.

#include <cstddef>
#include <optional>
#include <vector>

#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/client_message.hpp"

namespace smtpscope::session {

class client_results {
 public:
  explicit client_results(const std::vector<client_message>& messages);

  [[nodiscard]] recipient_result& of(std::size_t message, std::size_t recipient) {
    return messages_[message].recipients[recipient];
  }
  // Why a message is not delivered, or not to all; the first reason stays.
  void note(std::size_t message, const failure& why);
  // Nothing more happens to the message: its outcome from its recipients' fates.
  const message_result& conclude(std::size_t message);
  [[nodiscard]] bool concluded(std::size_t message) const noexcept { return concluded_[message] != 0; }
  [[nodiscard]] bool all_concluded() const noexcept;
  // The sum of all messages. Precondition: all_concluded().
  [[nodiscard]] finished sum() const;

 private:
  std::vector<message_result> messages_;
  std::vector<char> concluded_;  // 1 for a message that is
};

}  // namespace smtpscope::session
