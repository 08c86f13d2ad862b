#pragma once
// A whole session between our client and our server, in memory and on simulated time. The same
// setup always gives the same trace.

#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/session/client_session.hpp"
#include "smtpscope/session/policy_rules.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_session.hpp"
#include "smtpscope/trace/entry.hpp"
#include "smtpscope/trace/recorder.hpp"

namespace smtpscope::sim {

// The server drops the link instead of answering this.
struct hang_up {
  wire::verb instead_of = wire::verb::unknown;  // data: DATA itself; see at_end_of_content
  bool at_end_of_content = false;
};

struct setup {
  session::client_options client;
  session::submission mail;
  session::server_options server;
  session::server_policy policy;
  session::policy_rules rules;
  std::optional<hang_up> fault;
  milliseconds latency{20};  // one way
  trace::secrets secrets = trace::secrets::masked;
  const trace::texts* words = &trace::no_texts();  // explain the trace
};

// Errors: those of client_session::create and server_session::create.
[[nodiscard]] result<std::vector<trace::entry>> run(setup s);

}  // namespace smtpscope::sim
