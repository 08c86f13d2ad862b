#include "smtpscope/trace/replay.hpp"

#include <algorithm>

#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::trace {

namespace {

recipient_state* find_recipient(snapshot& s, const std::string& path) {
  const auto it = std::find_if(s.recipients.rbegin(), s.recipients.rend(),
                               [&path](const recipient_state& r) { return r.path == path; });
  return it == s.recipients.rend() ? nullptr : &*it;
}

void apply_command(snapshot& s, const entry& e) {
  const std::string verb = text_of(e.data, "verb");
  if (verb == "EHLO" || verb == "HELO" || verb == "RSET") {  // RFC 5321 §4.1.4: the transaction is forgotten
    s.reverse_path.reset();
    s.recipients.clear();
  }
  if (verb == "AUTH") s.mechanism = text_of(e.data, "mechanism");
  if (verb == "MAIL") {
    s.reverse_path = text_of(e.data, "reverse_path");
    s.recipients.clear();
    s.content_octets = 0;
  }
  if (verb == "RCPT") s.recipients.push_back({text_of(e.data, "recipient"), recipient_state::answer::asked, 0});
}

void apply_reply(snapshot& s, const entry& e) {
  const std::string stage = text_of(e.data, "stage");
  const int code = number_of(e.data, "code");
  if (code == 0) return;  // bytes that are no reply
  const bool positive = code / 100 == 2;
  if (stage == "ehlo" && positive) {
    std::vector<std::string> lines;
    if (const auto it = e.data.find("lines"); it != e.data.end() && it->is_array())
      for (std::size_t i = 1; i < it->size(); ++i)
        if ((*it)[i].is_string()) lines.push_back((*it)[i].get<std::string>());
    s.capabilities = std::move(lines);
  }
  if (stage == "auth" && positive) s.authenticated = true;
  if (stage == "mail" && !positive) s.reverse_path.reset();
  if (stage == "rcpt")
    if (recipient_state* r = find_recipient(s, text_of(e.data, "recipient"))) {
      r->state = positive ? recipient_state::answer::accepted : recipient_state::answer::refused;
      r->code = code;
    }
}

void apply(snapshot& s, const entry& e) {
  s.chapter = e.chapter;
  if (e.client) s.client = e.client->second;
  if (e.server) s.server = e.server->second;
  switch (e.kind) {
    case kind::resolving:
      s.connection = connection::resolving;
      s.host = text_of(e.data, "host");
      s.port = number_of(e.data, "port");
      return;
    case kind::connected:
      s.connection = connection::open;
      s.address = text_of(e.data, "address");
      return;
    case kind::tls_established:
      s.tls = e.data;
      s.capabilities.reset();  // RFC 3207 §4.2
      return;
    case kind::command: return apply_command(s, e);
    case kind::greeting:
    case kind::reply: return apply_reply(s, e);
    case kind::content: s.content_octets += e.bytes.size(); return;
    case kind::closed: s.connection = connection::closed; return;
    case kind::result:
      s.outcome = text_of(e.data, "outcome");
      s.connection = connection::closed;
      s.client = "closed";
      return;
    case kind::resolved:
    case kind::tls_started:
    case kind::tls_message:
    case kind::transport_error:
    case kind::sasl_challenge:
    case kind::sasl_response:
    case kind::end_of_content:
    case kind::timeout:
    case kind::cancelled:
    case kind::diagnosis:
    case kind::note: return;
  }
}

std::string_view name(connection c) {
  switch (c) {
    case connection::none: return "none";
    case connection::resolving: return "resolving";
    case connection::open: return "open";
    case connection::closed: return "closed";
  }
  return "";
}

std::string_view name(recipient_state::answer a) {
  switch (a) {
    case recipient_state::answer::asked: return "asked";
    case recipient_state::answer::accepted: return "accepted";
    case recipient_state::answer::refused: return "refused";
  }
  return "";
}

}  // namespace

snapshot replay(const std::vector<entry>& entries, std::size_t count) {
  snapshot s;
  for (std::size_t i = 0; i < std::min(count, entries.size()); ++i) apply(s, entries[i]);
  return s;
}

json to_json(const snapshot& s) {
  json j = json::object();
  set(j, "connection", name(s.connection));
  if (!s.host.empty()) {
    set(j, "host", s.host);
    set(j, "port", s.port);
  }
  if (!s.address.empty()) set(j, "address", s.address);
  if (s.tls) set(j, "tls", *s.tls);
  set(j, "client", s.client);
  set(j, "server", s.server);
  set(j, "chapter", name(s.chapter));
  if (s.capabilities) set(j, "capabilities", smtpscope::to_json(*s.capabilities));
  if (!s.mechanism.empty()) set(j, "mechanism", s.mechanism);
  set(j, "authenticated", s.authenticated);
  if (s.reverse_path) set(j, "reversePath", *s.reverse_path);
  json& recipients = j["recipients"] = json::array();
  for (const recipient_state& r : s.recipients) {
    json one = json::object();
    set(one, "path", r.path);
    set(one, "state", name(r.state));
    if (r.code != 0) set(one, "code", r.code);
    recipients.push_back(std::move(one));
  }
  set(j, "contentOctets", s.content_octets);
  if (!s.outcome.empty()) set(j, "outcome", s.outcome);
  return j;
}

}  // namespace smtpscope::trace
