// The smaller messages of a handshake (RFC 8446 §4, RFC 5246 §7.4, RFC 8422 §5).

#include "message_parts.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::uint16_t tls_1_3 = 0x0304;

// RFC 8446 §4.2.3: the algorithm, then the signature.
void read_signature(field_reader& body) {
  const std::uint32_t scheme = body.number(2, "signature_algorithm");
  body.opaque(2, "signature");
  if (!body.of().damaged) set(body.of().into.data, "signature_algorithm", signature_name(scheme));
}

}  // namespace

void read_server_key_exchange(field_reader& body, key_exchange kind) {
  constexpr std::uint32_t named_curve = 3;
  switch (kind) {
    case key_exchange::ecdhe: {  // RFC 8422 §5.4
      if (body.number(1, "curve_type") != named_curve) return body.damage();
      const std::uint32_t group = body.number(2, "named_curve");
      body.opaque(1, "public_key");
      if (!body.of().damaged) set(body.of().into.data, "group", group_name(group));
      read_signature(body);
      return body.finish();
    }
    case key_exchange::dhe:  // RFC 5246 §7.4.3
      body.opaque(2, "dh_prime");
      body.opaque(2, "dh_generator");
      body.opaque(2, "public_key");
      read_signature(body);
      return body.finish();
    case key_exchange::rsa:
    case key_exchange::none:
      if (body.more()) body.rest("parameters");
  }
}

void read_client_key_exchange(field_reader& body, key_exchange kind) {
  switch (kind) {
    case key_exchange::ecdhe: body.opaque(1, "public_key"); return body.finish();
    case key_exchange::dhe: body.opaque(2, "public_key"); return body.finish();
    case key_exchange::rsa: body.opaque(2, "encrypted_secret"); return body.finish();
    case key_exchange::none:
      if (body.more()) body.rest("parameters");
  }
}

void read_certificate_request(field_reader& body, std::uint16_t version) {
  if (version >= tls_1_3) {
    body.opaque(1, "certificate_request_context");
    read_extensions(body, extension_home::certificate_request, nullptr);
    return body.finish();
  }
  body.opaque(1, "certificate_types");
  field_reader schemes = body.vector(2, "signature_algorithms");
  while (schemes.more())
    if (const std::uint32_t scheme = schemes.number(2, "signature_algorithm"); !schemes.of().damaged)
      schemes.of().list("signature_algorithms", signature_name(scheme));
  body.opaque(2, "certificate_authorities");
  body.finish();
}

void read_certificate_verify(field_reader& body) {
  read_signature(body);
  body.finish();
}

void read_certificate_status(field_reader& body) {
  body.number(1, "status_type");
  body.opaque(3, "ocsp_response");
  body.finish();
}

void read_new_session_ticket(field_reader& body, std::uint16_t version) {
  const std::uint32_t lifetime = body.number(4, "ticket_lifetime");
  if (version >= tls_1_3) {
    body.number(4, "ticket_age_add");
    body.opaque(1, "ticket_nonce");
  }
  body.opaque(2, "ticket");
  if (version >= tls_1_3) read_extensions(body, extension_home::new_session_ticket, nullptr);
  body.finish();
  if (!body.of().damaged) set(body.of().into.data, "lifetime_seconds", lifetime);
}

void read_key_update(field_reader& body) {
  const std::uint32_t request = body.number(1, "request_update");
  body.finish();
  if (!body.of().damaged) set_flag(body.of().into.data, "asks_for_one_too", request == 1);
}

}  // namespace smtpscope::tls
