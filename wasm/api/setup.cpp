#include "setup.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "members.hpp"
#include "smtpscope/session/nonce.hpp"
#include "smtpscope/session/server_profile.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::api {

namespace {

using session::client_options;

constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();

std::string* read_blob(members& m, const char* key, const blob_lookup& blobs) {
  const auto handle = static_cast<std::uint32_t>(m.number(key, 1, std::numeric_limits<std::uint32_t>::max()));
  std::string* found = blobs.find(blobs.in, handle);
  if (found == nullptr) m.fail(std::string{"\""} + key + "\" names no blob");
  return found;
}

result<std::vector<mime::named_mailbox>> read_addresses(const std::string& typed, const char* field) {
  auto list = mime::parse_address_list(typed);
  if (!list) return error{list.why().code, std::string{field} + ": " + list.why().detail};
  return list;
}

result<mime::attachment> read_attachment(const json& value, const blob_lookup& blobs) {
  members m{value};
  mime::attachment a;
  a.file_name = m.text("fileName");
  a.media_type = m.text("mediaType");
  if (const std::string* bytes = read_blob(m, "blob", blobs)) a.bytes = *bytes;
  a.place = m.flag_or("inline", false) ? mime::disposition::inlined : mime::disposition::attached;
  if (m.problem()) return *m.problem();
  return a;
}

void read_tls(members& m, client_options& options) {
  const std::string tls = m.text("tls");
  if (tls == "implicit") {
    options.tls = session::tls_policy::implicit;
  } else if (tls == "starttls") {
    options.tls = session::tls_policy::starttls_required;
  } else if (tls == "never") {
    options.tls = session::tls_policy::never;
  } else {
    m.fail("\"tls\" must be \"implicit\", \"starttls\" or \"never\"");
  }
}

void read_auth(members& m, client_options& options) {
  if (!m.has("auth")) return;
  const json* value = m.object("auth");
  if (value == nullptr) return;
  members a{*value};
  session::credentials who;
  who.identity = a.text("user");
  if (a.has("token")) who.kind = session::secret_kind::token;
  who.password = secret{a.text(a.has("token") ? "token" : "password")};
  options.auth = std::move(who);
  const std::string mechanism = a.text_or("mechanism", "");
  if (!mechanism.empty()) options.mechanisms = {mechanism};
  options.ir =
      a.flag_or("initialResponse", true) ? session::initial_response::sent : session::initial_response::withheld;
  if (a.problem()) m.fail("auth: " + a.problem()->detail);
}

// What a live and a simulated client have in common.
result<client_setup> read_client(const json& value) {
  members m{value};
  client_options options;
  options.ehlo_name = m.text("ehloName");
  read_tls(m, options);
  read_auth(m, options);
  options.without_tls =
      m.flag_or("cleartextAuth", false) ? session::cleartext_auth::allowed_by_name : session::cleartext_auth::refused;
  if (m.has("random")) {
    auto random = text::base64_decode(m.text("random"));
    if (random) options.random = std::move(*random);
    if (!session::enough_random(options.random)) m.fail("\"random\" must be base64 of at least 32 octets");
  }
  const std::string patience = m.text_or("patience", "interactive");
  options.wait = patience == "rfc5321" ? session::patience::rfc5321 : session::patience::interactive;
  if (patience != "rfc5321" && patience != "interactive") m.fail("\"patience\" must be \"rfc5321\" or \"interactive\"");

  // A person who watches sees the steps one by one, unless groups are asked for.
  options.groups = m.flag_or("pipelining", false) ? session::pipelining::when_offered : session::pipelining::never;
  if (m.flag_or("chunking", false)) options.chunks = session::chunking::when_offered;
  if (m.has("without")) options.without = m.texts("without");
  if (m.flag_or("manual", false)) options.control = session::control::manual;

  session::submission mail;
  const auto from = wire::reverse_path::parse("<" + m.text("from") + ">");
  const std::vector<std::string> to = m.texts("to");
  if (m.problem()) return *m.problem();
  if (!from) return error{from.why().code, "from: " + from.why().detail};
  mail.from = *from;
  for (const std::string& address : to) {
    const auto path = wire::forward_path::parse("<" + address + ">");
    if (!path) return error{path.why().code, "to: " + path.why().detail};
    mail.to.push_back(*path);
  }
  return client_setup{std::move(options), std::move(mail), {}};
}

std::optional<sim::hang_up> read_fault(members& m) {
  const std::string after = m.text_or("hangUpAfter", "");
  if (after.empty()) return std::nullopt;
  if (after == ".") return sim::hang_up{wire::verb::data, true};
  const wire::verb verb = wire::parse_command(after).what;
  if (verb == wire::verb::unknown) m.fail("\"hangUpAfter\" must be a verb of SMTP, or \".\"");
  return sim::hang_up{verb, false};
}

// A policy document over the members that stand beside it.
void read_policy(members& m, sim::setup& out) {
  if (!m.has("policy")) return;
  const json* document = m.object("policy");
  if (document == nullptr) return;
  auto profile = session::read_profile_document(*document, {{}, {}, std::move(out.server), std::move(out.policy), {}});
  if (!profile) return m.fail("policy: " + profile.why().detail);
  out.server = std::move(profile->options);
  out.policy = std::move(profile->policy);
  out.rules = std::move(profile->rules);
}

void read_server(members& m, sim::setup& out) {
  const json* value = m.object("server");
  if (value == nullptr) return;
  members s{*value};
  out.server.host_name = s.text("hostName");
  if (!s.flag_or("starttls", true)) out.server.extensions.remove(session::extension::starttls);
  out.server.auth_before_mail = session::requirement::no;
  out.server.max_message_octets = static_cast<std::uint64_t>(
      s.number_or("maxMessageOctets", static_cast<std::int64_t>(limits::message_octets), 1, any_number));
  out.policy.mailboxes = s.texts("mailboxes");
  if (const json* users = s.array("users"))
    for (const json& one : *users) {
      members u{one};
      out.policy.users.push_back({u.text("name"), secret{u.text("password")}});
      if (u.problem()) s.fail("users: " + u.problem()->detail);
      if (const status ok = session::check_user(out.policy.users.back()); !ok) s.fail("users: " + ok.why().detail);
    }
  if (s.has("mechanisms")) out.server.mechanisms = s.texts("mechanisms");
  out.fault = read_fault(s);
  read_policy(s, out);
  if (s.problem()) m.fail("server: " + s.problem()->detail);
}

}  // namespace

result<mime::draft> read_draft(const json& value, const blob_lookup& blobs) {
  members m{value};
  const std::string from = m.text("from");
  const std::string to = m.text("to");
  const std::string cc = m.text_or("cc", "");
  const std::string bcc = m.text_or("bcc", "");
  const std::string subject = m.text("subject");
  const std::string text = m.text("text");
  const auto date = m.number("dateUnixSeconds", 0, 253402300799);  // the end of year 9999 (RFC 5322 §3.3)
  const auto offset = m.number("utcOffsetMinutes", -1439, 1439);
  const std::string id = m.text("messageId");
  const std::string seed = m.text("boundarySeed");
  std::vector<mime::attachment> attachments;
  if (m.has("attachments"))
    if (const json* list = m.array("attachments"))
      for (const json& one : *list) {
        auto a = read_attachment(one, blobs);
        if (!a)
          return error{a.why().code, "attachment " + std::to_string(attachments.size() + 1) + ": " + a.why().detail};
        attachments.push_back(std::move(*a));
      }
  if (m.problem()) return *m.problem();
  auto sender = mime::parse_named_mailbox(from);
  if (!sender) return error{sender.why().code, "from: " + sender.why().detail};
  auto to_list = read_addresses(to, "to");
  if (!to_list) return to_list.why();
  auto cc_list = read_addresses(cc, "cc");
  if (!cc_list) return cc_list.why();
  auto bcc_list = read_addresses(bcc, "bcc");
  if (!bcc_list) return bcc_list.why();
  return mime::draft{std::move(*sender),
                     std::move(*to_list),
                     std::move(*cc_list),
                     std::move(*bcc_list),
                     subject,
                     text,
                     std::move(attachments),
                     date,
                     static_cast<int>(offset),
                     id,
                     seed};
}

result<client_setup> read_client_setup(const json& value, const blob_lookup& blobs) {
  auto setup = read_client(value);
  if (!setup) return setup;
  members m{value};
  std::string* message = read_blob(m, "message", blobs);
  setup->to.host = m.text("host");
  setup->to.port = static_cast<int>(m.number("port", 1, 65535));
  setup->options.server_name = setup->to.host;
  setup->options.server_port = setup->to.port;
  if (m.problem()) return *m.problem();
  setup->mail.content = std::exchange(*message, {});
  return setup;
}

result<sim::setup> read_simulation_setup(const json& value, const blob_lookup& blobs) {
  members m{value};
  sim::setup out;
  const json* client = m.object("client");
  if (client == nullptr) return *m.problem();
  auto setup = read_client(*client);
  if (!setup) return setup.why();
  members c{*client};
  if (const std::string* message = read_blob(c, "message", blobs)) setup->mail.content = *message;
  if (c.problem()) return *c.problem();
  out.client = std::move(setup->options);
  out.mail = std::move(setup->mail);
  read_server(m, out);
  out.latency = milliseconds{m.number("latencyMs", 0, 60000)};
  out.secrets = m.flag_or("showSecrets", false) ? trace::secrets::shown : trace::secrets::masked;
  if (m.problem()) return *m.problem();
  return out;
}

sasl::channel_binding read_binding(members& m) {
  sasl::channel_binding out;
  const json* binding = m.has("binding") ? m.object("binding") : nullptr;
  if (binding == nullptr) return out;
  for (const auto& [key, kept] : {std::pair{"exporter", &out.exporter}, {"serverEndPoint", &out.server_end_point}}) {
    auto octets = text::base64_decode(trace::text_of(*binding, key));
    if (octets)
      *kept = std::move(*octets);
    else
      m.fail("\"binding\" must hold base64");
  }
  return out;
}

session::manual_answer read_manual_answer(members& m) {
  using session::manual_choice;
  constexpr std::array<std::pair<std::string_view, manual_choice>, 6> known = {{{"send", manual_choice::send},
                                                                                {"replace", manual_choice::replace},
                                                                                {"insert", manual_choice::insert},
                                                                                {"repeat", manual_choice::repeat},
                                                                                {"skip", manual_choice::skip},
                                                                                {"drop", manual_choice::drop}}};
  session::manual_answer a;
  const std::string choice = m.text("choice");
  bool found = false;
  for (const auto& [name, what] : known)
    if (name == choice) {
      a.what = what;
      found = true;
    }
  if (!found) m.fail("\"choice\" must be \"send\", \"replace\", \"insert\", \"repeat\", \"skip\" or \"drop\"");
  a.bytes = m.text_or("text", "");
  a.raw = m.flag_or("raw", false) ? session::raw_bytes::allowed_by_name : session::raw_bytes::refused;
  return a;
}

}  // namespace smtpscope::api
