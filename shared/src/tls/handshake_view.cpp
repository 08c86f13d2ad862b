#include "smtpscope/tls/handshake_view.hpp"

#include "alert_name.hpp"

namespace smtpscope::tls {
namespace {

constexpr std::size_t header_octets = 4;

std::uint8_t octet(std::string_view octets, std::size_t at) { return static_cast<std::uint8_t>(octets[at]); }

}  // namespace

std::string message_name(std::uint8_t handshake_type) {
  switch (handshake_type) {
    case 0: return "hello_request";
    case 1: return "client_hello";
    case 2: return "server_hello";
    case 4: return "new_session_ticket";
    case 5: return "end_of_early_data";
    case 8: return "encrypted_extensions";
    case 11: return "certificate";
    case 12: return "server_key_exchange";
    case 13: return "certificate_request";
    case 14: return "server_hello_done";
    case 15: return "certificate_verify";
    case 16: return "client_key_exchange";
    case 20: return "finished";
    case 22: return "certificate_status";
    case 24: return "key_update";
    default: return "handshake_" + std::to_string(handshake_type);
  }
}

message handshake_viewer::view(direction dir, content_type content, protection cover, std::string_view octets) {
  message seen;
  seen.dir = dir;
  seen.content = content;
  seen.cover = cover;
  seen.octets = octets;
  seen.type = name(content);
  if (content == content_type::handshake && !octets.empty()) seen.type = message_name(octet(octets, 0));
  if (content == content_type::handshake && octets.size() >= header_octets) {
    seen.fields.push_back({0, 4, "header", -1});
    seen.fields.push_back({0, 1, "type", 0});
    seen.fields.push_back({1, 4, "length", 0});
  }
  if (content == content_type::alert && octets.size() == 2) {
    seen.fields.push_back({0, 1, "level", -1});
    seen.fields.push_back({1, 2, "description", -1});
    set(seen.data, "level", alert_level(octet(octets, 0)));
    set(seen.data, "description", alert_name(octet(octets, 1)));
  }
  return seen;
}

}  // namespace smtpscope::tls
