#include "relay/base/durable_file.hpp"

#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace smtpscope {

using boost::system::error_code;

file_descriptor& file_descriptor::operator=(file_descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void file_descriptor::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

error_code last_system_error() noexcept { return {errno, boost::system::system_category()}; }

io_result<file_descriptor> create_new(const std::filesystem::path& path, mode_t mode) {
  file_descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file) return last_system_error();
  return file;
}

error_code write_all(const file_descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.value(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_system_error();
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

error_code sync_file(const file_descriptor& file) {
  if (::fsync(file.value()) != 0) return last_system_error();
  return {};
}

error_code sync_directory(const std::filesystem::path& directory) {
  const file_descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return last_system_error();
  return sync_file(opened);
}

namespace {

// A name beside `path` that no other process and no other call of this one uses.
std::filesystem::path name_aside(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  std::filesystem::path aside = path;
  aside += ".new-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
  return aside;
}

error_code write_and_rename(const std::filesystem::path& aside, const std::filesystem::path& path, mode_t mode,
                            std::string_view bytes) {
  auto file = create_new(aside, mode);
  if (!file) return file.error();
  // open(2) takes the umask off the mode; a file for others to read must not depend on it.
  if (::fchmod(file->value(), mode) != 0) return last_system_error();
  if (const error_code failed = write_all(*file, bytes)) return failed;
  if (const error_code failed = sync_file(*file)) return failed;
  if (::rename(aside.c_str(), path.c_str()) != 0) return last_system_error();
  return {};
}

}  // namespace

error_code write_durably(const std::filesystem::path& path, mode_t mode, std::string_view bytes) {
  const std::filesystem::path aside = name_aside(path);
  if (const error_code failed = write_and_rename(aside, path, mode, bytes)) {
    ::unlink(aside.c_str());
    return failed;
  }
  return sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

io_result<std::string> read_file(const std::filesystem::path& path, std::size_t max_octets, reading how) {
  // Non-blocking, so that a FIFO put in the place of a file cannot hold us.
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return last_system_error();
  struct stat about {};
  if (::fstat(file.value(), &about) != 0) return last_system_error();
  if (!S_ISREG(about.st_mode)) return make_error_code(boost::system::errc::not_supported);
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > max_octets && how == reading::whole) return make_error_code(boost::system::errc::file_too_large);
  std::string bytes(size < max_octets ? size : max_octets, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t n = ::read(file.value(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_system_error();
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

error_code make_private_directory(const std::filesystem::path& path) {
  if (path.empty()) return make_error_code(boost::system::errc::invalid_argument);
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return last_system_error();
    if (!S_ISDIR(about.st_mode)) return make_error_code(boost::system::errc::not_a_directory);
    return {};
  }
  if (errno != ENOENT || !path.has_parent_path() || path.parent_path() == path) return last_system_error();
  if (const error_code failed = make_private_directory(path.parent_path())) return failed;
  // Another process may have been faster.
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return last_system_error();
  return {};
}

}  // namespace smtpscope
