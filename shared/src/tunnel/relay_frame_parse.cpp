#include <utility>

#include "frame_members.hpp"
#include "limit_members.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::tunnel {
namespace {

constexpr std::int64_t max_port = 65535;

std::optional<std::uint64_t> count_member(const json& object, const char* key) {
  const auto value = integer_member(object, key);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::uint16_t> port_member(const json& object) {
  const auto value = integer_member(object, "port");
  if (!value || *value < 1 || *value > max_port) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

std::optional<std::vector<std::string>> text_list(const json& object, const char* key) {
  const json* list = array_member(object, key);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& item : *list) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::optional<std::vector<certificate>> certificate_list(const json& object) {
  const json* list = array_member(object, "certificates");
  if (list == nullptr) return std::nullopt;
  std::vector<certificate> certificates;
  for (const json& item : *list) {
    auto subject = text_member(item, "subject");
    auto issuer = text_member(item, "issuer");
    auto names = text_list(item, "names");
    auto not_before = text_member(item, "notBefore");
    auto not_after = text_member(item, "notAfter");
    if (!subject || !issuer || !names || !not_before || !not_after) return std::nullopt;
    certificate c{std::move(*subject), std::move(*issuer), std::move(*names), std::move(*not_before),
                  std::move(*not_after)};
    c.serial = text_member(item, "serial").value_or("");
    c.key = text_member(item, "key").value_or("");
    c.signature = text_member(item, "signature").value_or("");
    c.sha256 = text_member(item, "sha256").value_or("");
    certificates.push_back(std::move(c));
  }
  return certificates;
}

// Inside the message and inside its parent.
std::optional<std::vector<wire::field>> field_list(const json& message, std::size_t octets) {
  const json* list = array_member(message, "fields");
  if (list == nullptr) return std::nullopt;
  std::vector<wire::field> fields;
  for (const json& item : *list) {
    if (!item.is_array() || item.size() != 4 || !item[0].is_number_unsigned() || !item[1].is_number_unsigned() ||
        !item[2].is_string() || !item[3].is_number_integer())
      return std::nullopt;
    const auto begin = item[0].get<std::uint64_t>();
    const auto end = item[1].get<std::uint64_t>();
    const auto parent = item[3].get<std::int64_t>();
    if (begin > end || end > octets || parent < -1 || parent >= static_cast<std::int64_t>(fields.size()))
      return std::nullopt;
    fields.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), item[2].get<std::string>(),
                      static_cast<int>(parent)});
  }
  return fields;
}

std::optional<handshake_message> parse_message(const json& item) {
  auto type = text_member(item, "type");
  const auto dir = tls::direction_named(text_member(item, "dir").value_or(""));
  const auto content = tls::content_type_named(text_member(item, "contentType").value_or(""));
  const auto encrypted = flag_member(item, "encrypted");
  const auto octets = text::base64_decode(text_member(item, "base64").value_or("?"));
  const json* data = member(item, "data");
  const auto us = count_member(item, "us");
  if (!type || !dir || !content || !encrypted || !octets || data == nullptr || !data->is_object() || !us)
    return std::nullopt;
  auto fields = field_list(item, octets->size());
  if (!fields) return std::nullopt;
  return handshake_message{std::move(*type),
                           *dir,
                           *content,
                           *encrypted ? tls::protection::encrypted : tls::protection::clear,
                           *octets,
                           std::move(*fields),
                           *data,
                           microseconds(*us)};
}

std::optional<std::vector<handshake_message>> message_list(const json& object) {
  const json* list = array_member(object, "messages");
  if (list == nullptr) return std::nullopt;
  std::vector<handshake_message> messages;
  for (const json& item : *list) {
    auto message = parse_message(item);
    if (!message) return std::nullopt;
    messages.push_back(std::move(*message));
  }
  return messages;
}

// False where one is missing.
bool read_limits(const json& object, limits& into) {
  for (const duration_member& one : duration_members) {
    const auto value = count_member(object, one.key);
    if (!value) return false;
    into.*one.value = milliseconds(*value);
  }
  for (const count_limit& one : count_limits) {
    const auto value = count_member(object, one.key);
    if (!value) return false;
    into.*one.value = *value;
  }
  return true;
}

result<relay_frame> parse_hello(const json& frame) {
  hello h;
  const auto version = integer_member(frame, "version");
  const json* bounds = member(frame, "limits");
  const json* list = array_member(frame, "destinations");
  const auto token = flag_member(frame, "auth");
  if (!version || *version < 1 || *version > 1000 || bounds == nullptr || list == nullptr || !token)
    return malformed("hello needs version, limits, destinations and auth");
  h.version = static_cast<int>(*version);
  h.token = *token ? token_demand::required : token_demand::none;
  if (!read_limits(*bounds, h.bounds)) return malformed("hello lacks a limit");
  for (const json& item : *list) {
    const auto host = text_member(item, "host");
    const auto port = port_member(item);
    if (!host || !port) return malformed("a destination needs host and port");
    const bool own = flag_member(item, "mailbox").value_or(false);
    const bool sealed = flag_member(item, "ciphertext_only").value_or(false);
    h.destinations.push_back({*host, *port, own ? destination_kind::mailbox : destination_kind::remote,
                              sealed ? payload::ciphertext : payload::any});
  }
  return relay_frame{std::move(h)};
}

result<relay_frame> parse_resolved(const json& frame) {
  auto addresses = text_list(frame, "addresses");
  const auto us = count_member(frame, "us");
  if (!addresses || !us) return malformed("resolved needs addresses and us");
  return relay_frame{resolved{std::move(*addresses), microseconds(*us)}};
}

result<relay_frame> parse_connected(const json& frame) {
  const auto address = text_member(frame, "address");
  const auto port = port_member(frame);
  const auto us = count_member(frame, "us");
  if (!address || !port || !us) return malformed("connected needs address, port and us");
  return relay_frame{connected{*address, *port, microseconds(*us)}};
}

result<relay_frame> parse_tls(const json& frame) {
  auto version = text_member(frame, "version");
  auto suite = text_member(frame, "suite");
  auto group = text_member(frame, "group");
  auto anchor = text_member(frame, "anchor");
  auto chain = text_list(frame, "chain");
  auto certificates = certificate_list(frame);
  auto messages = message_list(frame);
  const auto verified = flag_member(frame, "verified");
  const auto us = count_member(frame, "us");
  if (!version || !suite || !group || !anchor || !chain || !certificates || !messages || !verified || !us)
    return malformed("tls lacks a member");
  return relay_frame{tls_report{std::move(*version), std::move(*suite), std::move(*group), *verified, std::move(*chain),
                                std::move(*certificates), std::move(*anchor), microseconds(*us), std::move(*messages)}};
}

result<relay_frame> parse_tls_messages(const json& frame) {
  auto messages = message_list(frame);
  if (!messages) return malformed("messages are not as described");
  return relay_frame{tls_messages{std::move(*messages)}};
}

result<relay_frame> parse_closed(const json& frame) {
  const auto by = text_member(frame, "by");
  const auto up = count_member(frame, "bytes_up");
  const auto down = count_member(frame, "bytes_down");
  if (!up || !down) return malformed("closed needs by, bytes_up and bytes_down");
  if (by == "page") return relay_frame{closed{party::page, *up, *down}};
  if (by == "server") return relay_frame{closed{party::server, *up, *down}};
  if (by == "relay") return relay_frame{closed{party::relay, *up, *down}};
  return malformed("closed needs by: page, server or relay");
}

result<relay_frame> parse_failure(const json& frame) {
  const auto at = stage_named(text_member(frame, "stage").value_or(""));
  const auto what = code_named(text_member(frame, "code").value_or(""));
  auto message = text_member(frame, "message");
  const auto again = flag_member(frame, "retryable");
  if (!at || !what || !message || !again) return malformed("error needs stage, code, message and retryable");
  failure f{*at, *what, std::move(*message), *again ? retry::yes : retry::no, std::nullopt, {}};
  if (member(frame, "reason") != nullptr) {
    f.reason = tls_reason_named(text_member(frame, "reason").value_or(""));
    if (!f.reason) return malformed("unknown reason");
  }
  if (member(frame, "certificates") != nullptr) {
    auto certificates = certificate_list(frame);
    if (!certificates) return malformed("certificates are not as described");
    f.certificates = std::move(*certificates);
  }
  if (member(frame, "failing") != nullptr) {
    f.failing = count_member(frame, "failing");
    if (!f.failing || *f.failing >= f.certificates.size()) return malformed("failing is no index into certificates");
  }
  if (member(frame, "messages") != nullptr) {
    auto messages = message_list(frame);
    if (!messages) return malformed("messages are not as described");
    f.messages = std::move(*messages);
  }
  return relay_frame{std::move(f)};
}

}  // namespace

result<relay_frame> parse_relay_frame(std::string_view text) {
  const result<json> parsed = parse_json(text, relay_frame_depth);
  if (!parsed) return malformed("a control frame is one JSON object, at most 8 deep");
  const json& frame = *parsed;
  const auto ev = text_member(frame, "ev");
  if (ev == "hello") return parse_hello(frame);
  if (ev == "resolved") return parse_resolved(frame);
  if (ev == "connected") return parse_connected(frame);
  if (ev == "tls") return parse_tls(frame);
  if (ev == "tls_messages") return parse_tls_messages(frame);
  if (ev == "eof") return relay_frame{server_eof{}};
  if (ev == "closed") return parse_closed(frame);
  if (ev == "draining") {
    const auto deadline = count_member(frame, "deadline_ms");
    if (!deadline) return malformed("draining needs deadline_ms");
    return relay_frame{draining{milliseconds(*deadline)}};
  }
  if (ev == "error") return parse_failure(frame);
  return malformed("unknown ev");
}

}  // namespace smtpscope::tunnel
