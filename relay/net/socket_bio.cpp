#include "relay/net/socket_bio.hpp"

#include <sys/socket.h>
#include <cerrno>
#include <cstdint>

#include <openssl/bio.h>

namespace smtpscope::net {
namespace {

int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool may_retry() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int bio_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  errno = 0;
  const ssize_t n = ::send(socket_of(bio), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  *written = n > 0 ? static_cast<std::size_t>(n) : 0;
  if (n < 0 && may_retry()) BIO_set_retry_write(bio);
  return n > 0 ? 1 : 0;
}

int bio_read(BIO* bio, char* data, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  errno = 0;
  const ssize_t n = ::recv(socket_of(bio), data, size, MSG_DONTWAIT);
  *read = n > 0 ? static_cast<std::size_t>(n) : 0;
  if (n < 0 && may_retry()) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return n > 0 ? 1 : 0;
}

long bio_control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default: return 0;
  }
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    BIO_meth_set_write_ex(m, bio_write);
    BIO_meth_set_read_ex(m, bio_read);
    BIO_meth_set_ctrl(m, bio_control);
    return m;
  }();
  return method;
}

}  // namespace

void attach_socket(SSL& session, int socket) {
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(&session, bio, bio);
}

}  // namespace smtpscope::net
