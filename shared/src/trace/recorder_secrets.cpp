// The recorder's masks: what of a login is a secret, where it stands, and where a server says it back.

#include <algorithm>
#include <utility>

#include "line_fields.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/recorder.hpp"
#include "smtpscope/trace/sasl_view.hpp"

namespace smtpscope::trace {

// What a command line, of which `said` octets stand in earlier entries, tells of a login: the response
// behind AUTH, or a line said by hand in answer to a challenge.
void recorder::hide_login(entry& e, std::string_view line, std::size_t said, const wire::command& parsed) {
  if (awaits_login_ && parsed.what == wire::verb::unknown) {
    e.fields = line_fields(e.bytes, "sasl_response");
    return hide(e, 1);
  }
  const std::optional<login_range> found = find_login(line);
  awaits_login_ = awaits_login_ || parsed.what == wire::verb::auth || found;
  if (!found || found->end <= std::max(said, found->begin)) return;
  std::size_t field = 0;
  while (field < e.fields.size() && e.fields[field].name != "initial_response") ++field;
  if (field == e.fields.size())
    e.fields.push_back({static_cast<std::uint32_t>(std::max(found->begin, said) - said),
                        static_cast<std::uint32_t>(found->end - said), "initial_response", 0});
  if (!parsed.initial_response) return hide(e, field);
  const bool empty = *parsed.initial_response == "=";  // RFC 4954 §4
  add_sasl_message(e, field, parsed.mechanism, empty ? std::string_view{} : *parsed.initial_response);
}

void recorder::add_sasl_response(const session::send_bytes& sent, session_time now) {
  chapter_ = chapter::login;
  entry& e = add(layer::smtp, kind::sasl_response, now);
  e.direction = direction::client_to_server;
  e.client = names(sent.client);
  e.bytes = sent.bytes;
  e.fields = line_fields(sent.bytes, "sasl_response");
  set(e.data, "mechanism", sent.mechanism);
  set(e.data, "step", sent.sasl_step);
  const std::string_view base64 = std::string_view{sent.bytes}.substr(0, sent.bytes.size() - 2);
  if (base64 == "*") {
    set(e.data, "cancelled", true);
  } else {
    add_sasl_message(e, 1, sent.mechanism, base64);
  }
  explain(e);
}

// A message of the client's, which `field` of `e` holds: taken apart, and masked where it is secret.
void recorder::add_sasl_message(entry& e, std::size_t field, std::string_view mechanism, std::string_view base64) {
  ++sasl_responses_;
  const auto octets = text::base64_decode(base64);
  const values shown = secrets_ == secrets::shown ? values::all : values::without_secrets;
  // What is not base64 is nothing the mechanism knows: nobody can say that it is harmless.
  const json parts = octets ? response_parts(mechanism, sasl_responses_, *octets, shown) : json(nullptr);
  set(e.data, "decoded", parts);
  if (octets) remember(response_parts(mechanism, sasl_responses_, *octets, values::all), parts);
  if (!octets || response_secrecy(mechanism, sasl_responses_, *octets) == secrecy::secret) hide(e, field);
}

// The values that stand in `parts` alone.
void recorder::remember(const json& parts, const json& without_secrets) {
  if (!parts.is_array() || !without_secrets.is_array() || parts.size() != without_secrets.size()) return;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!without_secrets[i].at("value").is_null()) continue;
    const std::string value = text_of(parts[i], "value");
    hidden_.add(value);
    if (value.substr(0, 7) == "Bearer ") hidden_.add(value.substr(7));  // RFC 6750 §2.1: the token itself
  }
}

// Masks one field of `e`.
void recorder::hide(entry& e, std::size_t field) {
  if (secrets_ == secrets::shown) return;
  const std::uint32_t begin = e.fields[field].begin;
  const std::uint32_t end = e.fields[field].end;
  hidden_.add(std::string_view{e.bytes}.substr(begin, end - begin));
  hide_range(e, begin, end);
}

void recorder::hide_range(entry& e, std::uint32_t begin, std::uint32_t end) {
  e.bytes.replace(begin, end - begin, mask);
  const auto hidden = static_cast<std::uint32_t>(begin + mask.size());
  const auto moved = [&](std::uint32_t at) { return at < end ? std::min(at, hidden) : at - end + hidden; };
  for (wire::field& f : e.fields) {
    f.begin = moved(f.begin);
    f.end = moved(f.end);
  }
  e.masked.emplace_back(begin, hidden);
}

// Masks all that a reply says.
void recorder::hide_text(entry& e, const wire::reply& reply) {
  for (std::size_t i = 0; i < e.fields.size(); ++i)
    if (e.fields[i].name == "text" && e.fields[i].begin < e.fields[i].end) hide(e, i);
  set(e.data, "lines", smtpscope::to_json(std::vector<std::string>(reply.lines.size(), std::string{mask})));
}

// A server may say back what it was told, even in base64.
void recorder::hide_echoes(entry& e, const wire::reply& reply) {
  if (secrets_ == secrets::shown) return;
  auto found = hidden_.find(e.bytes);
  if (const auto octets = text::base64_decode(reply.text()); octets && hidden_.find(*octets)) {
    set(e.data, "decoded", json(nullptr));
    return hide_text(e, reply);
  }
  if (!found) return;
  for (; found; found = hidden_.find(e.bytes, found->begin + mask.size()))
    hide_range(e, static_cast<std::uint32_t>(found->begin), static_cast<std::uint32_t>(found->end));
  std::vector<std::string> lines;
  for (const std::string& line : reply.lines) lines.push_back(hidden_.without(line, mask));
  set(e.data, "lines", smtpscope::to_json(lines));
}

void recorder::add_challenge(entry& e, const session::reply_received& received) {
  const values shown = secrets_ == secrets::shown ? values::all : values::without_secrets;
  if (const auto octets = text::base64_decode(received.reply.value.text()))
    set(e.data, "decoded", challenge_parts(received.mechanism, sasl_responses_, *octets, shown));
  if (secrets_ == secrets::shown || challenge_secrecy(received.mechanism, sasl_responses_) == secrecy::open) return;
  hide_text(e, received.reply.value);
}

}  // namespace smtpscope::trace
