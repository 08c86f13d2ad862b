// Invariant: whatever a client says, a server's engine ends once, gives no data before the handshake is done, shows
// no keys, and leaves OpenSSL's error queue empty.

#include "support/tls_identity.hpp"
#include "tls_check.hpp"

using namespace smtpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tls::server_options options;
  options.identity = secret(test::test_server().both());
  options.alpn = {"smtp"};
  options.ticket_key = secret(std::string(tls::ticket_key_octets, 'k'));
  auto made = tls::engine::server(std::move(options));
  fuzz::check(made.has_value());
  fuzz::feed(*made, fuzz::view(data, size));
  return 0;
}
