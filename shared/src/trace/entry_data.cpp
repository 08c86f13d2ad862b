#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::trace {

std::string_view name(session::outcome o) noexcept {
  switch (o) {
    case session::outcome::delivered: return "delivered";
    case session::outcome::partly: return "partly";
    case session::outcome::failed: return "failed";
    case session::outcome::unknown: return "unknown";
  }
  return "";
}

std::string_view name(session::failure_kind k) noexcept {
  using session::failure_kind;
  switch (k) {
    case failure_kind::refused: return "refused";
    case failure_kind::starttls_not_offered: return "starttls_not_offered";
    case failure_kind::auth_not_offered: return "auth_not_offered";
    case failure_kind::mechanism_not_offered: return "mechanism_not_offered";
    case failure_kind::auth_without_tls: return "auth_without_tls";
    case failure_kind::eight_bit_not_offered: return "eight_bit_not_offered";
    case failure_kind::binary_not_offered: return "binary_not_offered";
    case failure_kind::smtputf8_not_offered: return "smtputf8_not_offered";
    case failure_kind::requiretls_not_possible: return "requiretls_not_possible";
    case failure_kind::too_large: return "too_large";
    case failure_kind::mail_limit: return "mail_limit";
    case failure_kind::starttls_plaintext: return "starttls_plaintext";
    case failure_kind::protocol: return "protocol";
    case failure_kind::closed_by_server: return "closed_by_server";
    case failure_kind::timeout: return "timeout";
    case failure_kind::transport: return "transport";
    case failure_kind::cancelled: return "cancelled";
  }
  return "";
}

std::string_view name(session::fate f) noexcept {
  switch (f) {
    case session::fate::not_sent: return "not_sent";
    case session::fate::refused: return "refused";
    case session::fate::delivered: return "delivered";
    case session::fate::unknown: return "unknown";
  }
  return "";
}

std::string_view name(retry r) noexcept {
  switch (r) {
    case retry::no: return "no";
    case retry::later: return "later";
    case retry::after_change: return "after_change";
  }
  return "";
}

namespace {

// Of one message, or of all.
json ending(session::outcome result, const std::optional<session::failure>& why,
            const std::vector<session::recipient_result>& recipients) {
  json data = json::object();
  set(data, "outcome", name(result));
  if (why) {
    json& failure = data["failure"] = json::object();
    set(failure, "kind", name(why->kind));
    set(failure, "stage", name(why->stage));
    set(failure, "detail", why->detail);
  }
  json& list = data["recipients"] = json::array();
  for (const session::recipient_result& r : recipients) {
    json one = json::object();
    set(one, "path", r.path.mailbox_text());
    set(one, "accepted", r.accepted());
    if (r.reply) set(one, "code", r.reply->code);
    list.push_back(std::move(one));
  }
  return data;
}

}  // namespace

std::pair<std::string, std::string> names(session::client_transition t) {
  return {std::string{name(t.before)}, std::string{name(t.after)}};
}

json result_data(const session::finished& f) {
  json data = ending(f.result, f.why, f.recipients);
  if (f.messages.size() < 2) return data;
  json& messages = data["messages"] = json::array();
  for (const session::message_result& m : f.messages) {
    json one = ending(m.result, m.why, m.recipients);
    for (std::size_t i = 0; i < m.recipients.size(); ++i) set(one["recipients"][i], "end", name(m.recipients[i].end));
    messages.push_back(std::move(one));
  }
  return data;
}

json to_json(const diagnosis& d) {
  json data = json::object();
  set(data, "key", d.key);
  set(data, "title", d.title);
  set(data, "cause", d.cause);
  set(data, "fix", smtpscope::to_json(d.fix));
  set(data, "evidence", json(d.evidence));
  set(data, "retry", name(d.again));
  return data;
}

void add_content_fields(std::string_view bytes, bool first, bool at_line_start, std::vector<wire::field>& fields) {
  constexpr std::size_t most_dots = 256;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::size_t blank = first ? bytes.find("\r\n\r\n") : std::string_view::npos;
  const bool split = blank != std::string_view::npos;
  const auto body = split ? static_cast<std::uint32_t>(blank + 4) : 0U;  // RFC 5322 §2.1, behind the blank line
  if (split) fields.push_back({0, body, "header_section", -1});
  if (split && body < size) fields.push_back({body, size, "body", -1});

  std::size_t line = 0;
  if (!at_line_start) line = bytes.find("\r\n") == std::string_view::npos ? size : bytes.find("\r\n") + 2;
  for (std::size_t dots = 0; line < size && dots < most_dots;) {
    if (bytes.substr(line, 2) == "..") {  // RFC 5321 §4.5.2: the first of the two was added
      const auto at = static_cast<std::uint32_t>(line);
      fields.push_back({at, at + 1, "stuffed_dot", !split ? -1 : at < body ? 0 : 1});
      ++dots;
    }
    const std::size_t end = bytes.find("\r\n", line);
    line = end == std::string_view::npos ? size : end + 2;
  }
}

std::string text_of(const json& data, const char* key) {
  const auto it = data.find(key);
  return it != data.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

bool flag_of(const json& data, const char* key) {
  const auto it = data.find(key);
  return it != data.end() && it->is_boolean() && it->get<bool>();
}

int number_of(const json& data, const char* key) {
  const auto it = data.find(key);
  return it != data.end() && it->is_number_integer() ? it->get<int>() : 0;
}

}  // namespace smtpscope::trace
