#pragma once

#include <optional>

#include "smtpscope/session/terms.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// The host's answer to a question of a server session. `reply` replaces the session's own words.
struct decision {
  verdict what = verdict::accept;
  std::optional<wire::reply> reply;
};

}  // namespace smtpscope::session
