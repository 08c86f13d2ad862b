#include "relay/base/random.hpp"

#include <openssl/rand.h>

namespace smtpscope {

std::string random_octets(std::size_t count) {
  std::string octets(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count)) != 1) octets.clear();
  return octets;
}

}  // namespace smtpscope
