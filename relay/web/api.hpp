#pragma once
// What the page asks the relay beside the tunnel: which destinations there are, and what arrived in
// the embedded mailbox.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "relay/base/reloadable.hpp"
#include "relay/mailbox/store.hpp"
#include "relay/net/asio.hpp"
#include "relay/web/reply.hpp"
#include "smtpscope/tunnel/control.hpp"

namespace smtpscope::web {

// A user of the embedded mailbox as the page may know it. Only the built-in demo user's password
// is no secret.
struct shown_user {
  std::string name;
  std::string password;  // "": not shown
};

struct shown_mailbox {
  std::string host;
  std::uint16_t smtp_port;
  std::uint16_t smtps_port;
  std::string domain;
  std::vector<shown_user> users;
  std::string certificate;  // PEM of the authority that signed the mailbox's own
};

class api {
 public:
  // `mailbox` and `messages` may be absent, together. `messages` outlives the api.
  api(const tunnel::limits& bounds, const std::vector<tunnel::destination>& destinations,
      const std::optional<shown_mailbox>& mailbox, mailbox::message_store* messages, tunnel::token_demand token);

  // Other destinations than at first. From any thread.
  void show(const std::vector<tunnel::destination>& destinations);

  // `path` is decoded and begins with "/api/". Reads of the store run on threads of their own.
  [[nodiscard]] net::awaitable<reply> answer(std::string path);
  // Ends those threads; what was asked is answered no more.
  void finish();

 private:
  [[nodiscard]] reply list() const;
  [[nodiscard]] reply message(std::string_view id) const;

  [[nodiscard]] std::string config(const std::vector<tunnel::destination>& destinations) const;

  const tunnel::limits bounds_;
  const tunnel::token_demand token_;
  const std::optional<shown_mailbox> mailbox_;
  reloadable<std::string> config_;
  mailbox::message_store* messages_;
  net::asio::thread_pool disk_{1};
};

}  // namespace smtpscope::web
