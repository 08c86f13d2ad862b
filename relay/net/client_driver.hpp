#pragma once
// Carries out one client session on a socket of its own: resolves, connects, does TLS, moves bytes,
// keeps the timers and closes, as the session asks. Whatever happens is in the session's trace.
//
// The bytes are the session_link's business, as for the server side; what differs is the order of
// things: the client has a way to go before there is a link, and what a server says while content
// is on its way is looked at between two pieces of it.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "relay/net/resolver.hpp"
#include "relay/net/session_driver.hpp"
#include "relay/net/tls_client.hpp"
#include "smtpscope/trace/recorded_client.hpp"
#include "smtpscope/tunnel/failure_text.hpp"
#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::net {

struct client_destination {
  std::string host;  // a name or an address, as tunnel::host_name has it
  std::uint16_t port = 0;
  session::tls_policy tls = session::tls_policy::starttls_required;  // the session's own
};

// The data of a `tls_established` entry: TlsInfo of wasm/smtpscope-core.d.ts.
[[nodiscard]] json to_tls_info(const tunnel::tls_report& report);

class client_driver {
 public:
  // Told after each step, with new entries in the trace or none.
  using watcher = std::function<void()>;

  // `trust`, `names` and `session` must outlive run(). `bounds` says how long resolving, connecting
  // and a TLS handshake may take; all else is timed by the session.
  client_driver(const asio::any_io_executor& executor, client_destination to, const tls_client& trust, resolver& names,
                trace::recorded_client& session, watcher told, tunnel::limits bounds = {});
  client_driver(const client_driver&) = delete;
  client_driver& operator=(const client_driver&) = delete;

  // From the name to the end of the session; the trace then ends with its result.
  [[nodiscard]] awaitable<void> run();
  // The user gives up: the session ends at once, wherever it is. On the executor.
  void cancel();

  // How the session ended; nothing before it did.
  [[nodiscard]] const std::optional<session::finished>& outcome() const noexcept { return outcome_; }

 private:
  using clock = std::chrono::steady_clock;
  struct lookup;
  enum class pace : std::uint8_t { going_on, over };

  [[nodiscard]] session_time now() const;
  [[nodiscard]] tunnel::attempt attempt() const;
  void record_start();
  [[nodiscard]] awaitable<std::optional<std::vector<tunnel::ip_address>>> find_addresses();
  [[nodiscard]] awaitable<bool> connect(std::vector<tunnel::ip_address> addresses);
  [[nodiscard]] awaitable<bool> secure();
  [[nodiscard]] awaitable<void> drive();
  [[nodiscard]] awaitable<pace> perform_events();
  [[nodiscard]] awaitable<bool> perform(const session::client_event& event);
  // How far the messages of TLS that were seen are told, each with the time at which it happened.
  enum class telling : std::uint8_t { before_data, all };
  void tell_messages(telling how_far);
  void tell_message(const tls::message& m);
  void receive();
  void write_failed();
  void tls_failed();
  void transport_failed(tunnel::stage at, tunnel::code what);
  [[nodiscard]] bool cancel_if_asked();
  void told() const;

  client_destination to_;
  const tls_client& trust_;
  resolver& names_;
  trace::recorded_client& session_;
  watcher told_;
  tunnel::limits bounds_;
  clock::time_point start_ = clock::now();
  handshake_record handshake_;  // before stream_, whose TLS writes to it
  stream stream_;
  std::shared_ptr<lookup> lookup_;  // while the name service is asked
  std::optional<session_link> link_;
  session_time tls_begun_{0};             // what the messages' times are counted from
  std::vector<tls::message> after_data_;  // seen, and to be told when the octets before them are
  std::optional<session::finished> outcome_;
  bool cancelled_ = false;
};

}  // namespace smtpscope::net
