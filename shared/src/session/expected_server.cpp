#include "smtpscope/session/expected_server.hpp"

#include <algorithm>
#include <string>

namespace smtpscope::session {

namespace {

bool takes_commands(server_state s) {
  return std::find(command_states.begin(), command_states.end(), s) != command_states.end();
}

}  // namespace

std::optional<remark> expected_server::objection(wire::verb v, const server_facts& f) const {
  if (!takes_commands(state_)) return std::nullopt;
  const server_rule rule = check(state_, v, f);
  if (rule.says == verdict::accept) return std::nullopt;
  return remark{
      std::string{wire::name(v)} + " is not allowed now; by the book the answer is " + std::to_string(rule.code),
      std::string{rule.section}};
}

void expected_server::answered(wire::verb v, wire::reply_class reply, const server_facts& f) noexcept {
  const bool moved =
      reply == wire::reply_class::positive || (reply == wire::reply_class::intermediate && v == wire::verb::data);
  if (!moved || v == wire::verb::unknown) return;
  if (v == wire::verb::auth) return;  // between transactions before and after
  if (!takes_commands(state_)) return;
  const server_rule rule = check(state_, v, f);
  if (rule.says == verdict::accept) state_ = rule.next;
}

}  // namespace smtpscope::session
