// The message certificate (RFC 8446 §4.4.2, RFC 5246 §7.4.2), and as much of X.509 (RFC 5280 §4.1) as
// it takes to say whose each is.

#include <optional>
#include <string>
#include <vector>

#include "message_parts.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::uint16_t tls_1_3 = 0x0304;

// One element of DER (X.690 §8.1): its tag, and where it and its content lie.
struct element {
  std::uint8_t tag = 0;
  std::size_t begin = 0;
  std::size_t content = 0;
  std::size_t end = 0;
};

std::optional<element> element_at(std::string_view octets, std::size_t at, std::size_t end) {
  const auto octet = [octets](std::size_t i) { return static_cast<std::uint8_t>(octets[i]); };
  if (end - at < 2 || at > end) return std::nullopt;
  element e{octet(at), at, at + 2, 0};
  std::size_t length = octet(at + 1);
  if (length >= 0x80) {
    const std::size_t count = length & 0x7F;
    if (count == 0 || count > 3 || end - e.content < count) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | octet(e.content++);
  }
  if (end - e.content < length) return std::nullopt;
  e.end = e.content + length;
  return e;
}

// RFC 4514 §3, and what certificates of today have besides. By the octets of the identifier.
const char* attribute_name(std::string_view identifier) {
  if (identifier == "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x19") return "DC";
  if (identifier.size() != 3 || identifier.substr(0, 2) != "\x55\x04") return nullptr;
  switch (identifier[2]) {
    case 3: return "CN";
    case 5: return "serialNumber";
    case 6: return "C";
    case 7: return "L";
    case 8: return "ST";
    case 9: return "street";
    case 10: return "O";
    case 11: return "OU";
    default: return nullptr;
  }
}

// "CN=server.example": of an AttributeTypeAndValue; "" where it is not known.
std::string attribute_text(std::string_view octets, const element& pair) {
  const auto type = element_at(octets, pair.content, pair.end);
  if (!type) return {};
  const auto value = element_at(octets, type->end, pair.end);
  const char* name = attribute_name(octets.substr(type->content, type->end - type->content));
  if (!value || name == nullptr) return {};
  std::string text = std::string(name) + "=";
  for (const char c : octets.substr(value->content, value->end - value->content)) {
    if (std::string_view(",+\"\\<>;").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

// RFC 4514 §2.1: the last part first.
std::string name_text(std::string_view octets, const element& name) {
  std::vector<std::string> parts;
  std::size_t at = name.content;
  while (const auto set_of = element_at(octets, at, name.end)) {
    at = set_of->end;
    if (const auto pair = element_at(octets, set_of->content, set_of->end))
      if (std::string text = attribute_text(octets, *pair); !text.empty()) parts.push_back(std::move(text));
  }
  std::string out;
  for (std::size_t i = parts.size(); i > 0; --i) out += (out.empty() ? "" : ",") + parts[i - 1];
  return out;
}

}  // namespace

void read_certificate_der(reading& of, std::size_t begin, std::size_t end, int parent) {
  const auto whole = element_at(of.octets, begin, end);
  const auto signed_part = whole ? element_at(of.octets, whole->content, whole->end) : std::nullopt;
  if (!signed_part) return;
  // RFC 5280 §4.1: [version], serial number, algorithm, issuer, validity, subject, public key.
  constexpr const char* names[] = {"serial_number", "signature_algorithm",    "issuer", "validity",
                                   "subject",       "subject_public_key_info"};
  std::size_t at = signed_part->content;
  constexpr std::uint8_t version_tag = 0xA0;
  if (const auto version = element_at(of.octets, at, signed_part->end); version && version->tag == version_tag)
    at = version->end;
  for (const char* name : names) {
    const auto part = element_at(of.octets, at, signed_part->end);
    if (!part) return;
    of.note(part->begin, part->end, name, parent);
    if (std::string_view(name) == "subject") of.list("subjects", name_text(of.octets, *part));
    at = part->end;
  }
}

void read_certificate(field_reader& body, std::uint16_t version) {
  if (version >= tls_1_3) body.opaque(1, "certificate_request_context");
  field_reader list = body.vector(3, "certificate_list");
  reading& of = list.of();
  while (list.more()) {
    const field_reader der = list.inner(3);
    if (of.damaged) break;
    const int field = of.note(der.at(), list.at(), "certificate", list.parent());
    read_certificate_der(of, der.at(), list.at(), field);
    if (version >= tls_1_3) list.opaque(2, "certificate_extensions");
  }
  body.finish();
}

}  // namespace smtpscope::tls
