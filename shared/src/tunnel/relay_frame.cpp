#include <string>
#include <utility>

#include "limit_members.hpp"
#include "smtpscope/tls/terms_json.hpp"
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

json to_json(const std::vector<handshake_message>& messages) {
  json list = json::array();
  for (const handshake_message& m : messages) {
    json one = tls::to_json(m);
    one["length"] = m.octets.size();
    one["us"] = m.at.count();
    list.push_back(std::move(one));
  }
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
            {"certificates", tls::to_json(f.certificates)},
            {"anchor", f.anchor},
            {"us", f.us.count()},
            {"messages", to_json(f.messages)}};
  }
  json operator()(const tls_messages& f) const { return {{"ev", "tls_messages"}, {"messages", to_json(f.messages)}}; }
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
    if (!f.certificates.empty()) frame["certificates"] = tls::to_json(f.certificates);
    if (f.failing) frame["failing"] = *f.failing;
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
