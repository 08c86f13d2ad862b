#include "rules_json.hpp"

#include "smtpscope/session/rules.hpp"

namespace smtpscope::api {

json rules_json() {
  json j = json::object();
  json& client = j["client"] = json::array();
  for (const session::client_rule& r : session::client_rules) {
    json row = json::object();
    set(row, "phase", name(r.phase));
    set(row, "class", static_cast<int>(r.kind));
    set(row, "code", r.code);
    set(row, "action", name(r.action));
    set(row, "section", r.section);
    client.push_back(std::move(row));
  }
  json& server = j["server"] = json::array();
  for (const session::server_rule& r : session::server_rules) {
    json row = json::object();
    set(row, "state", name(r.state));
    set(row, "verb", wire::name(r.what));
    set(row, "verdict", r.says == session::verdict::accept ? "accept" : "reject");
    set(row, "code", r.code);
    set(row, "text", r.says == session::verdict::accept ? std::string_view{} : own(r.key).text);
    set(row, "next", name(r.next));
    set(row, "section", r.section);
    server.push_back(std::move(row));
  }
  return j;
}

}  // namespace smtpscope::api
