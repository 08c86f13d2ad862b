#pragma once
// What a relay counts, in the text format of Prometheus. Nothing is kept for a tunnel: it adds to sums of all.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smtpscope/base/time.hpp"
#include "smtpscope/tunnel/codes.hpp"

namespace smtpscope::ops {

// Of a tunnel, each measured from its own beginning.
enum class timed : std::uint8_t { resolve, connect, tls, session };
enum class way : std::uint8_t { up, down };  // to the server, to the page
enum class reload_result : std::uint8_t { done, refused };

// Of one session of the embedded mailbox.
struct mailbox_counts {
  unsigned stored = 0;
  unsigned not_stored = 0;
  unsigned refused_recipients = 0;
  unsigned refused_logins = 0;
};

// What is now, asked for when the metrics are.
struct gauges {
  std::uint64_t tunnels = 0;
  std::uint64_t mailbox_sessions = 0;
  bool draining = false;
};

// All calls from any thread.
class metrics {
 public:
  metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;
  ~metrics();

  void took(timed what, microseconds time);
  void moved(way where, std::size_t octets);
  // An `open` came as far as the server.
  void tunnel_connected();
  // `outcome` is nothing for an end in order. What failed before it was connected counts as an open, too,
  // and as refused where policy did it.
  struct outcome {
    tunnel::stage at;
    tunnel::code what;
  };
  void tunnel_ended(const std::optional<outcome>& how, microseconds lasted);
  // An HTTP request for a tunnel or the API that was answered by an error, by its code.
  void request_refused(std::string_view code);
  void mailbox_session_ended(const mailbox_counts& counts);
  void reloaded(reload_result how);

  // Everything, in version 0.0.4 of the text format.
  [[nodiscard]] std::string text(const gauges& now);

 private:
  struct families;
  std::unique_ptr<families> all_;
};

}  // namespace smtpscope::ops
