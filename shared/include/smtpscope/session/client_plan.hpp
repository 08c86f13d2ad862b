#pragma once
// What is still to be delivered, cut into transactions: several messages, more recipients than one
// transaction takes, recipients put back because the server took no more (RFC 5321 §4.5.3.1.10,
// RFC 9422 §4).

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/client_message.hpp"
#include "smtpscope/session/client_options.hpp"
#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/capabilities.hpp"

namespace smtpscope::session {

// One MAIL … end of content, as far as it has come.
struct client_transaction {
  std::size_t message = 0;
  std::vector<std::size_t> recipients;  // of the message; those to be asked
  // What is to be said next for it. `go_ahead`: DATA was said, 354 is awaited.
  enum class step { rcpt, data, go_ahead, content, nothing } next = step::rcpt;
  std::size_t asked = 0;     // RCPT said, or left out by hand
  std::size_t accepted = 0;  // recipients
  std::size_t awaited = 0;   // replies
  std::size_t envelope = 0;  // of these, to MAIL and RCPT
  verdict state = verdict::accept;
  bool mail_accepted = false;
  bool in_doubt = false;                   // all content has left and was not answered
  bool over = false;                       // its results are known
  bool left_out = false;                   // recipients that may not be asked in this connection
  std::vector<std::size_t> put_back = {};  // recipients for a later transaction
  std::optional<failure> why = {};         // it was refused; the first reason

  void refuse(failure reason) {
    state = verdict::reject;
    if (!why) why = std::move(reason);
  }
};

class client_plan {
 public:
  // `most` recipients in a transaction, at least 1.
  client_plan(const std::vector<client_message>& messages, std::size_t most);

  [[nodiscard]] bool more() const noexcept;
  // Precondition: more().
  [[nodiscard]] std::size_t next_message() const noexcept;
  [[nodiscard]] bool pending(std::size_t message) const noexcept { return !pending_[message].empty(); }

  // The next transaction, without recipients where none may be asked in this connection: their
  // domains are more than RCPTDOMAINMAX. Precondition: more().
  [[nodiscard]] client_transaction begin(const std::optional<wire::server_limits>& limits, const submission& mail);
  // The server took `accepted` recipients and no more: these come in the next transaction.
  void put_back(std::size_t message, const std::vector<std::size_t>& recipients, std::size_t accepted);
  // A transaction that came to nothing is begun anew.
  void take_back(std::size_t message, const std::vector<std::size_t>& recipients);
  void give_up(std::size_t message) { pending_[message].clear(); }

 private:
  [[nodiscard]] bool may_ask(const std::string& domain, const std::optional<wire::server_limits>& limits);

  std::vector<std::vector<std::size_t>> pending_;  // by message
  std::size_t most_;
  std::vector<std::string> domains_;  // of the recipients asked in this connection
};

}  // namespace smtpscope::session
