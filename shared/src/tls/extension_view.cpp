// Extensions (RFC 8446 §4.2, RFC 6066, RFC 7301), wherever they stand.

#include <string>

#include "message_parts.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::uint32_t max_ticket_early_data = 42;

// Numbers of two octets, one after the other.
void read_numbers(field_reader content, const char* name, const char* key, std::string (*text)(std::uint32_t)) {
  while (content.more())
    if (const std::uint32_t one = content.number(2, name); content.more() || !content.of().damaged)
      content.of().list(key, text(one));
}

void read_server_name(field_reader& content, extension_home home) {
  if (home != extension_home::client_hello) return;  // a server that took it answers with nothing
  field_reader names = content.inner(2);
  while (names.more()) {
    const std::uint32_t type = names.number(1);
    const std::string_view name = names.opaque(2, type == 0 ? "host_name" : "name");
    if (!names.of().damaged && type == 0) set(names.of().into.data, "server_name", name);
  }
}

void read_alpn(field_reader& content) {
  field_reader protocols = content.inner(2);
  while (protocols.more())
    if (const std::string_view name = protocols.opaque(1, "protocol"); !protocols.of().damaged)
      protocols.of().list("alpn", name);
}

void read_key_share(field_reader& content, extension_home home) {
  reading& of = content.of();
  if (home == extension_home::hello_retry_request) {
    const std::uint32_t group = content.number(2, "group");
    if (!of.damaged) set(of.into.data, "group", group_name(group));
    return;
  }
  const bool many = home == extension_home::client_hello;
  field_reader shares = many ? content.inner(2) : content;
  while (shares.more()) {
    const std::uint32_t group = shares.number(2, "group");
    shares.opaque(2, "key_exchange");
    if (of.damaged) return;
    if (many)
      of.list("key_shares", group_name(group));
    else
      set(of.into.data, "group", group_name(group));
  }
  if (!many) content = shares;
}

void read_supported_versions(field_reader& content, extension_home home, std::uint16_t* version) {
  if (home == extension_home::client_hello) return read_numbers(content.inner(1), "version", "versions", version_name);
  const std::uint32_t chosen = content.number(2, "version");
  if (version != nullptr && !content.of().damaged) *version = static_cast<std::uint16_t>(chosen);
}

// RFC 8446 §4.2.11.
void read_pre_shared_key(field_reader& content, extension_home home) {
  reading& of = content.of();
  if (home == extension_home::server_hello) {
    content.number(2, "selected_identity");
    if (!of.damaged) set(of.into.data, "resumes", "a session of before");
    return;
  }
  field_reader identities = content.inner(2);
  while (identities.more()) {
    identities.opaque(2, "identity");
    identities.number(4, "obfuscated_ticket_age");
  }
  field_reader binders = content.inner(2);
  while (binders.more()) binders.opaque(1, "binder");
  if (!of.damaged) set(of.into.data, "offers", "to resume a session of before");
}

// What is in an extension that is known; what is not read of it stays as it is.
void read_content(std::uint32_t type, field_reader& content, extension_home home, std::uint16_t* version) {
  switch (type) {
    case 0: return read_server_name(content, home);
    case 10: return read_numbers(content.inner(2), "group", "groups", group_name);
    case 13: return read_numbers(content.inner(2), "signature_algorithm", "signature_algorithms", signature_name);
    case 16: return read_alpn(content);
    case 41: return read_pre_shared_key(content, home);
    case 43: return read_supported_versions(content, home, version);
    case 51: return read_key_share(content, home);
    case max_ticket_early_data:
      if (home == extension_home::new_session_ticket) content.number(4, "max_early_data_size");
      return;
    default:
      if (content.more()) content.rest("extension_data");
      return;
  }
}

}  // namespace

void read_extensions(field_reader& body, extension_home home, std::uint16_t* version) {
  field_reader all = body.vector(2, "extensions");
  reading& of = all.of();
  while (all.more()) {
    const std::size_t begin = all.at();
    const std::uint32_t type = all.number(2);
    const field_reader bounds = all.inner(2);
    if (of.damaged) return;
    const std::string known = extension_name(type);
    const int field = of.note(begin, all.at(), known.empty() ? "extension" : known.c_str(), all.parent());
    of.note(begin, begin + 2, "extension_type", field);
    of.note(begin + 2, begin + 4, "extension_length", field);
    if (known.empty() && !is_grease(type)) of.list("other_extensions", hexadecimal_number(type));
    field_reader content(of, bounds.at(), all.at(), field);
    read_content(type, content, home, version);
    content.finish();
  }
}

}  // namespace smtpscope::tls
