#include "relay/ops/service_manager.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace smtpscope::ops {

void tell_service_manager(const std::string& state) {
  const char* const given = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  const std::string_view path = given == nullptr ? "" : given;
  sockaddr_un to{};
  if (path.empty() || path.size() >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path.data(), path.size());
  if (path.front() == '@') to.sun_path[0] = '\0';  // an abstract name, unix(7)
  const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  // Whoever does not listen is not told: the relay serves all the same.
  static_cast<void>(
      ::sendto(file, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length));
  ::close(file);
}

}  // namespace smtpscope::ops
