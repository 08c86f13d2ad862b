#pragma once
// The state a server by the book is in, told from what was said and answered: so that a client under
// manual control can say which command is not allowed now, and by which rule.

#include <cstdint>
#include <optional>

#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/server_rules.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

class expected_server {
 public:
  // What the server's table has against `v` now, in the words of its reply; nothing when it is legal.
  [[nodiscard]] std::optional<remark> objection(wire::verb v, const server_facts& f) const;
  // The server answered `v`: positive and intermediate replies move it by the table.
  void answered(wire::verb v, wire::reply_class reply, const server_facts& f) noexcept;
  // A challenge was answered, or content ended, or TLS stands.
  void content_ended() noexcept { state_ = server_state::expect_mail; }
  void tls_established() noexcept { state_ = server_state::expect_helo; }

 private:
  server_state state_ = server_state::expect_helo;
};

}  // namespace smtpscope::session
