#include "tls_json.hpp"

#include <utility>

#include "members.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/tls/terms_json.hpp"

namespace smtpscope::api {

namespace {

json event_named(const char* name) {
  json j = json::object();
  set(j, "ev", name);
  return j;
}

void set_base64(json& j, const char* key, std::string_view octets) { set(j, key, text::base64_encode(octets)); }
void set_if_any(json& j, const char* key, std::string_view text) {
  if (!text.empty()) set(j, key, text);
}

// A Certificate with its octets.
json whole(const tls::certificate& c) {
  json j = tls::to_json(c);
  set_base64(j, "der", c.der);
  return j;
}

json whole(const std::vector<tls::certificate>& chain) {
  json list = json::array();
  for (const tls::certificate& c : chain) list.push_back(whole(c));
  return list;
}

// RFC 8446 §5.1's names for what is on the wire.
std::string content_name(std::uint8_t content) {
  if (content >= 20 && content <= 23) return std::string{tls::name(static_cast<tls::content_type>(content))};
  return "content_" + std::to_string(content);
}

// A record's version is that of its layer: 0x0301 in a first ClientHello, else 0x0303 (RFC 8446 §5.1).
std::string version_name(std::uint16_t version) {
  switch (version) {
    case 0x0301: return "TLSv1.0";
    case 0x0302: return "TLSv1.1";
    case 0x0303: return "TLSv1.2";
    default: return "version_" + std::to_string(version);
  }
}

json to_json(const tls::record_seen& r) {
  json j = event_named("record");
  set(j, "dir", tls::name(r.dir));
  set(j, "contentType", content_name(r.content));
  set(j, "version", version_name(r.version));
  set(j, "length", r.length);
  set(j, "encrypted", r.cover == tls::protection::encrypted);
  return j;
}

json to_json(const tls::established& e) {
  json info = json::object();
  set(info, "version", e.version);
  set(info, "suite", e.suite);
  set_if_any(info, "group", e.group);
  set(info, "verified", e.verified);
  set_if_any(info, "anchor", e.anchor);
  if (!e.chain.empty()) set(info, "chain", whole(e.chain));
  set(info, "where", "page");
  set_if_any(info, "alpn", e.alpn);
  set(info, "resumed", e.resumed);
  if (e.refused) set(info, "reason", tls::name(e.refused->why));
  json binding = json::object();
  if (!e.binding.exporter.empty()) set_base64(binding, "exporter", e.binding.exporter);
  if (!e.binding.server_end_point.empty()) set_base64(binding, "serverEndPoint", e.binding.server_end_point);
  json j = event_named("established");
  set(j, "tls", std::move(info));
  set(j, "binding", std::move(binding));
  return j;
}

json to_json(const tls::failed& f) {
  json j = event_named("failed");
  set(j, "code", tls::name(f.what));
  if (f.why) set(j, "reason", tls::name(*f.why));
  set(j, "message", f.message);
  if (f.failing) set(j, "failing", *f.failing);
  set(j, "certificates", whole(f.certificates));
  return j;
}

struct to_event {
  std::string& octets;

  json operator()(tls::send_ciphertext& e) const {
    octets = std::move(e.octets);
    return event_named("send");
  }
  json operator()(tls::data_received& e) const {
    octets = std::move(e.octets);
    return event_named("data");
  }
  json operator()(const tls::message_seen& e) const {
    json j = tls::to_json(e.what);
    set(j, "ev", "message");
    return j;
  }
  json operator()(const tls::record_seen& e) const { return to_json(e); }
  json operator()(const tls::chain_received& e) const {
    json j = event_named("chain");
    set(j, "certificates", whole(e.certificates));
    return j;
  }
  json operator()(const tls::established& e) const { return to_json(e); }
  json operator()(const tls::alert_seen& e) const {
    json j = event_named("alert");
    set(j, "dir", tls::name(e.dir));
    set(j, "level", e.level);
    set(j, "description", e.description);
    return j;
  }
  json operator()(const tls::close_notify_received&) const { return event_named("close_notify"); }
  json operator()(const tls::truncated&) const { return event_named("truncated"); }
  json operator()(const tls::failed& e) const { return to_json(e); }
  json operator()(const tls::session_given& e) const {
    json j = event_named("session");
    set_base64(j, "base64", e.session.reveal());
    return j;
  }
  json operator()(const tls::key_log& e) const {
    json j = event_named("key_log");
    set(j, "line", e.line);
    return j;
  }
};

void read_verification(members& m, tls::client_options& options) {
  const std::string verify = m.text_or("verify", "demanded");
  if (verify == "recorded") {
    options.verify = tls::verification::recorded;
  } else if (verify != "demanded") {
    m.fail("\"verify\" must be \"demanded\" or \"recorded\"");
  }
}

void read_version(members& m, tls::client_options& options) {
  const std::string least = m.text_or("minVersion", "TLSv1.2");
  if (least == "TLSv1.3") {
    options.least = tls::version::tls_1_3;
  } else if (least != "TLSv1.2") {
    m.fail("\"minVersion\" must be \"TLSv1.2\" or \"TLSv1.3\"");
  }
}

void read_trust(members& m, const tls::trust& roots, tls::client_options& options) {
  const char* key = m.has("only") ? "only" : "more";
  if (m.has("only") && m.has("more")) m.fail("\"only\" and \"more\" exclude each other");
  options.roots = roots;
  if (!m.has(key)) return;
  const std::string pem = m.text(key);
  auto trusted = m.has("only") ? tls::trust::from_pem(pem) : roots.with(pem);
  if (trusted) {
    options.roots = std::move(*trusted);
  } else {
    m.fail(std::string{"\""} + key + "\": " + trusted.why().detail);
  }
}

void read_resumption(members& m, tls::client_options& options) {
  if (!m.has("resume")) return;
  auto octets = text::base64_decode(m.text("resume"));
  if (!octets) return m.fail("\"resume\": " + octets.why().detail);
  options.resume = secret{std::move(*octets)};
}

void read_now(const json& object, members& m, tls_setup& setup) {
  const auto now = object.is_object() ? object.find("now") : object.end();
  if (now == object.end() || !now->is_number()) return m.fail("\"now\" must be a number: seconds since 1970");
  setup.now = seconds_of(now->get<double>());
}

}  // namespace

seconds seconds_of(double number) {
  return seconds{number >= 0 && number < 9007199254740992.0 ? static_cast<std::int64_t>(number) : 0};
}

result<tls_setup> read_tls_setup(std::string_view text, const tls::trust& roots) {
  const auto object = parse_json(text);
  if (!object) return object.why();
  members m{*object};
  tls_setup setup;
  tls::client_options& options = setup.options;
  options.where = tls::place::page;
  options.suites = tls::suite_order::chacha20_first;
  options.host = m.text("host");
  options.port = static_cast<std::uint16_t>(m.number_or("port", 0, 0, 65535));
  if (m.flag_or("startTls", false)) options.begun = tls::beginning::after_starttls;
  if (m.flag_or("keyLog", false)) options.keys = tls::key_logging::wanted;
  if (m.has("alpn")) options.alpn = m.texts("alpn");
  read_now(*object, m, setup);
  read_verification(m, options);
  read_version(m, options);
  read_trust(m, roots, options);
  read_resumption(m, options);
  if (m.problem()) return *m.problem();
  return setup;
}

json to_json(tls::event& told, std::string& octets) { return std::visit(to_event{octets}, told); }

}  // namespace smtpscope::api
