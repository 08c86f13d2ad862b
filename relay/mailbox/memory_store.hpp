#pragma once
// Messages in memory: gone when the program ends, bounded while it runs.

#include <cstdint>
#include <deque>
#include <mutex>

#include "relay/mailbox/store.hpp"

namespace smtpscope::mailbox {

// Beyond these the oldest messages are dropped for new ones. Messages on their way in may take
// max_octets once more, all together; a sender beyond that is told 452 and may come again.
struct memory_limits {
  std::size_t max_messages = 1000;
  std::uint64_t max_octets = 64 * 1024 * 1024;  // of content
};

class memory_store final : public message_store {
 public:
  explicit memory_store(memory_limits limits = {}) noexcept : limits_(limits) {}

  [[nodiscard]] store_pace pace() const noexcept override { return store_pace::at_once; }
  [[nodiscard]] io_result<std::unique_ptr<message_writer>> begin() override;
  [[nodiscard]] std::vector<stored_message> list() override;
  [[nodiscard]] io_result<std::shared_ptr<const std::string>> content(std::string_view id) override;

 private:
  class writer;
  struct entry {
    stored_message about;
    std::shared_ptr<const std::string> content;
  };

  [[nodiscard]] boost::system::error_code reserve(std::uint64_t octets);
  void release(std::uint64_t octets);
  void keep(entry e);

  const memory_limits limits_;
  std::mutex mutex_;
  std::deque<entry> entries_;   // oldest first
  std::uint64_t stored_ = 0;    // octets in entries_
  std::uint64_t incoming_ = 0;  // octets in writers
};

}  // namespace smtpscope::mailbox
