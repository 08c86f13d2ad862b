#include "relay/cli/session_printer.hpp"

#include <array>
#include <cstdio>
#include <vector>

#include "smtpscope/text/utf8.hpp"
#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::cli {
namespace {

using trace::kind;
using trace::number_of;
using trace::text_of;

std::string stamp(session_time at) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%8.3f ", static_cast<double>(at.count()) / 1e6);
  return out.data();
}

std::string_view first_line(std::string_view& rest) {
  const std::size_t lf = rest.find('\n');
  const std::string_view line = rest.substr(0, lf);
  rest.remove_prefix(lf == std::string_view::npos ? rest.size() : lf + 1);
  return line;
}

// Every line of the bytes behind its sign.
std::string bytes_of(const trace::entry& e, std::string_view sign) {
  std::string out;
  std::string_view rest = e.bytes;
  while (!rest.empty()) out += stamp(e.time) + std::string(sign) + printable(first_line(rest)) + "\n";
  return out;
}

std::string joined(const json& list) {
  std::string out;
  if (!list.is_array()) return out;
  for (const json& one : list) {
    if (!one.is_string()) continue;
    if (!out.empty()) out += ", ";
    out += one.get<std::string>();
  }
  return out;
}

std::string tls_text(const json& info) {
  std::string out = text_of(info, "version") + ", " + text_of(info, "suite");
  if (const std::string group = text_of(info, "group"); !group.empty()) out += ", " + group;
  const auto chain = info.find("chain");
  if (chain != info.end() && chain->is_array() && !chain->empty())
    out += "; certificate of " + text_of(chain->front(), "subject") + ", valid until " +
           text_of(chain->front(), "notAfter").substr(0, 10);
  if (const std::string anchor = text_of(info, "anchor"); !anchor.empty()) out += ", vouched for by " + anchor;
  return out;
}

// Its octets are for other eyes; the alert's words are for these.
std::string tls_message_text(const trace::entry& e) {
  const bool sent = *e.direction == trace::direction::client_to_server;
  std::string out = std::string("* TLS ") + (sent ? "> " : "< ") + printable(text_of(e.data, "type"));
  if (const std::string alert = text_of(e.data, "description"); !alert.empty()) out += " " + printable(alert);
  return out + ", " + std::to_string(e.bytes.size()) + " octets" + (e.secure ? ", encrypted" : "");
}

// What happened below or beside SMTP; "" for what has no line.
std::string note_of(const trace::entry& e) {
  switch (e.kind) {
    case kind::resolving: return "looking up " + text_of(e.data, "host");
    case kind::resolved: return "addresses: " + joined(e.data.value("addresses", json::array()));
    case kind::connected:
      return "connected to " + text_of(e.data, "address") + " port " + std::to_string(number_of(e.data, "port"));
    case kind::tls_started: return "TLS handshake";
    case kind::tls_established: return "TLS stands: " + tls_text(e.data);
    case kind::transport_error: return text_of(e.data, "message");
    case kind::timeout: return "no answer in time";
    case kind::cancelled: return "given up";
    case kind::closed:
      return text_of(e.data, "by") == "server" ? "the server closed the connection" : "connection closed";
    case kind::note: return text_of(e.data, "message");
    case kind::tls_message:
    case kind::greeting:
    case kind::command:
    case kind::reply:
    case kind::sasl_challenge:
    case kind::sasl_response:
    case kind::content:
    case kind::end_of_content:
    case kind::result:
    case kind::diagnosis: break;
  }
  return {};
}

// Whether a terminal would act on it, or show what follows turned round or on another line.
bool moves_text(char32_t c) noexcept {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool turns =
      c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || turns || c == 0x2028 || c == 0x2029;
}

}  // namespace

std::string printable(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  std::string out;
  while (!text.empty()) {
    const text::code_point next = text::first_code_point(text);
    const bool valid = next.state == text::code_point::kind::valid;
    if (valid && !moves_text(next.value)) {
      out += text.substr(0, next.octets);
    } else {
      for (const char octet : text.substr(0, next.octets)) {
        std::array<char, 8> hex{};
        std::snprintf(hex.data(), hex.size(), "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(octet)));
        out += hex.data();
      }
    }
    text.remove_prefix(next.octets);
  }
  return out;
}

std::string lines_of(const trace::entry& e) {
  if (e.kind == kind::content) return {};
  if (e.kind == kind::end_of_content)
    return stamp(e.time) + "> (the message, " + std::to_string(number_of(e.data, "octets")) + " octets)\n" +
           bytes_of(e, "> ");
  if (e.kind == kind::tls_message) return stamp(e.time) + tls_message_text(e) + "\n";
  if (e.direction) return bytes_of(e, *e.direction == trace::direction::client_to_server ? "> " : "< ");
  const std::string note = note_of(e);
  return note.empty() ? std::string() : stamp(e.time) + "* " + printable(note) + "\n";
}

std::string diagnosis_text(const std::vector<trace::entry>& entries) {
  for (auto e = entries.rbegin(); e != entries.rend(); ++e) {
    if (e->kind != kind::diagnosis) continue;
    std::string out = printable(text_of(e->data, "title")) + "\n";
    if (const std::string cause = text_of(e->data, "cause"); !cause.empty()) out += "  " + printable(cause) + "\n";
    const auto fix = e->data.find("fix");
    if (fix == e->data.end() || !fix->is_array()) return out;
    for (const json& step : *fix)
      if (step.is_string()) out += "  - " + printable(step.get<std::string>()) + "\n";
    return out;
  }
  return {};
}

}  // namespace smtpscope::cli
