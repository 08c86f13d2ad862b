#include <string>
#include <utility>

#include "limit_members.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/tunnel/control.hpp"
#include "smtpscope/tunnel/control_json.hpp"

namespace smtpscope::tunnel {
namespace {

std::string_view name(party p) noexcept {
  switch (p) {
    case party::page: return "page";
    case party::server: return "server";
    case party::relay: return "relay";
  }
  return "relay";
}

json to_json(const std::vector<certificate>& certificates) {
  json list = json::array();
  for (const certificate& c : certificates)
    list.push_back({{"subject", c.subject},
                    {"issuer", c.issuer},
                    {"names", c.names},
                    {"notBefore", c.not_before},
                    {"notAfter", c.not_after},
                    {"serial", c.serial},
                    {"key", c.key},
                    {"signature", c.signature},
                    {"sha256", c.sha256}});
  return list;
}

json to_json(const std::vector<wire::field>& fields) {
  json list = json::array();
  for (const wire::field& f : fields) list.push_back(json::array({f.begin, f.end, f.name, f.parent}));
  return list;
}

json to_json(const std::vector<handshake_message>& messages) {
  json list = json::array();
  for (const handshake_message& m : messages)
    list.push_back({{"type", m.type},
                    {"dir", tls::name(m.dir)},
                    {"length", m.octets.size()},
                    {"contentType", tls::name(m.content)},
                    {"encrypted", m.cover == tls::protection::encrypted},
                    {"base64", text::base64_encode(m.octets)},
                    {"fields", to_json(m.fields)},
                    {"data", m.data}});
  return list;
}

struct writer {
  json operator()(const hello& f) const {
    return {{"ev", "hello"},
            {"version", f.version},
            {"limits", to_json(f.bounds)},
            {"destinations", to_json(f.destinations)},
            {"auth", f.token == token_demand::required}};
  }
  json operator()(const resolved& f) const {
    return {{"ev", "resolved"}, {"addresses", f.addresses}, {"us", f.us.count()}};
  }
  json operator()(const connected& f) const {
    return {{"ev", "connected"}, {"address", f.address}, {"port", f.port}, {"us", f.us.count()}};
  }
  json operator()(const tls_report& f) const {
    return {{"ev", "tls"},
            {"version", f.version},
            {"suite", f.suite},
            {"group", f.group},
            {"verified", f.verified},
            {"chain", f.chain},
            {"certificates", to_json(f.certificates)},
            {"anchor", f.anchor},
            {"us", f.us.count()},
            {"messages", to_json(f.messages)}};
  }
  json operator()(const server_eof&) const { return {{"ev", "eof"}}; }
  json operator()(const closed& f) const {
    return {{"ev", "closed"}, {"by", name(f.by)}, {"bytes_up", f.bytes_up}, {"bytes_down", f.bytes_down}};
  }
  json operator()(const draining& f) const { return {{"ev", "draining"}, {"deadline_ms", f.deadline.count()}}; }
  json operator()(const failure& f) const {
    json frame = {{"ev", "error"},
                  {"stage", tunnel::name(f.at)},
                  {"code", tunnel::name(f.what)},
                  {"message", f.message},
                  {"retryable", f.again == retry::yes}};
    if (f.reason) frame["reason"] = tunnel::name(*f.reason);
    if (!f.certificates.empty()) frame["certificates"] = to_json(f.certificates);
    if (!f.messages.empty()) frame["messages"] = to_json(f.messages);
    return frame;
  }
};

}  // namespace

json to_json(const limits& bounds) {
  json all = json::object();
  for (const duration_member& one : duration_members) all[one.key] = (bounds.*one.value).count();
  for (const count_limit& one : count_limits) all[one.key] = bounds.*one.value;
  all["control_frame"] = control_frame_octets;
  all["credit"] = initial_credit;
  return all;
}

json to_json(const std::vector<destination>& destinations) {
  json list = json::array();
  for (const destination& d : destinations) {
    json item = {{"host", d.host}, {"port", d.port}};
    if (d.kind == destination_kind::mailbox) item["mailbox"] = true;
    if (d.carries == payload::ciphertext) item["ciphertext_only"] = true;
    list.push_back(std::move(item));
  }
  return list;
}

std::string format(const relay_frame& frame) { return to_string(std::visit(writer{}, frame)); }

}  // namespace smtpscope::tunnel
