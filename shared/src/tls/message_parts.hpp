#pragma once
// One function for each message of a handshake: reads its body into fields and data.

#include "field_reader.hpp"
#include "iana_names.hpp"

namespace smtpscope::tls {

// Where extensions stand: the same one looks different in different messages (RFC 8446 §4.2).
enum class extension_home : std::uint8_t {
  client_hello,
  server_hello,
  hello_retry_request,
  encrypted_extensions,
  certificate,
  certificate_request,
  new_session_ticket,
};

// What a server_hello decides about the messages after it.
struct agreed {
  std::uint16_t version = 0;
  std::uint16_t suite = 0;
};

// `version` is set where supported_versions tells it.
void read_extensions(field_reader& body, extension_home home, std::uint16_t* version);

void read_client_hello(field_reader& body);
// Also of a hello_retry_request, whose name it gives to the message.
[[nodiscard]] agreed read_server_hello(field_reader& body);
void read_certificate(field_reader& body, std::uint16_t version);
void read_server_key_exchange(field_reader& body, key_exchange kind);
void read_client_key_exchange(field_reader& body, key_exchange kind);
void read_certificate_request(field_reader& body, std::uint16_t version);
void read_certificate_verify(field_reader& body);
void read_certificate_status(field_reader& body);
void read_new_session_ticket(field_reader& body, std::uint16_t version);
void read_key_update(field_reader& body);

// Notes the parts of one X.509 certificate that a reader looks for, and lists its subject.
void read_certificate_der(reading& of, std::size_t begin, std::size_t end, int parent);

}  // namespace smtpscope::tls
