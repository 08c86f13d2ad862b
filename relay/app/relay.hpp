#pragma once
// The whole relay as one object: listeners, page, tunnels, mailbox.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "relay/app/options.hpp"
#include "relay/net/resolver.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::app {

class relay {
 public:
  // Opens everything: after this, connections are accepted by the system and served once run() runs.
  // Errors: invalid_argument for a wrong option, unsupported for what this machine denies (a port in use);
  // the text names the option and says what to do.
  [[nodiscard]] static result<std::unique_ptr<relay>> create(
      serve_options options, std::unique_ptr<net::resolver> names = net::make_system_resolver());
  // What create() would find wrong with the options or the files they name, as far as that shows without
  // listening and without writing anything.
  [[nodiscard]] static status check(const serve_options& options);
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;
  ~relay();

  // Serves on `options.threads` threads, this one among them, until it has been stopped.
  void run();

  // Ends in order: no new connections; tunnels and mailbox sessions are asked to finish and ended after
  // `options.drain`. The second call ends at once. From any thread.
  void stop();
  // The same on SIGINT and SIGTERM, from now on.
  void stop_on_signals();

  // Takes destinations, origins and the log's level of these options; all else stays until a restart.
  // Tunnels that stand keep what they began with. From any thread.
  void reload(const serve_options& options);
  // The same at each SIGHUP, from now on. `reread` gives the options of now, or nothing when they are wrong and
  // it has said so; then everything stays as it is. It is called on a thread of the relay.
  using reread = std::function<std::optional<serve_options>()>;
  void reload_on_hangup(reread again);
  // Reads the listener's certificate and key again, as each reload does. On an error, which is logged, what was in
  // use stays. From any thread. Error: invalid_argument, with the file and what is wrong with it.
  [[nodiscard]] status reload_certificate();
  // The same with the file of tokens.
  [[nodiscard]] status reload_tokens();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t operations_port() const;  // 0 without that listener
  [[nodiscard]] std::uint16_t smtp_port() const;        // 0 without mailbox
  [[nodiscard]] std::uint16_t smtps_port() const;       // 0 without mailbox

  // Tunnels that stand now.
  [[nodiscard]] std::uint64_t tunnels() const;

  // One line for each thing a person or a script wants to know; the first is "smtpscope: open URL".
  [[nodiscard]] std::string banner() const;

 private:
  class parts;
  explicit relay(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

}  // namespace smtpscope::app
