#pragma once
// Everything `smtpscope serve` can be told, as values that are already right in themselves.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relay/net/asio.hpp"
#include "relay/net/tls_server.hpp"
#include "relay/ops/log.hpp"
#include "relay/web/connection.hpp"
#include "relay/web/names.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/tunnel/address_policy.hpp"
#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::app {

// Whether a proxy stands before the relay, which does TLS for it.
enum class proxy : std::uint8_t { none, in_front };
// Who may use a relay that others than this machine can reach.
enum class audience : std::uint8_t { this_machine, anybody };
enum class with_mailbox : std::uint8_t { no, yes };

// A policy of the mailbox (session/server_profile.hpp), and the option that named it, for messages.
struct policy_document {
  std::string option;
  std::string text;
};

struct serve_options {
  net::tcp::endpoint listen{net::asio::ip::address_v4::loopback(), 8025};
  net::tcp::endpoint smtp{net::asio::ip::address_v4::loopback(), 2525};
  net::tcp::endpoint smtps{net::asio::ip::address_v4::loopback(), 2465};
  with_mailbox mailbox = with_mailbox::yes;
  std::vector<tunnel::host_and_port> allow;            // beside the defaults
  std::vector<tunnel::host_and_port> ciphertext_only;  // likewise; nothing but the page's own TLS goes there
  tunnel::private_addresses private_addresses = tunnel::private_addresses::refused;
  std::vector<web::origin> origins;
  web::no_origin no_origin = web::no_origin::refused;
  std::vector<std::filesystem::path> ca_files;
  std::optional<std::filesystem::path> mailbox_dir;  // nothing: in memory
  std::vector<session::user> users;                  // none: the demo user
  std::vector<std::string> mechanisms;               // of the mailbox's AUTH; none: the mailbox's own
  std::vector<policy_document> policies;             // laid over the mailbox's own, one after the other
  std::optional<std::uint64_t> max_message_octets;   // of the mailbox; nothing: its own, or the policies'
  std::size_t mailbox_connections = 100;             // at once, of both its ports
  bool require_auth = false;                         // for mail, on loopback too
  std::optional<std::filesystem::path> web_dir;      // nothing: ../web beside the program, where it is
  std::filesystem::path state_dir;
  std::optional<net::certificate_files> tls;        // of the page's listener; nothing: HTTP in the clear
  std::optional<std::filesystem::path> token_file;  // nothing: nobody is asked for a token
  proxy behind = proxy::none;
  std::vector<tunnel::ip_address> proxies;  // none: on this machine
  audience shown_to = audience::this_machine;
  int threads = 2;
  tunnel::limits tunnel_limits;
  web::http_limits http_limits;
  std::optional<net::tcp::endpoint> operations;  // loopback: health and metrics; nothing: no such listener
  std::string log_level = "info";                // as spdlog names it
  ops::log_format log_format = ops::log_format::text;
  milliseconds drain{3'000};  // for tunnels to finish when the relay is asked to end
};

// Whether these options together are safe: a relay that others can reach needs TLS, its own or a proxy's,
// and a word on who may use it. Error: invalid_argument, with the options that are missing.
[[nodiscard]] status check_exposure(const serve_options& options);

// $STATE_DIRECTORY (of a systemd service), else ${XDG_STATE_HOME:-~/.local/state}/smtpscope; nothing when none of
// these variables leads anywhere.
[[nodiscard]] std::optional<std::filesystem::path> default_state_dir();
// ../share/smtpscope beside the running program where a page lies there, else ../web.
[[nodiscard]] std::filesystem::path default_web_dir();

}  // namespace smtpscope::app
