#include "smtpscope/tls/handshake_view.hpp"

#include "alert_name.hpp"
#include "message_parts.hpp"

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

void handshake_viewer::read_body(reading& of, std::uint8_t type) {
  field_reader body(of, header_octets, of.octets.size(), -1);
  switch (type) {
    case 1: return read_client_hello(body);
    case 2: {
      const agreed made = read_server_hello(body);
      version_ = made.version;
      suite_ = made.suite;
      return;
    }
    case 4: return read_new_session_ticket(body, version_);
    case 8: read_extensions(body, extension_home::encrypted_extensions, nullptr); return body.finish();
    case 11: return read_certificate(body, version_);
    case 12: return read_server_key_exchange(body, key_exchange_of(suite_));
    case 13: return read_certificate_request(body, version_);
    case 15: return read_certificate_verify(body);
    case 16: return read_client_key_exchange(body, key_exchange_of(suite_));
    case 20: body.rest("verify_data"); return;
    case 22: return read_certificate_status(body);
    case 24: return read_key_update(body);
    case 0:   // hello_request
    case 5:   // end_of_early_data
    case 14:  // server_hello_done
      return body.finish();
    default:
      if (body.more()) body.rest("body");
  }
}

void handshake_viewer::read_handshake(reading& of) {
  if (of.octets.size() < header_octets) return void(of.damaged = true);
  const std::uint8_t type = octet(of.octets, 0);
  of.into.type = message_name(type);
  field_reader header(of, 0, header_octets, of.note(0, header_octets, "handshake_header", -1));
  header.number(1, "msg_type");
  if (header.number(3, "length") != of.octets.size() - header_octets) of.damaged = true;
  if (!of.damaged) read_body(of, type);
}

message handshake_viewer::view(direction dir, content_type content, protection cover, std::string_view octets) {
  message seen;
  seen.type = name(content);
  seen.dir = dir;
  seen.content = content;
  seen.cover = cover;
  seen.octets = octets;
  reading of{seen, octets};
  switch (content) {
    case content_type::handshake: read_handshake(of); break;
    case content_type::alert: {
      field_reader alert(of, 0, octets.size(), -1);
      const std::uint32_t level = alert.number(1, "level");
      const std::uint32_t description = alert.number(1, "description");
      alert.finish();
      if (of.damaged) break;
      set(seen.data, "level", alert_level(static_cast<std::uint8_t>(level)));
      set(seen.data, "description", alert_name(static_cast<std::uint8_t>(description)));
      break;
    }
    case content_type::change_cipher_spec:
    case content_type::application_data: break;
  }
  if (of.damaged) set_flag(seen.data, "damaged", true);
  return seen;
}

}  // namespace smtpscope::tls
