#pragma once
// Where messages go. Calls may block on a disk: the server makes them on threads of their own.
// Every function may be called from any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "relay/base/durable_file.hpp"
#include "relay/mailbox/message.hpp"

namespace smtpscope::mailbox {

// One message on its way in. Destroyed before commit(), it leaves nothing behind.
class message_writer {
 public:
  message_writer() = default;
  message_writer(const message_writer&) = delete;
  message_writer& operator=(const message_writer&) = delete;
  virtual ~message_writer() = default;

  // A further piece of content. After an error only destruction is allowed.
  // Errors: no_space_on_device and its like (see is_full), or what the disk says.
  [[nodiscard]] virtual boost::system::error_code append(std::string_view content) = 0;

  // When it returns a message, that is stored as safely as this store can, and listed: the moment
  // at which RFC 5321 §4.2.5 lets a server say 250. On error nothing is stored. Call it once.
  [[nodiscard]] virtual io_result<stored_message> commit(const envelope& e,
                                                         std::chrono::system_clock::time_point received) = 0;
};

// How long the calls of a store and of its writers may take.
enum class store_pace : std::uint8_t { at_once, may_block };

class message_store {
 public:
  message_store() = default;
  message_store(const message_store&) = delete;
  message_store& operator=(const message_store&) = delete;
  virtual ~message_store() = default;

  // at_once: they need no thread of their own, and two changes of thread a message are saved.
  [[nodiscard]] virtual store_pace pace() const noexcept { return store_pace::may_block; }

  // The writer may not outlive the store. Errors as of append().
  [[nodiscard]] virtual io_result<std::unique_ptr<message_writer>> begin() = 0;

  // Oldest first.
  [[nodiscard]] virtual std::vector<stored_message> list() = 0;

  // The content as the client sent it. Errors: no_such_file_or_directory, or what the disk says.
  [[nodiscard]] virtual io_result<std::shared_ptr<const std::string>> content(std::string_view id) = 0;
};

// True for errors that room would cure: 452 4.3.1 instead of 451 4.3.0 (RFC 5248 §2.4).
[[nodiscard]] bool is_full(const boost::system::error_code& why) noexcept;

// A new identifier in the form of a Maildir name: time, process, count, random, host.
[[nodiscard]] std::string make_message_id(std::chrono::system_clock::time_point now);

}  // namespace smtpscope::mailbox
