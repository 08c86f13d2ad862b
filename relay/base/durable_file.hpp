#pragma once
// Files that are whole or absent, also after a power cut: written aside, synced, renamed, and the
// directory synced. Errors are those of the system call that failed (boost::system::system_category).

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace smtpscope {

template <class T>
using io_result = boost::system::result<T>;

// An open file descriptor, closed when it goes.
class file_descriptor {
 public:
  file_descriptor() = default;
  explicit file_descriptor(int fd) noexcept : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  file_descriptor& operator=(file_descriptor&& other) noexcept;
  file_descriptor(const file_descriptor&) = delete;
  file_descriptor& operator=(const file_descriptor&) = delete;
  ~file_descriptor() { reset(); }

  [[nodiscard]] int value() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

// What errno says now.
[[nodiscard]] boost::system::error_code last_system_error() noexcept;

// Opens a file that must not exist yet, for writing; `mode` as in open(2).
[[nodiscard]] io_result<file_descriptor> create_new(const std::filesystem::path& path, mode_t mode);
// Writes all of `bytes`.
[[nodiscard]] boost::system::error_code write_all(const file_descriptor& file, std::string_view bytes);
// Puts what was written on the disk.
[[nodiscard]] boost::system::error_code sync_file(const file_descriptor& file);
// Makes the names in a directory durable.
[[nodiscard]] boost::system::error_code sync_directory(const std::filesystem::path& directory);

// Replaces or makes the file at `path` with `bytes`, atomically and durably.
[[nodiscard]] boost::system::error_code write_durably(const std::filesystem::path& path, mode_t mode,
                                                      std::string_view bytes);

// Reads a regular file of at most `max_octets`; a larger one is errc::file_too_large. With
// `first_octets_only` in `how`, just its beginning.
enum class reading { whole, first_octets_only };
[[nodiscard]] io_result<std::string> read_file(const std::filesystem::path& path, std::size_t max_octets,
                                               reading how = reading::whole);

// Makes a directory, and those above it, with mode 0700 where they are absent.
[[nodiscard]] boost::system::error_code make_private_directory(const std::filesystem::path& path);

}  // namespace smtpscope
