#pragma once
// Both tables of session/rules.hpp as JSON, for the page's diagrams.

#include "smtpscope/base/json.hpp"

namespace smtpscope::api {

// {"client": [{phase, class, code, action, section}], "server": [{state, verb, verdict, code, text, next, section}]}
[[nodiscard]] json rules_json();

}  // namespace smtpscope::api
