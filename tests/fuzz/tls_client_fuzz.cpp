// Invariant: whatever a server says, a client's engine ends once, gives no data before the handshake is done, shows
// no keys, and leaves OpenSSL's error queue empty.

#include "tls_check.hpp"

using namespace smtpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tls::client_options options;
  options.host = "server.example";
  options.verify = size % 2 == 0 ? tls::verification::demanded : tls::verification::recorded;
  auto made = tls::engine::client(std::move(options));
  fuzz::check(made.has_value());
  fuzz::feed(*made, fuzz::view(data, size));
  return 0;
}
