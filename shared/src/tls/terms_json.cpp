#include "smtpscope/tls/terms_json.hpp"

#include <utility>

#include "smtpscope/text/base64.hpp"

namespace smtpscope::tls {
namespace {

json to_json(const std::vector<wire::field>& fields) {
  json list = json::array();
  for (const wire::field& f : fields) {
    json one = json::array();
    one.push_back(f.begin);
    one.push_back(f.end);
    one.push_back(f.name);
    // As who parses it reads it: a number that is not negative has no sign.
    f.parent < 0 ? one.push_back(-1) : one.push_back(static_cast<std::uint32_t>(f.parent));
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

json to_json(const certificate& c) {
  json j = json::object();
  set(j, "subject", c.subject);
  set(j, "issuer", c.issuer);
  set(j, "names", smtpscope::to_json(c.names));
  set(j, "notBefore", c.not_before);
  set(j, "notAfter", c.not_after);
  set(j, "serial", c.serial);
  set(j, "key", c.key);
  set(j, "signature", c.signature);
  set(j, "sha256", c.sha256);
  return j;
}

json to_json(const std::vector<certificate>& chain) {
  json list = json::array();
  for (const certificate& c : chain) list.push_back(to_json(c));
  return list;
}

json to_json(const message& m) {
  json j = json::object();
  set(j, "dir", name(m.dir));
  set(j, "type", m.type);
  set(j, "contentType", name(m.content));
  set(j, "encrypted", m.cover == protection::encrypted);
  set(j, "base64", text::base64_encode(m.octets));
  set(j, "fields", to_json(m.fields));
  set(j, "data", m.data);
  return j;
}

}  // namespace smtpscope::tls
