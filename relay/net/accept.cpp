#include "relay/net/accept.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace smtpscope::net {

error_code share_port(tcp::acceptor& other, tcp::acceptor& first) {
  error_code failed;
  const tcp::endpoint at = first.local_endpoint(failed);
  if (failed) return failed;
  const int copy = ::fcntl(first.native_handle(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return {errno, boost::system::system_category()};
  other.assign(at.protocol(), copy, failed);
  if (failed) ::close(copy);
  return failed;
}

}  // namespace smtpscope::net
