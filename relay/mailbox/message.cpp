#include "relay/mailbox/message.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <limits>

#include "smtpscope/mime/reader.hpp"

namespace smtpscope::mailbox {
namespace {

using std::chrono::system_clock;
constexpr std::size_t max_header_octets = 64 * 1024;

// Cuts before an octet that continues a UTF-8 character.
std::string cut(std::string_view text, std::size_t max_octets) {
  if (text.size() <= max_octets) return std::string(text);
  std::size_t end = max_octets;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::int64_t unix_milliseconds(system_clock::time_point when) {
  return std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

// A member of the expected type, or nothing.
const std::string* text_member(const json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() ? found->get_ptr<const std::string*>() : nullptr;
}
const std::int64_t* number_member(const json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() ? found->get_ptr<const json::number_integer_t*>() : nullptr;
}

bool read_recipients(const json& value, std::vector<std::string>& to) {
  const auto list = value.find("to");
  if (list == value.end() || !list->is_array()) return false;
  for (const json& item : *list) {
    const auto* text = item.get_ptr<const std::string*>();
    if (text == nullptr) return false;
    to.push_back(*text);
  }
  return true;
}

}  // namespace

std::string_view transmission_type(const envelope& e) noexcept {
  // RFC 3848 §1 knows no type for TLS or AUTH without EHLO: those come with extensions only.
  const bool tls = e.link == session::link_security::tls;
  const bool authenticated = !e.authenticated_as.empty();
  if (tls && authenticated) return "ESMTPSA";
  if (tls) return "ESMTPS";
  if (authenticated) return "ESMTPA";
  return e.greeted_with == greeting_verb::ehlo ? "ESMTP" : "SMTP";
}

std::string utc_text(system_clock::time_point when) {
  const std::int64_t milliseconds = unix_milliseconds(when);
  std::int64_t part = milliseconds % 1000;
  if (part < 0) part += 1000;
  const auto seconds = static_cast<std::time_t>((milliseconds - part) / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, static_cast<int>(part));
  return text.data();
}

json to_json(const stored_message& m) {
  return {{"id", m.id},
          {"octets", m.octets},
          {"from", m.envelope.from},
          {"to", m.envelope.to},
          {"received", utc_text(m.received)},
          {"received_unix_ms", unix_milliseconds(m.received)},
          {"subject", m.subject},
          {"tls", m.envelope.link == session::link_security::tls},
          {"authenticated_as", m.envelope.authenticated_as},
          {"with", transmission_type(m.envelope)},
          {"client_name", m.envelope.client_name}};
}

result<stored_message> stored_message_from_json(const json& value) {
  const error broken{errc::invalid_json, "not the record of a message"};
  if (!value.is_object()) return broken;
  const auto* id = text_member(value, "id");
  const auto* from = text_member(value, "from");
  const auto* subject = text_member(value, "subject");
  const auto* authenticated_as = text_member(value, "authenticated_as");
  const auto* with = text_member(value, "with");
  const auto* client_name = text_member(value, "client_name");
  const auto* octets = number_member(value, "octets");
  const auto* received = number_member(value, "received_unix_ms");
  const auto tls = value.find("tls");
  stored_message m;
  if (id == nullptr || from == nullptr || subject == nullptr || authenticated_as == nullptr || with == nullptr ||
      client_name == nullptr || octets == nullptr || *octets < 0 || received == nullptr || tls == value.end() ||
      !tls->is_boolean() || !read_recipients(value, m.envelope.to))
    return broken;
  m.id = *id;
  m.octets = static_cast<std::uint64_t>(*octets);
  m.received = system_clock::time_point(std::chrono::milliseconds(*received));
  m.subject = cut(*subject, max_subject_octets);
  m.envelope.from = *from;
  m.envelope.link = *tls->get_ptr<const bool*>() ? session::link_security::tls : session::link_security::plain;
  m.envelope.authenticated_as = *authenticated_as;
  m.envelope.client_name = *client_name;
  m.envelope.greeted_with = *with == "SMTP" ? greeting_verb::helo : greeting_verb::ehlo;
  return m;
}

void header_collector::add(std::string_view content) {
  if (complete_) return;
  // An empty line may begin in what came before.
  const std::size_t seen = header_.size() < 3 ? 0 : header_.size() - 3;
  header_ += content.substr(0, max_header_octets - header_.size());
  const std::size_t crlf = header_.find("\r\n\r\n", seen);
  const std::size_t lf = header_.find("\n\n", seen);
  const std::size_t end = std::min(crlf, lf);
  if (end != std::string::npos) header_.resize(end + 2);
  complete_ = end != std::string::npos || header_.size() >= max_header_octets;
  if (header_.rfind("\r\n", 0) == 0 || header_.rfind('\n', 0) == 0) {  // no header at all
    header_.clear();
    complete_ = true;
  }
}

std::string header_collector::subject() const {
  return cut(mime::first_header(header_, "Subject"), max_subject_octets);
}

}  // namespace smtpscope::mailbox
