#include "smtpscope/tls/group_name.hpp"

#include <array>

#include <openssl/err.h>

namespace smtpscope::tls {

std::string group_name(EVP_PKEY& key) {
  std::string name;
  std::array<char, 64> text{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(&key, text.data(), text.size(), &size) == 1 && size > 0)
    name.assign(text.data(), size);
  else if (const char* type = EVP_PKEY_get0_type_name(&key))
    name = type;
  ERR_clear_error();
  // OpenSSL calls one of them by its name in X9.62.
  return name == "prime256v1" ? "secp256r1" : name;
}

}  // namespace smtpscope::tls
