// client_hello, server_hello, hello_retry_request (RFC 8446 §4.1, RFC 5246 §7.4.1).

#include "message_parts.hpp"

namespace smtpscope::tls {
namespace {

// RFC 8446 §4.1.3: the random of a server_hello that is a hello_retry_request.
constexpr std::string_view retry_random =
    "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91"
    "\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";
constexpr std::size_t random_octets = 32;

}  // namespace

void read_client_hello(field_reader& body) {
  reading& of = body.of();
  set(of.into.data, "server_name", "");  // first for people, late in the octets
  const std::uint32_t legacy = body.number(2, "legacy_version");
  body.octets(random_octets, "random");
  body.opaque(1, "session_id");
  field_reader suites = body.vector(2, "cipher_suites");
  while (suites.more())
    if (const std::uint32_t suite = suites.number(2, "cipher_suite"); !of.damaged) of.list("suites", suite_name(suite));
  body.opaque(1, "compression_methods");
  if (body.more()) read_extensions(body, extension_home::client_hello, nullptr);
  body.finish();
  if (of.into.data["server_name"] == "") of.into.data.erase("server_name");
  if (!of.damaged && !of.into.data.contains("versions")) of.list("versions", version_name(legacy));
}

agreed read_server_hello(field_reader& body) {
  agreed made;
  made.version = static_cast<std::uint16_t>(body.number(2, "legacy_version"));
  const bool retry = body.octets(random_octets, "random") == retry_random;
  reading& of = body.of();
  if (retry) of.into.type = "hello_retry_request";
  body.opaque(1, "session_id");
  made.suite = static_cast<std::uint16_t>(body.number(2, "cipher_suite"));
  body.number(1, "compression_method");
  set(of.into.data, "version", "");  // first for people, known last
  if (!of.damaged) set(of.into.data, "suite", suite_name(made.suite));
  if (body.more())
    read_extensions(body, retry ? extension_home::hello_retry_request : extension_home::server_hello, &made.version);
  body.finish();
  if (of.damaged)
    of.into.data.erase("version");
  else
    set(of.into.data, "version", version_name(made.version));
  return made;
}

}  // namespace smtpscope::tls
