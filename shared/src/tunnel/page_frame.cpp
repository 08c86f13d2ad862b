#include <utility>

#include "frame_members.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::tunnel {
namespace {

result<page_frame> parse_auth(const json& frame) {
  const auto token = text_member(frame, "token");
  if (!token) return malformed("auth needs a token");
  return page_frame{auth{secret(*token)}};
}

result<page_frame> parse_open(const json& frame) {
  const auto host = text_member(frame, "host");
  if (!host) return malformed("open needs a host");
  const auto port = integer_member(frame, "port");
  if (!port) return malformed("open needs a port, a whole number");
  const auto mode = text_member(frame, "tls");
  if (mode == "none") return page_frame{open{*host, *port, tls_mode::none}};
  if (mode == "implicit") return page_frame{open{*host, *port, tls_mode::implicit}};
  return malformed("open needs tls, \"none\" or \"implicit\"");
}

result<page_frame> parse_credit(const json& frame) {
  constexpr std::int64_t most = std::int64_t{1} << 32;
  const auto bytes = integer_member(frame, "bytes");
  if (!bytes || *bytes < 1 || *bytes > most) return malformed("credit needs bytes, 1 to 4294967296");
  return page_frame{credit{static_cast<std::uint64_t>(*bytes)}};
}

struct writer {
  json operator()(const auth& f) const { return {{"op", "auth"}, {"token", f.token.reveal()}}; }
  json operator()(const open& f) const {
    return {{"op", "open"}, {"host", f.host}, {"port", f.port}, {"tls", f.tls == tls_mode::none ? "none" : "implicit"}};
  }
  json operator()(const start_tls&) const { return {{"op", "start_tls"}}; }
  json operator()(const credit& f) const { return {{"op", "credit"}, {"bytes", f.bytes}}; }
  json operator()(const page_eof&) const { return {{"op", "eof"}}; }
};

}  // namespace

result<page_frame> parse_page_frame(std::string_view text) {
  if (text.size() > control_frame_octets) return malformed("a control frame may have 4096 octets");
  const result<json> parsed = parse_json(text, control_frame_depth);
  if (!parsed) return malformed("a control frame is one JSON object, at most 4 deep");
  const json& frame = *parsed;
  const auto op = text_member(frame, "op");
  if (!op) return malformed("a control frame is a JSON object with an op");
  if (op == "open") return parse_open(frame);
  if (op == "credit") return parse_credit(frame);
  if (op == "start_tls") return page_frame{start_tls{}};
  if (op == "eof") return page_frame{page_eof{}};
  if (op == "auth") return parse_auth(frame);
  return malformed("unknown op");
}

std::string format(const page_frame& frame) { return to_string(std::visit(writer{}, frame)); }

}  // namespace smtpscope::tunnel
