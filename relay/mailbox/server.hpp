#pragma once
// The embedded SMTP server: one port with STARTTLS, one with implicit TLS.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/mailbox/store.hpp"
#include "relay/net/asio.hpp"
#include "relay/net/certificate.hpp"
#include "relay/net/session_driver.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_profile.hpp"

namespace smtpscope::mailbox {

// Who may send without AUTH. Mail only ever goes to the server's own mailboxes.
enum class anonymous_mail : std::uint8_t {
  on_loopback,  // where the port is reachable from this machine alone
  always,
  never,
};

struct session_counts;  // session_host.hpp

struct server_options {
  net::tcp::endpoint smtp;                         // STARTTLS; port 0: any free one
  net::tcp::endpoint smtps;                        // implicit TLS; likewise
  std::string host_name = net::local_host_name();  // in greeting, EHLO reply
  session::server_policy policy;                   // see accounts.hpp
  std::uint64_t max_message_octets = 10 * 1024 * 1024;
  anonymous_mail without_auth = anonymous_mail::on_loopback;
  session::offer auth_on_plain_link = session::offer::no;
  // Of AUTH, in the order of the EHLO reply: all that need no more than a user's password, which stands
  // for a token too.
  std::vector<std::string> mechanisms = {"SCRAM-SHA-512-PLUS",
                                         "SCRAM-SHA-256-PLUS",
                                         "SCRAM-SHA-1-PLUS",
                                         "SCRAM-SHA-512",
                                         "SCRAM-SHA-256",
                                         "SCRAM-SHA-1",
                                         "DIGEST-MD5",
                                         "CRAM-MD5",
                                         "PLAIN",
                                         "LOGIN",
                                         "XOAUTH2",
                                         "OAUTHBEARER"};
  std::size_t max_connections = 100;  // both ports together; further ones are told 421
  net::driver_limits limits = {};
  // What the server is instead of what own_profile() makes of the above; of it, host_name, policy,
  // max_message_octets, auth_on_plain_link and mechanisms do not count then.
  std::optional<session::server_profile> profile = std::nullopt;
  // Told what came of each session at its end, on any thread.
  std::function<void(const session_counts&)> when_session_ends = nullptr;
};

// The mailbox as it is without a policy document, as a profile that one can be laid over.
[[nodiscard]] session::server_profile own_profile(const server_options& options);

class server {
 public:
  // Listens and serves on `threads`, one or more executors that each run on one thread; a connection stays on
  // the one that took it. `store` must outlive the server.
  // Errors: invalid_argument; the detail says which address or option is wrong and what to do.
  [[nodiscard]] static result<server> start(std::vector<net::asio::any_io_executor> threads, server_options options,
                                            const net::server_identity& identity, message_store& store);
  server(server&&) noexcept;
  server& operator=(server&&) = delete;
  // Stops listening soon; sessions end with their executors. Orderly: stop() before.
  ~server();

  [[nodiscard]] net::tcp::endpoint smtp() const;
  [[nodiscard]] net::tcp::endpoint smtps() const;
  // Connections being served now.
  [[nodiscard]] std::size_t connections() const;

  // Stops listening, ends every session with 421 when what it does is done, and returns when the
  // last one has gone. Those that take longer than `grace` are cut.
  [[nodiscard]] net::awaitable<void> stop(milliseconds grace = milliseconds{3000});

 private:
  class core;
  explicit server(std::shared_ptr<core> c) noexcept;
  std::shared_ptr<core> core_;
};

}  // namespace smtpscope::mailbox
