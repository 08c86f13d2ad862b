#include "rules_json.hpp"

#include "smtpscope/session/rules.hpp"

namespace smtpscope::api {

json rules_json() {
  json j = json::object();
  json& client = j["client"] = json::array();
  for (const session::client_rule& r : session::client_rules) {
    json row = json::object();
    row["phase"] = name(r.phase);
    row["class"] = static_cast<int>(r.kind);
    row["code"] = r.code;
    row["action"] = name(r.action);
    row["section"] = r.section;
    client.push_back(std::move(row));
  }
  json& server = j["server"] = json::array();
  for (const session::server_rule& r : session::server_rules) {
    json row = json::object();
    row["state"] = name(r.state);
    row["verb"] = wire::name(r.what);
    row["verdict"] = r.says == session::verdict::accept ? "accept" : "reject";
    row["code"] = r.code;
    row["text"] = r.text;
    row["next"] = name(r.next);
    row["section"] = r.section;
    server.push_back(std::move(row));
  }
  return j;
}

}  // namespace smtpscope::api
