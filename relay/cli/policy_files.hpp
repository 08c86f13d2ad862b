#pragma once
// Policies of the mailbox as the command line names them.

#include <string>

#include "relay/app/options.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::cli {

// The built-in personality of that name. Error: invalid_argument, with the names there are.
[[nodiscard]] result<app::policy_document> personality_named(const std::string& option, const std::string& name);
// A policy document from a file; "-" is standard input. Error: invalid_argument: the file cannot be read.
[[nodiscard]] result<app::policy_document> policy_from_file(const std::string& option, const std::string& file);
// What is wrong with it; the text names the option, the file and the member.
[[nodiscard]] status check(const app::policy_document& policy);

}  // namespace smtpscope::cli
