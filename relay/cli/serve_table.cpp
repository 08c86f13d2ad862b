#include "relay/cli/serve_table.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "relay/cli/policy_files.hpp"
#include "relay/mailbox/accounts.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::cli {
namespace {

using text_value = const std::string&;
using settings = serve_settings;

error right(std::string what) { return {errc::invalid_argument, std::move(what)}; }

status read_endpoint(text_value v, net::tcp::endpoint& into) {
  const auto parsed = tunnel::parse_host_and_port(v, tunnel::port_zero::allowed);
  if (!parsed) return right(parsed.why().detail + "; write ADDRESS:PORT, such as 127.0.0.1:8025");
  if (parsed->host.text() == "localhost")
    into = {net::asio::ip::address_v4::loopback(), parsed->port};
  else if (!parsed->host.address())
    return right("this needs an IP address, such as 127.0.0.1:8025");
  else
    into = {net::asio::ip::make_address(parsed->host.text()), parsed->port};
  return {};
}

result<std::uint64_t> read_number(text_value v, std::uint64_t least, std::uint64_t most) {
  std::uint64_t n = 0;
  const auto [end, ec] = std::from_chars(v.data(), v.data() + v.size(), n);
  if (ec == std::errc() && end == v.data() + v.size() && n >= least && n <= most) return n;
  return right("write a number from " + std::to_string(least) + " to " + std::to_string(most));
}

template <class Number>
status read_number(text_value v, std::uint64_t least, std::uint64_t most, Number& into) {
  const auto n = read_number(v, least, most);
  if (!n) return n.why();
  into = static_cast<Number>(*n);
  return {};
}

status read_seconds(text_value v, milliseconds& into) {
  constexpr std::uint64_t day = 86'400;
  const auto n = read_number(v, 1, day);
  if (!n) return n.why();
  into = seconds(*n);
  return {};
}

status read_allow(text_value v, settings& s) {
  auto parsed = tunnel::parse_host_and_port(v, tunnel::port_zero::refused);
  if (!parsed) return right(parsed.why().detail + "; write HOST:PORT, such as mail.example:587");
  s.options.allow.push_back(std::move(*parsed));
  return {};
}

status read_sealed(text_value v, settings& s) {
  auto parsed = tunnel::parse_host_and_port(v, tunnel::port_zero::refused);
  if (!parsed) return right(parsed.why().detail + "; write HOST:PORT, such as smtp.gmail.com:465");
  s.options.ciphertext_only.push_back(std::move(*parsed));
  return {};
}

status read_proxy(text_value v, settings& s) {
  const auto address = tunnel::parse_ip_address(v);
  if (!address) return right("write the proxy's IP address, such as 192.0.2.7");
  s.options.proxies.push_back(*address);
  return {};
}

status read_origin(text_value v, settings& s) {
  auto parsed = web::origin::parse(v);
  if (!parsed) return parsed.why();
  s.options.origins.push_back(std::move(*parsed));
  return {};
}

status read_user(text_value v, settings& s) {
  auto parsed = mailbox::parse_user(v);
  if (!parsed) return parsed.why();
  s.options.users.push_back(std::move(*parsed));
  return {};
}

// One name, or several with commas.
status read_mechanisms(text_value v, settings& s) {
  for (std::size_t begin = 0; begin <= v.size();) {
    const std::size_t end = std::min(v.find(',', begin), v.size());
    const std::string name = text::to_upper(v.substr(begin, end - begin));
    if (sasl::find_mechanism(name) == nullptr)
      return right("write names of SASL mechanisms, such as PLAIN,LOGIN,SCRAM-SHA-256");
    s.options.mechanisms.push_back(name);
    begin = end + 1;
  }
  return {};
}

// What begins with the option and the value already, for later messages, ends without them here.
status keep_policy(result<app::policy_document> policy, std::string_view label, settings& s) {
  if (!policy) {
    std::string why = policy.why().detail;
    if (why.rfind(label, 0) == 0) why.erase(0, label.size());
    return right(std::move(why));
  }
  s.options.policies.push_back(std::move(*policy));
  return {};
}

status read_personality(text_value v, settings& s) {
  return keep_policy(personality_named("--personality", v), "--personality " + v + ": ", s);
}

status read_policy(text_value v, settings& s) {
  // Standard input can be read once, the options again at each reload.
  static std::optional<app::policy_document> standard_input;
  if (v == "-") {
    if (!standard_input) {
      auto first = policy_from_file("--policy", v);
      if (!first) return keep_policy(first.why(), "--policy -: ", s);
      standard_input = std::move(*first);
    }
    return keep_policy(*standard_input, "", s);
  }
  return keep_policy(policy_from_file("--policy", v), "--policy " + v + ": ", s);
}

// The library reads anything unknown as "off".
status read_log_level(text_value v, settings& s) {
  constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error", "off"};
  for (const std::string_view one : levels)
    if (v == one) {
      s.options.log_level = v;
      return {};
    }
  return right("write trace, debug, info, warn, error or off");
}

status read_operations(text_value v, settings& s) {
  const status taken = read_endpoint(v, s.options.operations.emplace());
  if (!taken) s.options.operations.reset();
  return taken;
}

status read_log_format(text_value v, settings& s) {
  if (v != "text" && v != "json") return right("write text or json");
  s.options.log_format = v == "json" ? ops::log_format::json : ops::log_format::text;
  return {};
}

status read_drain(text_value v, settings& s) {
  const auto n = read_number(v, 0, 3600);
  if (!n) return n.why();
  s.options.drain = std::chrono::seconds(*n);
  return {};
}

status done() { return {}; }

constexpr std::uint64_t most_octets = std::uint64_t{1} << 50;
constexpr std::uint64_t most_message_octets = std::uint64_t{1} << 40;

// clang-format off
using enum shape; using enum times; using enum effect; using enum shown;
constexpr serve_option rows[] = {
    {"web", "--listen", text, once, at_restart, whole, "ADDRESS:PORT", "127.0.0.1:8025", "Page, API and tunnel",
     [](text_value v, settings& s) { return read_endpoint(v, s.options.listen); }},
    {"web", "--origin", text, many, at_reload, whole, "URL", "",
     "A page from this origin may use the relay (repeatable)", read_origin},
    {"web", "--allow-no-origin", flag, once, at_reload, whole, "", "",
     "Programs that send no Origin may use the tunnel",
     [](text_value, settings& s) { s.options.no_origin = web::no_origin::allowed; return done(); }},
    {"web", "--tls-certificate", path, once, at_restart, whole, "FILE", "",
     "HTTPS on --listen: the certificate, PEM, with those between it and its authority behind it",
     [](text_value v, settings& s) { s.tls.certificate = v; return done(); }},
    {"web", "--tls-key", path, once, at_restart, whole, "FILE", "",
     "Its private key, PEM, not encrypted; may be the same file",
     [](text_value v, settings& s) { s.tls.key = v; return done(); }},
    {"web", "--token-file", path, once, at_restart, whole, "FILE", "",
     "Who may use the relay: a line each, NAME TOKEN UNTIL ORIGIN, as relay/README.md describes",
     [](text_value v, settings& s) { s.options.token_file = v; return done(); }},
    {"web", "--behind-proxy", flag, once, at_restart, whole, "", "", "A proxy does TLS in front of --listen",
     [](text_value, settings& s) { s.options.behind = app::proxy::in_front; return done(); }},
    {"web", "--proxy", text, many, at_restart, whole, "ADDRESS", "",
     "With --behind-proxy: whose X-Forwarded-For says where a page comes from; else any on this machine (repeatable)",
     read_proxy},
    {"web", "--public", flag, once, at_restart, whole, "", "",
     "Anybody who reaches the relay may use it; for a --listen address that is not loopback",
     [](text_value, settings& s) { s.options.shown_to = app::audience::anybody; return done(); }},
    {"web", "--web-dir", path, once, at_restart, whole, "DIR", "",
     "The built page; else ../web or ../share/smtpscope beside the program",
     [](text_value v, settings& s) { s.options.web_dir = v; return done(); }},

    {"tunnel", "--allow", text, many, at_reload, whole, "HOST:PORT", "",
     "One more destination, beside smtp.gmail.com:465 and :587 and the mailbox (repeatable)", read_allow},
    {"tunnel", "--ciphertext-only", text, many, at_reload, whole, "HOST:PORT", "",
     "A destination to which nothing is carried but TLS of the page's own (repeatable)", read_sealed},
    {"tunnel", "--allow-private", flag, once, at_reload, whole, "", "",
     "Allowed destinations may lie at private or loopback addresses",
     [](text_value, settings& s) {
       s.options.private_addresses = tunnel::private_addresses::allowed; return done(); }},
    {"tunnel", "--ca-file", path, many, at_restart, whole, "FILE", "",
     "One more authority to trust for outgoing TLS, PEM (repeatable)",
     [](text_value v, settings& s) { s.options.ca_files.emplace_back(v); return done(); }},
    {"tunnel", "--max-bytes-up", number, once, at_restart, whole, "N", "",
     "Octets one tunnel may carry to a server; else 62914560",
     [](text_value v, settings& s) { return read_number(v, 1, most_octets, s.options.tunnel_limits.bytes_up); }},
    {"tunnel", "--max-bytes-down", number, once, at_restart, whole, "N", "",
     "Octets one tunnel may carry to the page; else 4194304",
     [](text_value v, settings& s) { return read_number(v, 1, most_octets, s.options.tunnel_limits.bytes_down); }},

    {"limits", "--handshake-timeout", number, once, at_restart, whole, "SECONDS", "5", "TLS handshake and request of a page",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.handshake); }},
    {"limits", "--open-timeout", number, once, at_restart, whole, "SECONDS", "10", "From the greeting of a tunnel to its `open`",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.open); }},
    {"limits", "--resolve-timeout", number, once, at_restart, whole, "SECONDS", "10", "For the name service",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.resolve); }},
    {"limits", "--connect-timeout", number, once, at_restart, whole, "SECONDS", "10", "To reach a server",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.connect); }},
    {"limits", "--server-tls-timeout", number, once, at_restart, whole, "SECONDS", "10", "TLS handshake with a server",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.tls); }},
    {"limits", "--idle-timeout", number, once, at_restart, whole, "SECONDS", "660", "While nothing moves; a server may take 10 minutes after the final dot",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.idle); }},
    {"limits", "--session-timeout", number, once, at_restart, whole, "SECONDS", "1800", "For a whole tunnel",
     [](text_value v, settings& s) { return read_seconds(v, s.options.tunnel_limits.session); }},
    {"limits", "--max-connections", number, once, at_restart, whole, "N", "1024", "Tunnels at once",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000, s.options.tunnel_limits.connections); }},
    {"limits", "--max-connections-per-address", number, once, at_restart, whole, "N", "128", "Tunnels at once from one address; from one /64 with IPv6",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000, s.options.tunnel_limits.connections_per_address); }},
    {"limits", "--max-connections-per-destination", number, once, at_restart, whole, "N", "512", "Connections at once to one destination",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000, s.options.tunnel_limits.connections_per_destination); }},
    {"limits", "--max-new-per-minute", number, once, at_restart, whole, "N", "300", "Tunnels that begin in a minute from one address",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000, s.options.tunnel_limits.new_per_minute); }},
    {"limits", "--max-frames-per-second", number, once, at_restart, whole, "N", "50000", "WebSocket frames of one page",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000'000, s.options.tunnel_limits.frames_per_second); }},
    {"limits", "--max-fragments-per-second", number, once, at_restart, whole, "N", "5000", "WebSocket frames of messages in pieces of one page",
     [](text_value v, settings& s) { return read_number(v, 1, 1'000'000'000, s.options.tunnel_limits.fragments_per_second); }},
    {"limits", "--max-data-frame", number, once, at_restart, whole, "N", "65536", "Octets of a binary message, at most 65536",
     [](text_value v, settings& s) { return read_number(v, 1, tunnel::data_frame_octets, s.options.tunnel_limits.data_frame); }},
    {"limits", "--max-header", number, once, at_restart, whole, "N", "8192", "Octets of an HTTP request's header",
     [](text_value v, settings& s) { return read_number(v, 256, 65536, s.options.tunnel_limits.header); }},

    {"mailbox", "--smtp", text, once, at_restart, whole, "ADDRESS:PORT", "127.0.0.1:2525",
     "Embedded mailbox, STARTTLS",
     [](text_value v, settings& s) { return read_endpoint(v, s.options.smtp); }},
    {"mailbox", "--smtps", text, once, at_restart, whole, "ADDRESS:PORT", "127.0.0.1:2465",
     "Embedded mailbox, implicit TLS",
     [](text_value v, settings& s) { return read_endpoint(v, s.options.smtps); }},
    {"mailbox", "--user", text, many, at_restart, up_to_colon, "NAME:PASSWORD", "",
     "A user of the mailbox instead of the demo user (repeatable)", read_user},
    {"mailbox", "--auth", text, many, at_restart, whole, "MECHANISM", "",
     "SASL mechanisms that the mailbox offers; else all that a password serves for (repeatable)", read_mechanisms},
    {"mailbox", "--personality", text, once, at_restart, whole, "NAME", "",
     "Whose texts and ways the mailbox has: gmail, gmail-mx, postfix, exchange-online, rfc821, lab", read_personality},
    {"mailbox", "--policy", path, many, at_restart, whole, "FILE", "",
     "A policy document of the mailbox: users, texts, limits, faults, greylisting, rates (repeatable)", read_policy},
    {"mailbox", "--max-message-size", number, once, at_restart, whole, "OCTETS", "",
     "Octets of one message that the mailbox takes; else 10485760, or the policy's",
     [](text_value v, settings& s) {
       return read_number(v, 1, most_message_octets, s.options.max_message_octets.emplace()); }},
    {"mailbox", "--mailbox-connections", number, once, at_restart, whole, "N", "",
     "Connections that the mailbox serves at once; else 100",
     [](text_value v, settings& s) { return read_number(v, 1, 100'000, s.options.mailbox_connections); }},
    {"mailbox", "--require-auth", flag, once, at_restart, whole, "", "",
     "Nobody may send to the mailbox without logging in",
     [](text_value, settings& s) { s.options.require_auth = true; return done(); }},
    {"mailbox", "--mailbox-dir", path, once, at_restart, whole, "DIR", "",
     "Keep the mailbox's messages in this Maildir; else in memory",
     [](text_value v, settings& s) { s.options.mailbox_dir = v; return done(); }},

    {"process", "--state-dir", path, once, at_restart, whole, "DIR", "",
     "Certificates made at first start; else ${XDG_STATE_HOME:-~/.local/state}/smtpscope",
     [](text_value v, settings& s) { s.options.state_dir = v; return done(); }},
    {"process", "--threads", number, once, at_restart, whole, "N", "2", "1 to 64",
     [](text_value v, settings& s) { return read_number(v, 1, 64, s.options.threads); }},
    {"process", "--drain-seconds", number, once, at_restart, whole, "N", "3",
     "How long tunnels and mailbox sessions may go on once the relay is asked to end, 0 to 3600", read_drain},
    {"process", "--operations", text, once, at_restart, whole, "ADDRESS:PORT", "",
     "A listener of its own, on loopback, for /healthz, /readyz and /metrics (Prometheus); else none",
     read_operations},
    {"process", "--log-format", text, once, at_restart, whole, "FORMAT", "text",
     "text, or json: an object a line", read_log_format},
    {"process", "--log-level", text, once, at_reload, whole, "LEVEL", "info",
     "trace, debug, info, warn, error, off; the log goes to stderr", read_log_level},
};
// clang-format on

}  // namespace

std::span<const serve_option> serve_options_table() { return rows; }

const serve_option* find_serve_option(std::string_view name) {
  for (const serve_option& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace smtpscope::cli
