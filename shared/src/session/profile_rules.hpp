#pragma once
// The part of a policy document that makes policy_rules: seed, faults, greylisting, rates.

#include "profile_members.hpp"
#include "smtpscope/session/policy_rules.hpp"

namespace smtpscope::session {

void read_rules(profile_members& m, policy_rules& rules);
void write_rules(json& document, const policy_rules& rules);

}  // namespace smtpscope::session
