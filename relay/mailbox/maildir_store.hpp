#pragma once
// Messages in a Maildir: one file each, exactly as the client sent it, so that any mail reader can
// open the directory. What the session knew beside the content lies in
// DIR/smtpscope-envelopes/<id>.json; a message without such a file (put there by another program)
// is listed all the same.
//
// A message is written to tmp/ and synced, its envelope is stored, then it is renamed into new/
// and the directory synced. Only then may the server say 250: what it promised survives a crash.

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "relay/mailbox/store.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::mailbox {

// The newest so many messages are listed; older ones stay on the disk.
inline constexpr std::size_t max_listed_messages = 10'000;
// A message of another program may be larger than we would take; this much can be read back.
inline constexpr std::size_t max_readable_octets = 64 * 1024 * 1024;

class maildir_store final : public message_store {
 public:
  // Opens the Maildir, or makes it where `directory` is absent or empty. What crashed programs
  // left behind over 36 hours ago is removed.
  // Errors: invalid_argument; the detail names the directory and says what to do.
  [[nodiscard]] static result<std::unique_ptr<maildir_store>> open(const std::filesystem::path& directory);

  [[nodiscard]] io_result<std::unique_ptr<message_writer>> begin() override;
  // Notices what other programs added, moved to cur/ or removed.
  [[nodiscard]] std::vector<stored_message> list() override;
  [[nodiscard]] io_result<std::shared_ptr<const std::string>> content(std::string_view id) override;

 private:
  class writer;
  struct entry {
    stored_message about;
    std::string file;  // "new/<id>" or "cur/<id>:2,<flags>"
  };
  // Directories whose last change was noticed, so that most calls need not read them.
  struct change_times {
    std::filesystem::file_time_type fresh;
    std::filesystem::file_time_type current;
    [[nodiscard]] bool operator==(const change_times&) const = default;
  };

  explicit maildir_store(std::filesystem::path directory) : directory_(std::move(directory)) {}
  [[nodiscard]] change_times last_changes() const;
  void refresh();  // these three: with mutex_ held
  void scan();
  [[nodiscard]] entry examine(const std::string& id, const std::string& file) const;
  [[nodiscard]] std::filesystem::path envelope_file(std::string_view id) const;
  void remove_leftovers() const;

  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::map<std::string, entry, std::less<>> entries_;  // by id
  change_times seen_{};
  std::chrono::system_clock::time_point scanned_at_{};
};

}  // namespace smtpscope::mailbox
